// Keys of an agent that are good one by one and do not do together what somebody who writes them expects. All of them are warnings.

import type { FileScope } from "./file-scope.ts";
import { asRaw } from "./parsed-file.ts";
import { parseTargetAddress } from "./tools/agent-target.ts";
import type { AgentLayers } from "./tools/privileged.ts";
import { formatDuration, parseDuration } from "./units.ts";
import type { Path } from "./yaml-tree.ts";

interface Place {
  readonly layers: AgentLayers;
  readonly path: Path;
  readonly scope: FileScope;
}

const defaultDeadlineMs = 300_000;
/** What starts a run in each of several machines. Of a NATS queue group one gets each message. */
const everywhere = ["every", "cron", "at", "mqtt", "file"];

/** `layers`: the agent's keys as they are written, then the defaults that hold for it; `path`: the agent's. */
export function checkCombinations(layers: AgentLayers, path: Path, scope: FileScope, isLeaf: boolean): void {
  const place = { layers, path, scope };
  if (isLeaf) checkShared(place);
  checkReplicas(place);
  checkSteps(place);
  checkWaits(place);
  checkSelf(place);
}

/** Each leaf has an owner, and so addresses, of its own: no other machine serves its agents, nor reads its JetStream. */
function checkShared(place: Place): void {
  if (asRaw(effective("memory", place))["store"] !== "kv") return;
  const message =
    "Found kv on a machine that is a leaf of a hub (nats.embedded.hub): it is the JetStream of the machine's own server, which no other machine reads; see store: sqlite, or nats.servers to have several machines on one server";
  warn("memory", place, message, ["store"]);
}

function checkReplicas(place: Place): void {
  if (effective("replicas", place) !== true) return;
  const store = asRaw(effective("memory", place))["store"] ?? "sqlite";
  if (store !== "kv")
    warn(
      "replicas",
      place,
      `Found replicas: true with conversations in ${store === "memory" ? "memory" : "SQLite"}, which each machine keeps for itself: whoever is answered by another machine is not remembered there; see memory: { store: kv }`,
    );
  for (const [name, trigger] of Object.entries(asRaw(effective("triggers", place)))) {
    const kind = everywhere.find((key) => key in asRaw(trigger));
    if (kind === undefined) continue;
    warn(
      "triggers",
      place,
      kind === "mqtt"
        ? `Found replicas: true and the trigger "${name}" of kind mqtt: all machines have one client_id, and a broker lets in one of them at a time; give it to an agent without replicas`
        : `Found replicas: true and the trigger "${name}" of kind ${kind}, which every machine runs for itself; give it to an agent without replicas`,
      [name],
    );
  }
}

function checkSteps(place: Place): void {
  const hasTools = Object.keys(asRaw(effective("tools", place))).length > 0 || effective("skills", place) !== undefined;
  const { steps, tool_calls: calls } = asRaw(effective("turn", place));
  if (hasTools && calls === 0) warn("turn", place, "Found 0 and tools, which are never used so", ["tool_calls"]);
  if (!hasTools || steps !== 1) return;
  const message =
    "Found 1 and tools: the last model call of a turn is offered none, so they are never used; see steps: 2";
  warn("turn", place, message, ["steps"]);
}

/** Nothing waits longer than the turn that it is in. */
function checkWaits(place: Place): void {
  const deadlineMs = durationOf(effective("deadline", place)) ?? defaultDeadlineMs;
  const limitMs = Math.min(deadlineMs, durationOf(asRaw(effective("turn", place))["time"]) ?? deadlineMs);
  const whole = formatDuration(limitMs);
  const tooLong = (value: unknown): string | undefined => {
    const ms = durationOf(value);
    if (ms === undefined || ms <= limitMs) return undefined;
    return `Found ${formatDuration(ms)}, longer than the ${whole} that the whole turn may take (deadline, turn.time): it is never waited so long`;
  };
  const approval = tooLong(effective("approval_timeout", place));
  if (approval !== undefined) warn("approval_timeout", place, approval);
  for (const [name, tool] of Object.entries(asRaw(effective("tools", place)))) {
    for (const key of ["timeout", "question_timeout", "max_wait", "start_timeout"]) {
      const message = tooLong(asRaw(tool)[key]);
      if (message !== undefined) warn("tools", place, message, [name, key]);
    }
  }
}

/** The way back to an agent is closed to its own tools. */
function checkSelf(place: Place): void {
  const self = String(place.path.at(-1));
  for (const [name, value] of Object.entries(asRaw(effective("tools", place)))) {
    const tool = asRaw(value);
    const key = tool["type"] === "agent" ? "address" : tool["type"] === "handoff" ? "to" : undefined;
    const text = key === undefined ? undefined : tool[key];
    if (key === undefined || typeof text !== "string") continue;
    const target = parseTargetAddress(text);
    if (target?.name !== self || target.owner !== undefined) continue;
    const message = `Found "${text}", this agent's own name: it never calls itself, only an agent of that name elsewhere; where one is meant, write OWNER/${text}`;
    warn("tools", place, message, [name, key]);
  }
}

function durationOf(value: unknown): number | undefined {
  return typeof value === "string" ? parseDuration(value) : undefined;
}

function effective(key: string, { layers }: Place): unknown {
  return layers.find((layer) => key in layer)?.[key];
}

/** At the key where the agent itself has it, else at the agent. */
function warn(key: string, { layers, path, scope }: Place, message: string, below: Path = []): void {
  const isOwn = key in layers[0];
  scope.warning(isOwn ? [...path, key, ...below] : path, isOwn ? message : `${[key, ...below].join(".")}: ${message}`);
}
