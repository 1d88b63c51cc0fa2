// The local operator's word on what an agent asks leave for: `muster approve` and `muster deny`.

import type { ApprovalWord } from "../protocol/approval.ts";
import { isDecisionReport } from "../runtime/approval-operation.ts";
import { askRuntime, ControlError } from "../runtime/control-client.ts";
import { recordText } from "./approval-text.ts";
import { askLocalRuntime } from "./ask-runtime.ts";
import { CommandError, exitCode } from "./command-error.ts";
import type { Invocation } from "./command.ts";
import { operatorName } from "./operator-name.ts";
import type { Terminal } from "./terminal.ts";

const timeoutMs = 10_000;

/** Prints what was decided. Throws a `CommandError` when nothing of this id waits. */
export async function decide(answer: ApprovalWord, invocation: Invocation, terminal: Terminal): Promise<number> {
  const [id = ""] = invocation.args;
  const request = { op: "approve", id, answer, name: operatorName(terminal.environment) } as const;
  const report = await askLocalRuntime(invocation, terminal, (folder) => askRuntime(folder, request, timeoutMs));
  if (!isDecisionReport(report)) {
    throw new ControlError("The runtime's answer cannot be read: it is of another version than this command");
  }
  if (report.type === "unknown-approval") throw unknown(id, report.pending);
  terminal.out(recordText(report.record));
  return report.record.answer === "no" && answer !== "no" ? exitCode.error : exitCode.ok;
}

function unknown(id: string, pending: readonly string[]): CommandError {
  const waiting = pending.length === 0 ? "nothing waits" : `what waits is ${pending.join(", ")}`;
  return new CommandError(`No approval "${id}" waits: ${waiting}`, exitCode.error);
}
