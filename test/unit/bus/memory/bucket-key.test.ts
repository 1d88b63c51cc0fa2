import { expect, test } from "bun:test";
import { bucketKey, parseBucketKey } from "../../../../src/bus/memory/bucket-key.ts";

const identity = { agent: "muster", owner: "plant" };

test.each([
  { agent: "helper", conversation: "shift-2" },
  { agent: "helper", owner: "UABC", conversation: "*.> \u001b \ud83d\ude00" },
  { agent: "helper", conversation: "-" },
])("a key is made of tokens, and comes back from them: %p", (key) => {
  const text = bucketKey(identity, key);
  expect(text).toMatch(/^muster\.plant\.helper\.(-|UABC)\.[A-Za-z0-9_-]+$/);
  expect(parseBucketKey(text)).toEqual(key);
});

test("what is no key of a conversation is none", () => {
  expect(parseBucketKey("a.b.c.d")).toBeUndefined();
  expect(parseBucketKey("a.b.c.d.e.f")).toBeUndefined();
});
