// Where tests keep what is dear to make (a built Ollama, a model's file) from one run to the next.

import { homedir } from "node:os";
import { join } from "node:path";

export const testCache = process.env["MUSTER_TEST_CACHE"] ?? join(homedir(), ".cache", "muster-test");
