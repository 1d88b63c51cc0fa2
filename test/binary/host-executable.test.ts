import { describe } from "bun:test";
import { existsSync } from "node:fs";
import { hostExecutable } from "../../build/test/executables.ts";
import { hostTarget } from "../../build/target/target.ts";
import { mayRun } from "../support/may-run.ts";
import { executableSuite } from "./executable-suite.ts";

const missing = existsSync(hostExecutable) ? undefined : 'it is not built: run "npm test"';

describe.if(mayRun("executable of this machine", missing))("the executable of this machine", () => {
  executableSuite({ executable: hostExecutable, target: hostTarget().name, limitMs: 60_000 });
});
