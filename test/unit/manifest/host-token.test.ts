import { expect, test } from "bun:test";
import fc from "fast-check";
import { namePattern } from "../../../src/manifest/fields.ts";
import { hostToken } from "../../../src/manifest/host-token.ts";

test("a host name keeps what a token may hold", () => {
  expect(hostToken("Press-07.plant.example")).toBe("press-07-plant-example");
  expect(hostToken("Jörgs Laptop")).toBe("jorgs-laptop");
});

test("a name with nothing to keep becomes a token all the same", () => {
  expect(hostToken("")).toBe("host");
  expect(hostToken("***")).toBe("host");
});

test("any host name becomes a valid token", () => {
  fc.assert(fc.property(fc.string({ unit: "binary" }), (name) => expect(hostToken(name)).toMatch(namePattern)));
});
