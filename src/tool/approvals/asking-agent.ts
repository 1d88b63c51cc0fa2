// One agent's approvals: puts its tools' questions, waits for the first answer, and remembers what is allowed for a conversation.

import type { Approval, ToolAction } from "../contract.ts";
import type {
  AgentApprovals,
  ApprovalRecord,
  AskingTurn,
  ConversingTurn,
  PendingApproval,
  Verdict,
} from "./contract.ts";
import type { ApprovalDesk } from "./desk.ts";
import { exactText, maxShownLength } from "./exact-text.ts";
import { type Grant, type GrantedConversation, Grants } from "./grants.ts";
import { questionDigest, questionText } from "./question.ts";
import { type ApproverRules, verdictOf } from "./verdict.ts";

export interface ApprovingAgent {
  readonly name: string;
  /** `agent/owner/name`. */
  readonly address: string;
  readonly rules: ApproverRules;
  readonly timeoutMs: number;
  /** Takes out of records what is not to be kept; whoever is asked reads all of it. Never rejects. Absent: nothing. */
  readonly redact?: () => Promise<(text: string) => string>;
}

/** Of one agent at once; more are a no. */
const maxWaiting = 16;

export class AskingAgent implements AgentApprovals {
  readonly #agent: ApprovingAgent;
  readonly #desk: ApprovalDesk;
  readonly #grants = new Grants();
  readonly #waiting = new Set<(verdict: Verdict) => unknown>();
  #redact = (text: string): string => text;
  #isHeld = false;
  #isClosed = false;

  constructor(agent: ApprovingAgent, desk: ApprovalDesk) {
    this.#agent = agent;
    this.#desk = desk;
  }

