import { describe, expect, test } from "bun:test";
import * as z from "zod/mini";
import { later } from "../../../src/manifest/later.ts";

describe("a part of the schema that is made later", () => {
  function counted() {
    let made = 0;
    const part = later(() => {
      made += 1;
      return z.string({ error: "a text" });
    });
    return { map: z.strictObject({ key: z.optional(part), other: z.optional(z.number()) }), made: () => made };
  }

  test("is not made for a map that leaves its key out", () => {
    const { map, made } = counted();
    expect(map.parse({ other: 1 })).toEqual({ other: 1 });
    expect(map.safeParse({ other: "x" }).success).toBe(false);
    expect(made()).toBe(0);
  });

  test("is made once, and says what it accepts", () => {
    const { map, made } = counted();
    expect(map.parse({ key: "a" })).toEqual({ key: "a" });
    const refused = map.safeParse({ key: 1 });
    expect(refused.error?.issues.map(({ message, path }) => [message, path])).toEqual([["a text", ["key"]]]);
    expect(made()).toBe(1);
  });

  test("is missed where its key must be there", () => {
    const map = z.strictObject({ key: later(() => z.string({ error: "a text" })) });
    expect(map.safeParse({}).error?.issues.map(({ message }) => message)).toEqual(["a text"]);
  });
});
