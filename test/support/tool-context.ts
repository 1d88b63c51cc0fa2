// What a tool is called with, for tests: nobody to ask, nobody who approves, and no folder unless one is given.

import type { ToolContext } from "../../src/tool/contract.ts";
import { ToolError } from "../../src/tool/contract.ts";
import { recordedLog } from "./recorded-log.ts";

export function toolContext(changes: Partial<ToolContext> = {}): ToolContext {
  return {
    signal: new AbortController().signal,
    agent: "helper",
    turn: "t1",
    log: recordedLog(),
    prompt: { text: "hello", files: [] },
    hops: 0,
    via: [],
    folder: () => Promise.reject(new Error("The test gave no folder")),
    onEnd: () => undefined,
    status: () => undefined,
    say: () => undefined,
    sayFiles: () => undefined,
    ask: () => Promise.reject(new ToolError("unavailable", "There is nobody to ask")),
    approve: () => Promise.resolve({ isGranted: false, reason: "nobody may approve" }),
    ...changes,
  };
}
