import { describe, expect, test } from "bun:test";
import { existsSync } from "node:fs";
import { arm64Executable, missingForArm64 } from "../../build/test/executables.ts";
import { mayRun } from "../support/may-run.ts";
import { runSoak } from "../soak/soak.ts";
import { lossFaults } from "../soak/verdict.ts";
import { bareEnvironment } from "./black-box.ts";

const missing = missingForArm64() ?? (existsSync(arm64Executable) ? undefined : 'it is not built: run "npm test"');

// On another architecture it is emulated: what it does counts, not how fast, and what is measured of its memory is qemu's.
describe.if(mayRun("soak of linux-arm64", missing))("the linux-arm64 executable under mixed load", () => {
  test("loses no stream and no job while model and NATS are taken away in turn", async () => {
    const result = await runSoak({
      executable: arm64Executable,
      environment: bareEnvironment,
      readyWithinMs: 120_000,
      minutes: 0.5,
      rounds: 2,
      isLight: true,
      say: () => undefined,
    });
    expect(result.streams.total()).toBeGreaterThan(20);
    expect(lossFaults(result)).toEqual([]);
  }, 300_000);
});
