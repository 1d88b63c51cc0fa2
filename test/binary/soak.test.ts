import { describe, expect, test } from "bun:test";
import { existsSync } from "node:fs";
import { hostExecutable } from "../../build/test/executables.ts";
import { mayRun } from "../support/may-run.ts";
import { reportText } from "../soak/report-text.ts";
import { runSoak } from "../soak/soak.ts";
import { growthFaults, lossFaults } from "../soak/verdict.ts";
import { bareEnvironment } from "./black-box.ts";

const minutes = 3;
const missing =
  process.platform !== "linux"
    ? "memory and handles are read from /proc"
    : existsSync(hostExecutable)
      ? undefined
      : 'it is not built: run "npm test"';

describe.if(mayRun("soak of the executable", missing))("the executable under mixed load", () => {
  test(
    `for ${minutes} minutes, with model and NATS taken away in turn, loses no stream and no job, and holds no more at the end`,
    async () => {
      const result = await runSoak({
        executable: hostExecutable,
        environment: bareEnvironment,
        readyWithinMs: 60_000,
        minutes,
        say: () => undefined,
      });
      console.log(reportText(result));
      expect([...lossFaults(result), ...growthFaults(result)]).toEqual([]);
    },
    (minutes + 5) * 60_000,
  );
});
