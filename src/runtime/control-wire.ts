// The lines of the control socket, written and read; what another process said is checked before it is used.

import { credentialName } from "../host/credentials.ts";
import { conversationOperations, decodeConversationRequest } from "./conversation-wire.ts";
import type {
  CallerReport,
  ControlRequest,
  ControlResponse,
  ReloadReport,
  RunsReport,
  RuntimeStatus,
} from "./control-protocol.ts";
import { longestProbeMs, mostRuns } from "./control-protocol.ts";
import { decodeKnowledgeRequest, knowledgeOperations } from "./knowledge-wire.ts";
import { decodeOperation, operationNames } from "./operation.ts";

export function isCallerReport(value: unknown): value is CallerReport {
  if (!isRecord(value)) return false;
  return [value["file"], value["user"], value["url"]].every(
    (field) => field === undefined || typeof field === "string",
  );
}

export function encodeControl(message: ControlRequest | ControlResponse): string {
  return `${JSON.stringify(message)}\n`;
}

/** The operation asked for, or the text of what is wrong with the line. */
export function decodeRequest(line: string): ControlRequest | string {
  const fields = parseObject(line);
  if (fields === undefined) return "Not a JSON object";
  const op = fields["op"];
  switch (op) {
    case "status":
    case "hold-store":
    case "collect":
      return { op };
    case "reload":
      return { op, ...credentialsOf(fields["credentials"]) };
    case "plan":
      return { op, ...textField(fields, "file"), ...textField(fields, "dropIn") };
    case "probe":
      return decodeProbe(fields);
    case "caller":
      return decodeCaller(fields);
    case "runs":
      return decodeRuns(fields);
    default:
      return (
        decodeOperation(fields) ??
        decodeConversationRequest(fields) ??
        decodeKnowledgeRequest(fields) ??
        unknownOperation(op)
      );
  }
}

function credentialsOf(given: unknown): { credentials?: Record<string, string> } {
  if (!isRecord(given)) return {};
  const entries = Object.entries(given).flatMap(([name, value]): [string, string][] =>
    typeof value === "string" && credentialName.test(name) ? [[name, value]] : [],
  );
  return { credentials: Object.fromEntries(entries) };
}

function decodeProbe({ model, limitMs }: Readonly<Record<string, unknown>>): ControlRequest | string {
  if (typeof model !== "string") return '"model" is not a text';
  const isLimit = typeof limitMs === "number" && limitMs > 0 && limitMs <= longestProbeMs;
  return isLimit ? { op: "probe", model, limitMs } : '"limitMs" is no time up to an hour';
}

function decodeCaller({ action, name }: Readonly<Record<string, unknown>>): ControlRequest | string {
  if (action !== "add" && action !== "remove") return '"action" is neither "add" nor "remove"';
  return typeof name === "string" ? { op: "caller", action, name } : '"name" is not a text';
}

function decodeRuns({ agent, last }: Readonly<Record<string, unknown>>): ControlRequest | string {
  if (agent !== undefined && typeof agent !== "string") return '"agent" is not a text';
  if (typeof last !== "number" || !Number.isSafeInteger(last) || last < 1 || last > mostRuns) {
    return `"last" is no whole number from 1 to ${mostRuns}`;
  }
  return { op: "runs", last, ...(agent === undefined ? {} : { agent }) };
}

/** Of a Muster of any version: what is printed is checked. */
export function isRunsReport(value: unknown): value is RunsReport {
  if (!isRecord(value) || !Array.isArray(value["runs"]) || !isTextList(value["agents"])) return false;
  return value["runs"].every(
    (run) =>
      isRecord(run) && ["id", "agent", "trigger", "due", "state"].every((field) => typeof run[field] === "string"),
  );
}

function unknownOperation(op: unknown): string {
  const others = ["status", "reload", "plan", "probe", "hold-store", "collect", "caller", "runs"];
  const known = [...others, ...operationNames, ...conversationOperations, ...knowledgeOperations]
    .map((name) => `"${name}"`)
    .join(", ");
  return `Unknown operation ${JSON.stringify(op ?? null)}: this runtime knows ${known}`;
}

/** Throws a `SyntaxError` for a line that is no response. */
export function decodeResponse(line: string): ControlResponse {
  const fields = parseObject(line);
  if (fields?.["ok"] === true) return { ok: true, result: fields["result"] };
  if (fields?.["ok"] === false && typeof fields["error"] === "string") return { ok: false, error: fields["error"] };
  throw new SyntaxError("The runtime's answer cannot be read");
}

/** Whether a result is a status: its writer is a Muster of any version, so the lists and names that are printed are checked. */
export function isRuntimeStatus(value: unknown): value is RuntimeStatus {
  if (!isRecord(value) || typeof value["version"] !== "string" || !isRecord(value["bus"])) return false;
  const lists = [value["agents"], value["endpoints"], value["files"]];
  return lists.every((list) => Array.isArray(list) && list.every(isRecord));
}

export function isReloadReport(value: unknown): value is ReloadReport {
  if (!isRecord(value) || typeof value["file"] !== "string") return false;
  const { added, changed, removed, same, problems, notes } = value;
  return [added, changed, removed, same, problems, notes].every(isTextList);
}

function isTextList(value: unknown): boolean {
  return Array.isArray(value) && value.every((item) => typeof item === "string");
}

function textField<Key extends string>(fields: Record<string, unknown>, key: Key): Partial<Record<Key, string>> {
  const value = fields[key];
  const found: Partial<Record<Key, string>> = {};
  if (typeof value === "string") found[key] = value;
  return found;
}

function parseObject(line: string): Record<string, unknown> | undefined {
  try {
    const value: unknown = JSON.parse(line);
    return isRecord(value) ? value : undefined;
  } catch {
    return undefined; // Not JSON: the caller says so.
  }
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
