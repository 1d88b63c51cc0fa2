import { expect, test } from "bun:test";
import { nearest } from "../../../src/manifest/nearest.ts";

const keys = ["model", "heartbeat", "max_payload", "queue"];

test("a slip of the finger is near: a letter wrong, missing, doubled or swapped", () => {
  expect(["modle", "modell", "mdel", "nodel"].map((word) => nearest(word, keys))).toEqual([
    "model",
    "model",
    "model",
    "model",
  ]);
});

test("case and dashes are slips too", () => {
  expect(nearest("maxPayload", keys)).toBe("max_payload");
  expect(nearest("max-payload", keys)).toBe("max_payload");
});

test("another word is near nothing", () => {
  expect(nearest("zebra", keys)).toBeUndefined();
  expect(nearest("", [])).toBeUndefined();
  expect(nearest("a", ["s"])).toBeUndefined();
});
