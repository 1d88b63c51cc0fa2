import { describe, expect, test } from "bun:test";
import { childEnvironment } from "../../../src/host/child-environment.ts";

describe("childEnvironment", () => {
  test("leaves out what would make a child run other code", () => {
    const own = {
      PATH: "/bin",
      BUN_OPTIONS: "--preload x",
      BUN_BE_BUN: "1",
      NODE_OPTIONS: "-r x",
      NODE_PATH: "/x",
      LD_PRELOAD: "x.so",
      DYLD_INSERT_LIBRARIES: "x",
      NOTIFY_SOCKET: "/run/x",
      EMPTY: undefined,
    };
    expect(childEnvironment({}, own)).toEqual({ PATH: "/bin" });
  });

  test("lets what is added win", () => {
    expect(childEnvironment({ A: "2" }, { A: "1", B: "3" })).toEqual({ A: "2", B: "3" });
  });
});
