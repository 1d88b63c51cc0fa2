// What is said over the control socket: one JSON request a line, one JSON response a line, in order. Local only; never the bus.

import { credentialName } from "../host/credentials.ts";
import { decodeOperation, operationNames, type OperationRequest } from "./operation.ts";

/**
 * Later operations are further members; a runtime that does not know one answers with an error. `reload` reads the files now and takes
 * over what is good, first the service's credentials where they are handed over (name → base64); `plan` says what it would do, for the runtime's own files or those named (absolute). `collect` is for
 * measuring (`CollectedMemory`); no command asks it.
 */
export type ControlRequest =
  | { readonly op: "status" }
  | { readonly op: "reload"; readonly credentials?: Readonly<Record<string, string>> }
  /** The bundled server stands still until the asker goes: for a backup. */
  | { readonly op: "hold-store" }
  | { readonly op: "collect" }
  /** Makes or removes the key of a further caller of the bundled server; the result is a `CallerReport`. */
  | { readonly op: "caller"; readonly action: "add" | "remove"; readonly name: string }
  | { readonly op: "plan"; readonly file?: string; readonly dropIn?: string }
  /** One short call of a model of the manifest, given up after `limitMs`. */
  | { readonly op: "probe"; readonly model: string; readonly limitMs: number }
  | OperationRequest;

/** What a reload did, or what a plan would. Names of agents. */
export interface ReloadReport {
  /** The main file, absolute. */
  readonly file: string;
  readonly added: readonly string[];
  readonly changed: readonly string[];
  readonly removed: readonly string[];
  readonly same: readonly string[];
  /** `file:line:column: text`, and agents that could not be started. */
  readonly problems: readonly string[];
  /** What goes on as before until a restart, and why. */
  readonly notes: readonly string[];
}

/** A caller's key that was made; empty for one that was removed. */
export interface CallerReport {
  /** Holds the seed. */
  readonly file?: string;
  /** User NKEY. */
  readonly user?: string;
  /** Where the server is. */
  readonly url?: string;
}

export type ControlResponse =
  { readonly ok: true; readonly result: unknown } | { readonly ok: false; readonly error: string };

export interface AgentStatus {
  readonly name: string;
  /** Where it takes prompts; absent when it could not be started. */
  readonly subject?: string;
  readonly instanceId?: string;
  /** `failed`: it could not be started. `stopped`: it was told to. */
  readonly state: "starting" | "ready" | "degraded" | "draining" | "failed" | "stopped";
  readonly reason?: string;
  readonly models: readonly string[];
  readonly inFlight: number;
  readonly queued: number;
  readonly requests: number;
  readonly errors: number;
  /** Absent: none are kept, or they were not looked for yet. */
  readonly jobs?: JobCounts;
  /** The file that declares it. */
  readonly source: string;
}

/** Jobs of an agent (docs/jobs.md). */
export interface JobCounts {
  readonly waiting: number;
  readonly running: number;
  /** Ended since the runtime's start. `failed`: set aside. */
  readonly done: number;
  readonly failed: number;
  readonly expired: number;
}

export interface EndpointStatus {
  readonly name: string;
  readonly provider: string;
  readonly url?: string;
  /** Names of the manifest's models that live there. */
  readonly models: readonly string[];
  readonly state: "unknown" | "reachable" | "unreachable";
  readonly reason?: string;
  readonly parallel: number;
  /** Calls that run, calls that wait, and slots held by calls that were stopped but are not over. */
  readonly busy: number;
  readonly waiting: number;
  readonly finishing: number;
}

export interface BusState {
  /** Whose server it is. */
  readonly server: "bundled" | "external";
  readonly state: string;
  /** `host:port`, or the URL of the bundled server. */
  readonly url?: string;
  readonly problem?: string;
  /** Since when it is in this state, ISO 8601. */
  readonly since: string;
  /** Absent where there is none. */
  readonly hub?: HubState;
  /** Of the bundled server, since the runtime's start. */
  readonly serverRestarts?: number;
}

/** The bundled server's link to its hub. */
export interface HubState {
  readonly url: string;
  /** `connecting`: never linked since the bundled server started. */
  readonly state: "connecting" | "connected" | "disconnected";
  /** ISO 8601. */
  readonly since: string;
  /** Why there is no link. */
  readonly reason?: string;
}

/** Health and figures over HTTP. */
export interface HttpStatus {
  /** `host:port` */
  readonly listen: string;
  /** Why nobody listens there. */
  readonly problem?: string;
}

export interface MemoryStatus {
  readonly limitBytes: number;
  /** `shrinking`: near the limit, caches are emptied. `full`: at it, new prompts are refused. */
  readonly state: "ok" | "shrinking" | "full";
}

export interface StorageStatus {
  /** `full`: the disk of the state directory has no room, and nothing is stored. */
  readonly state: "ok" | "full";
  /** Absent where the file system does not tell. */
  readonly freeBytes?: number;
}

export interface UpgradeStatus {
  /** `back`: the version before the upgrade serves again. */
  readonly result: "switched" | "back";
  readonly from: string;
  readonly to: string;
  /** ISO 8601. */
  readonly time: string;
  /** Why it went back; empty otherwise. */
  readonly reason: string;
}

export interface FileStatus {
  readonly file: string;
  /** `file:line:column: text` each; empty: the file is good. */
  readonly problems: readonly string[];
  /** The last good form of the file is in force. */
  readonly usesLastGood: boolean;
}

export interface RuntimeStatus {
  readonly version: string;
  readonly pid: number;
  readonly startedAt: string;
  readonly uptimeS: number;
  readonly rssBytes: number;
  readonly stateDirectory: string;
  readonly isDraining: boolean;
  readonly bus: BusState;
  readonly agents: readonly AgentStatus[];
  readonly endpoints: readonly EndpointStatus[];
  readonly files: readonly FileStatus[];
  /** Absent: the manifest asks for none. */
  readonly http?: HttpStatus;
  /** Absent: no limit. */
  readonly memory?: MemoryStatus;
  /** Of the state directory's disk; absent while the runtime begins to start. */
  readonly storage?: StorageStatus;
  /** How the last switch to another version ended; absent: there was none. */
  readonly upgrade?: UpgradeStatus;
}

export function isCallerReport(value: unknown): value is CallerReport {
  if (!isRecord(value)) return false;
  return [value["file"], value["user"], value["url"]].every(
    (field) => field === undefined || typeof field === "string",
  );
}

export const longestProbeMs = 3_600_000;

/** A request or response longer than this ends the connection. */
export const maxControlLineBytes = 16 * 1024 * 1024;

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
    default:
      return decodeOperation(fields) ?? unknownOperation(op);
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

function unknownOperation(op: unknown): string {
  const known = ["status", "reload", "plan", "probe", "hold-store", "collect", "caller", ...operationNames]
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
