import { describe } from "bun:test";
import { existsSync } from "node:fs";
import { arm64Executable, missingForArm64 } from "../../build/test/executables.ts";
import { mayRun } from "../support/may-run.ts";
import { executableSuite } from "./executable-suite.ts";

const missing = missingForArm64() ?? (existsSync(arm64Executable) ? undefined : 'it is not built: run "npm test"');

// On another architecture the kernel hands it, and all that it starts, to qemu as a Cortex-A53, the processor of a Raspberry Pi 3.
describe.if(mayRun("linux-arm64 executable", missing))("the linux-arm64 executable", () => {
  executableSuite({ executable: arm64Executable, target: "linux-arm64", limitMs: 600_000 });
});