  async request(action: ToolAction, turn: AskingTurn): Promise<Approval> {
    turn.signal.throwIfAborted();
    if (this.#agent.redact !== undefined) this.#redact = await this.#agent.redact();
    turn.signal.throwIfAborted();
    const grant = grantOf(action, turn);
    const approval = this.#pending(action, turn, grant !== undefined);
    const before = grant && this.#grants.by(grant);
    const known = before === undefined ? this.#refusal(approval) : always(before);
    if (known !== undefined) return approvalOf(this.#desk.record(this.#decided(approval, known)));
    const granted = await this.#ask(approval, turn, grant);
    turn.signal.throwIfAborted();
    return granted;
  }

  forget(turn: ConversingTurn): void {
    const conversation = ownConversation(turn);
    if (conversation !== undefined) this.#grants.forget(conversation);
  }

  setHeld(isHeld: boolean): void {
    this.#isHeld = isHeld;
    if (isHeld) this.#denyAll(no("the agent drains"));
  }

  close(): void {
    this.#isClosed = true;
    this.#denyAll(no("the agent was stopped"));
    this.#grants.clear();
  }

  #denyAll(verdict: Verdict): void {
    for (const decide of [...this.#waiting]) decide(verdict);
  }

  /** Why it is not even asked. */
  #refusal({ action }: PendingApproval): Verdict | undefined {
    if (this.#isClosed) return no("the agent was stopped");
    if (this.#isHeld) return no("the agent drains");
    if (action.length > maxShownLength) return no("the action is too long to be shown whole to one who approves");
    return this.#waiting.size >= maxWaiting ? tooMany() : undefined;
  }

  #ask(approval: PendingApproval, turn: AskingTurn, grant: Grant | undefined): Promise<Approval> {
    const { promise, resolve } = Promise.withResolvers<Approval>();
    const over = new AbortController();
    const end = (): boolean => {
      if (over.signal.aborted) return false;
      clearTimeout(timer);
      turn.signal.removeEventListener("abort", stop);
      this.#waiting.delete(decide);
      this.#desk.leave(approval.id);
      over.abort();
      return true;
    };
    const decide = (verdict: Verdict): ApprovalRecord | undefined => {
      if (!end()) return undefined;
      const record = this.#desk.record(this.#decided(approval, verdict));
      if (record.answer === "always" && grant !== undefined) this.#grants.add(grant, record.by);
      resolve(approvalOf(record));
      return record;
    };
    const { timeoutMs } = this.#agent;
    const timer = setTimeout(() => decide(no(`nobody who may said yes within ${timeoutMs / 1000} s`)), timeoutMs);
    const stop = () => decide(no("the turn was stopped"));
    turn.signal.addEventListener("abort", stop, { once: true });
    this.#waiting.add(decide);
    if (this.#desk.enter({ approval, decide })) this.#put(approval, turn, over.signal, decide);
    else decide(tooMany());
    return promise;
  }

  #put(approval: PendingApproval, turn: AskingTurn, signal: AbortSignal, decide: (verdict: Verdict) => unknown): void {
    const { address, rules } = this.#agent;
    const { id, tool, action } = approval;
    const prompt = questionText({ ...approval, address });
    const digest = questionDigest(prompt);
    const onAnswer = (answer: Parameters<typeof verdictOf>[0]) => decide(verdictOf(answer, { digest, rules }));
    turn.put({ prompt, approval: { id, tool, action }, signal, onAnswer });
  }

  #pending(action: ToolAction, turn: AskingTurn, canAlways: boolean): PendingApproval {
    const askedMs = this.#desk.now();
    const { caller, conversation } = turn;
    return {
      id: shortId(),
      agent: this.#agent.name,
      tool: exactText(action.tool),
      action: exactText(action.action),
      asked: new Date(askedMs).toISOString(),
      expires: new Date(askedMs + this.#agent.timeoutMs).toISOString(),
      turn: turn.turn,
      ...(caller?.isVerified === true ? { caller: caller.id } : {}),
      ...(conversation === undefined ? {} : { conversation }),
      canAlways,
    };
  }

  /** "always" where there is no conversation of somebody's own is "yes". What is too long to be kept is cut there, too: it was not done. */
  #decided(
    { canAlways, action: exact, caller, conversation, ...approval }: PendingApproval,
    verdict: Verdict,
  ): ApprovalRecord {
    const { id, agent, tool, asked, turn } = approval;
    const action = this.#redact(exact);
    return {
      ...{ id, agent, tool, asked, turn },
      ...(caller === undefined ? {} : { caller }),
      ...(conversation === undefined ? {} : { conversation }),
      action: action.length > maxShownLength ? `${action.slice(0, maxShownLength)}…` : action,
      ...verdict,
      ...(verdict.reason === undefined ? {} : { reason: this.#redact(verdict.reason) }),
      answer: verdict.answer === "always" && !canAlways ? "yes" : verdict.answer,
      time: new Date(this.#desk.now()).toISOString(),
    };
  }
}

/** Undefined: the turn belongs to no conversation of a verified caller, in which "always" could hold. */
function grantOf({ tool, key }: ToolAction, turn: AskingTurn): Grant | undefined {
  const conversation = ownConversation(turn);
  return conversation === undefined ? undefined : { ...conversation, tool, key };
}

function ownConversation({ caller, conversation }: ConversingTurn): GrantedConversation | undefined {
  if (conversation === undefined || caller?.isVerified !== true) return undefined;
  return { owner: caller.user, conversation };
}

function approvalOf({ answer, by, reason }: ApprovalRecord): Approval {
  if (answer !== "no") return { isGranted: true, answer, by };
  const said = `${by === "operator" ? "the operator" : `"${by}"`} said no`;
  return { isGranted: false, reason: reason ?? said, answer, by };
}

function always(by: string): Verdict {
  return { answer: "always", by, reason: "said before in this conversation" };
}

function tooMany(): Verdict {
  return no("too many approvals wait for their answer already");
}

function no(reason: string): Verdict {
  return { answer: "no", by: "nobody", reason };
}

/** Six characters that a person can type, none of which looks like another. */
function shortId(): string {
  const letters = "ABCDEFGHJKMNPQRSTUVWXYZ23456789";
  const bytes = crypto.getRandomValues(new Uint8Array(6));
  return Array.from(bytes, (byte) => letters[byte % letters.length]).join("");
}
