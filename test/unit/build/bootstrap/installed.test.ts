import { describe, expect, test } from "bun:test";
import { candidates } from "../../../../build/bootstrap/find-bun.mjs";
import { isInstalled } from "../../../../build/bootstrap/installed.mjs";

describe("isInstalled", () => {
  const lock = { packages: { "": {}, a: { version: "1.0.0" }, b: { version: "2.0.0", optional: true } } };

  test("asks for every package that is not optional, in its version", () => {
    expect(isInstalled(lock, { packages: { a: { version: "1.0.0" } } })).toBe(true);
    expect(isInstalled(lock, { packages: { a: { version: "1.0.1" } } })).toBe(false);
    expect(isInstalled(lock, { packages: {} })).toBe(false);
    expect(isInstalled(lock, {})).toBe(false);
  });
});

describe("candidates", () => {
  test("are the platform's own packages before what an install script would have made", () => {
    expect(candidates("linux", "arm64")[0]).toBe("@oven/bun-linux-aarch64/bin/bun");
    expect(candidates("win32", "x64")[0]).toBe("@oven/bun-windows-x64/bin/bun.exe");
    expect(candidates("darwin", "x64").at(-1)).toBe("bun/bin/bun.exe");
  });
});
