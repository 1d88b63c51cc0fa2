// An approval desk for tests: its records in memory, and one agent that asks on behalf of a turn.

import type { ApprovalQuestion, ApprovalRecord, AskingTurn } from "../../src/tool/approvals/contract.ts";
import { ApprovalDesk } from "../../src/tool/approvals/desk.ts";
import type { ApproverRules } from "../../src/tool/approvals/verdict.ts";
import { recordedLog } from "./recorded-log.ts";
import { sha256 } from "./test-user.ts";

export interface TestDesk {
  readonly desk: ApprovalDesk;
  readonly records: ApprovalRecord[];
}

export function testDesk(add?: (record: ApprovalRecord) => void): TestDesk {
  const records: ApprovalRecord[] = [];
  const desk = new ApprovalDesk({
    records: { add: add ?? ((record) => void records.push(record)) },
    log: recordedLog(),
    now: () => Date.UTC(2026, 10, 22),
  });
  return { desk, records };
}

export function askingAgent(desk: ApprovalDesk, rules: Partial<ApproverRules> = {}, timeoutMs = 60_000) {
  const address = "muster/press-07/helper";
  return desk.forAgent({ name: "helper", address, rules: { approve: [], deny: [], ...rules }, timeoutMs });
}

export interface TestTurn extends AskingTurn {
  readonly questions: ApprovalQuestion[];
  stop(reason: Error): void;
}

export function testTurn(changes: Partial<AskingTurn> = {}): TestTurn {
  const questions: ApprovalQuestion[] = [];
  const stopped = new AbortController();
  return {
    turn: "t1",
    signal: stopped.signal,
    put: (question) => void questions.push(question),
    ...changes,
    questions,
    stop: (reason) => stopped.abort(reason),
  };
}

/** What a caller of ours answers, verified as `sender`'s. */
export function boundAnswer(question: ApprovalQuestion | undefined, text: string, user: string, account = "ACME") {
  if (question === undefined) throw new Error("Nothing was asked");
  return {
    type: "answer",
    text,
    files: [],
    sender: { id: `${account}.${user}`, user, isVerified: true },
    approves: sha256(question.prompt),
  } as const;
}
