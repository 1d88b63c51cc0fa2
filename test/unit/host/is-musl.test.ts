import { expect, test } from "bun:test";
import { isMusl } from "../../../src/host/is-musl.ts";

const glibc = "/lib64/ld-linux-x86-64.so.2";
const musl = "/lib/ld-musl-x86_64.so.1";

test.each([
  [[musl], true],
  [[glibc], false],
  [[musl, glibc], false],
  [[], false],
])("isMusl with the loaders %p is %p", (loaders, expected) => {
  expect(isMusl((path) => loaders.includes(path))).toBe(expected);
});
