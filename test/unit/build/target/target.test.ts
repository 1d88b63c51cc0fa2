import { describe, expect, test } from "bun:test";
import { executableName, hostTarget, targetNamed, targets } from "../../../../build/target/target.ts";

describe("targets", () => {
  test("are those that a release has", () => {
    expect(targets.map(executableName)).toEqual([
      "muster-linux-x64",
      "muster-linux-x64-baseline",
      "muster-linux-arm64",
      "muster-linux-x64-musl",
      "muster-linux-arm64-musl",
      "muster-darwin-arm64",
      "muster-darwin-x64",
      "muster-windows-x64.exe",
    ]);
  });

  test("are locked to the content of their runtimes", () => {
    for (const target of targets) expect(target.runtime.integrity).toMatch(/^sha512-[A-Za-z0-9+/]{86}==$/);
  });

  test("are found by name, and a wrong name is answered with the right ones", () => {
    expect(targetNamed("linux-arm64").runtime.package).toBe("@oven/bun-linux-aarch64");
    expect(() => targetNamed("linux")).toThrow(/^Unknown target "linux": choose one of linux-x64, .*windows-x64$/);
  });

  test("include the one of a machine", () => {
    expect(hostTarget("darwin", "arm64").name).toBe("darwin-arm64");
    expect(hostTarget("win32", "x64").name).toBe("windows-x64");
  });
});
