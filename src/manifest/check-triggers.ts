// Rules between the keys of triggers: one kind each, times that come, brokers that exist, templates that can be filled, no loops.

import { filtersMeet, isSubjectFilter } from "../protocol/subject-filter.ts";
import { isReplySubject } from "../protocol/subjects.ts";
import { cronTimes, instantOf, isTimezone } from "./cron-times.ts";
import type { Declared } from "./declared.ts";
import { describeValue, quoted } from "./describe-value.ts";
import type { FileScope } from "./file-scope.ts";
import { isTopic, isTopicFilter, takesTopic } from "./mqtt-topic.ts";
import { nearest } from "./nearest.ts";
import { asRaw, type Raw } from "./parsed-file.ts";
import { placeholdersOf } from "./prompt-template.ts";
import { at, type Path } from "./yaml-tree.ts";

const kinds = ["every", "cron", "at", "subject", "mqtt", "file"] as const;
type Kind = (typeof kinds)[number];

const timed: readonly Kind[] = ["every", "cron", "at"];
/** Keys that say something of some kinds only. */
const belongs: Readonly<Record<string, readonly Kind[]>> = {
  timezone: ["cron", "at"],
  catch_up: timed,
  queue_group: ["subject"],
  broker: ["mqtt"],
  qos: ["mqtt"],
  pattern: ["file"],
  settle: ["file"],
};
const ofAll = ["time", "run", "trigger"];
const placeholders: Readonly<Record<Kind, readonly string[]>> = {
  every: ofAll,
  cron: ofAll,
  at: ofAll,
  subject: [...ofAll, "payload", "subject"],
  mqtt: [...ofAll, "payload", "topic"],
  file: [...ofAll, "payload", "name", "path"],
};
const triggerKeys = [...kinds, ...Object.keys(belongs), "prompt", "conversation", "overlap", "deliver"];
/** A time of any year from then on counts as one that comes. */
const fromMs = Date.UTC(2025, 0, 1);

interface Place {
  readonly path: Path;
  readonly scope: FileScope;
  readonly declared: Declared;
}

/** `agent`: its keys as they are written; `path`: where it stands. */
export function checkTriggers(agent: Raw, path: Path, scope: FileScope, declared: Declared): void {
  const triggers = Object.entries(asRaw(agent["triggers"])).map(([name, value]) => [name, asRaw(value)] as const);
  for (const [name, trigger] of triggers) {
    const place = { path: [...path, "triggers", name], scope, declared };
    checkKind(trigger, place);
    checkDeliver(asRaw(trigger["deliver"]), isMap(trigger["deliver"]), place);
    checkLoops(trigger, triggers, place);
  }
}

function checkKind(trigger: Raw, place: Place): void {
  const { path, scope } = place;
  const [kind, ...more] = kinds.filter((key) => key in trigger);
  if (kind === undefined) {
    scope.problem(path, `The key that says when it runs is missing, accepted one of ${kinds.join(", ")}`);
    return;
  }
  for (const other of more) {
    scope.keyProblem([...path, other], `Found ${other} beside ${kind}, accepted one of them: a trigger has one kind`);
  }
  for (const [key, of] of Object.entries(belongs)) {
    if (!(key in trigger) || of.some((one) => one in trigger)) continue;
    scope.keyProblem([...path, key], `Found ${key} with ${kind}, accepted with ${of.join(" and ")} only`);
  }
  checkSource(kind, trigger, place);
  checkPrompt(kind, trigger, place);
}

function checkSource(kind: Kind, trigger: Raw, place: Place): void {
  const { path, scope } = place;
  const { [kind]: value, timezone } = trigger;
  if (typeof timezone === "string" && !isTimezone(timezone)) {
    scope.problem(
      [...path, "timezone"],
      `Found ${quoted(timezone)}, accepted a time zone such as Europe/Berlin or UTC`,
    );
    return;
  }
  // Of nothing the schema tells.
  if (typeof value !== "string" || value === "") return;
  const problem = sourceProblem(kind, value, typeof timezone === "string" ? timezone : undefined);
  if (problem !== undefined) scope.problem([...path, kind], `Found ${written([...path, kind], scope)}, ${problem}`);
  if (kind === "mqtt") checkBroker(trigger, path, place);
}

function sourceProblem(kind: Kind, value: string, timezone: string | undefined): string | undefined {
  switch (kind) {
    case "cron":
      return cronProblem(value, timezone);
    case "at":
      return instantOf(value, timezone) === undefined
        ? "accepted a date and time such as 2027-01-31T06:00:00 or 2027-01-31T06:00:00+01:00"
        : undefined;
    case "subject":
      return subjectProblem(value);
    case "mqtt":
      return isTopicFilter(value)
        ? undefined
        : "accepted an MQTT topic filter such as line3/+/alarm: + is one whole level, # the last";
    case "file":
      return /[*?]/.test(value)
        ? 'accepted a folder; which of its files are taken, pattern says, such as pattern: "*.csv"'
        : undefined;
    case "every":
      return undefined;
  }
}

function cronProblem(expression: string, timezone: string | undefined): string | undefined {
  const fields = expression.trim().split(/\s+/).length;
  // Croner takes a date for an expression, too.
  if (!expression.startsWith("@") && fields !== 5 && fields !== 6) {
    return `accepted a cron expression of five fields such as "0 6 * * 1-5", or six with seconds first`;
  }
  try {
    if (cronTimes(expression, timezone).next(fromMs) !== undefined) return undefined;
    return "which never comes; accepted a cron expression of times that come";
  } catch (error) {
    const reason = error instanceof Error ? error.message.replace(/^CronPattern: /, "") : String(error);
    return `accepted a cron expression such as "0 6 * * 1-5" (${reason})`;
  }
}

/** What agents say to each other starts no turns: each answer would be the next one's prompt. */
function subjectProblem(subject: string): string | undefined {
  if (/\s/.test(subject)) return undefined; // The schema tells.
  if (!isSubjectFilter(subject))
    return "accepted a NATS subject such as plant.line3.alarm, * for one token, > for the rest";
  const own = ["agents.>", "muster.>", "_INBOX.>"].find((one) => filtersMeet(subject, one));
  if (own === undefined && !subject.startsWith("$")) return undefined;
  return `which takes messages of ${own ?? "the server"} too, accepted a subject that does not, such as plant.line3.alarm`;
}

function checkBroker(keys: Raw, path: Path, { scope, declared }: Place): void {
  const { broker } = keys;
  const { brokers, isIncomplete } = declared;
  if (isIncomplete) return;
  if (broker === undefined && brokers.length === 1) return;
  if (brokers.length === 0) {
    scope.keyProblem(
      [...path, "mqtt"],
      'Found mqtt, and no broker in the main file; accepted with one, such as mqtt: { plant: { url: "mqtt://127.0.0.1:1883" } } at its top',
    );
  } else if (broker === undefined) {
    scope.keyProblem([...path, "mqtt"], `Found mqtt without broker, accepted with one of ${brokers.join(", ")}`);
  } else if (typeof broker === "string" && !brokers.includes(broker)) {
    const near = nearest(broker, brokers);
    const suggestion = near === undefined ? "" : `, did you mean "${near}"`;
    scope.problem([...path, "broker"], `Found ${quoted(broker)}${suggestion}; accepted are ${brokers.join(", ")}`);
  }
}

function checkPrompt(kind: Kind, trigger: Raw, { path, scope }: Place): void {
  const { prompt } = trigger;
  const isMistyped = Object.keys(trigger).some(
    (key) => !triggerKeys.includes(key) && nearest(key, triggerKeys) === "prompt",
  );
  if (prompt === undefined && timed.includes(kind) && !isMistyped) {
    scope.problem(path, `The key prompt is missing, accepted a text: with ${kind} nothing comes that could be asked`);
  }
  if (typeof prompt === "string") checkTemplate(prompt, placeholders[kind], [...path, "prompt"], scope);
}

function checkTemplate(template: string, known: readonly string[], path: Path, scope: FileScope): void {
  for (const found of placeholdersOf(template)) {
    const text = typeof found === "string" ? found : [found.name, ...found.keys].join(".");
    const isKnown =
      typeof found !== "string" && known.includes(found.name) && (found.keys.length === 0 || found.name === "payload");
    if (isKnown) continue;
    const payload = known.includes("payload") ? ", and {{payload.KEY}} of a JSON payload" : "";
    scope.problem(
      path,
      `Found ${quoted(`{{${text}}}`)}, accepted are ${known.map((name) => `{{${name}}}`).join(", ")}${payload}`,
    );
    return;
  }
}

function checkDeliver(deliver: Raw, isThere: boolean, place: Place): void {
  const path = [...place.path, "deliver"];
  const { scope } = place;
  const [kind, ...more] = ["nats", "mqtt", "file"].filter((key) => key in deliver);
  if (kind === undefined) {
    if (isThere) scope.problem(path, "The key that says where is missing, accepted one of nats, mqtt and file");
    return;
  }
  for (const other of more) scope.keyProblem([...path, other], `Found ${other} beside ${kind}, accepted one of them`);
  for (const key of ["broker", "qos", "retain"]) {
    if (key in deliver && !("mqtt" in deliver))
      scope.keyProblem([...path, key], `Found ${key} with ${kind}, accepted with mqtt only`);
  }
  const { nats, mqtt, file } = deliver;
  if (typeof nats === "string" && !isReplySubject(nats)) {
    scope.problem(
      [...path, "nats"],
      `Found ${quoted(nats)}, accepted a subject such as plant.line3.summary: no wildcards, none of agents, muster and the server`,
    );
  }
  if (typeof mqtt === "string" && !isTopic(mqtt)) {
    scope.problem([...path, "mqtt"], `Found ${quoted(mqtt)}, accepted an MQTT topic without + and #`);
  }
  if ("mqtt" in deliver) checkBroker(deliver, path, place);
  if (typeof file === "string") checkTemplate(file, ofAll, [...path, "file"], scope);
}

/** An answer that starts the next turn of the same agent. */
function checkLoops(trigger: Raw, all: readonly (readonly [string, Raw])[], { path, scope }: Place): void {
  const { nats, mqtt, broker, file } = asRaw(trigger["deliver"]);
  for (const [name, other] of all) {
    const { subject, mqtt: filter } = other;
    if (typeof nats === "string" && typeof subject === "string" && filtersMeet(subject, nats)) {
      scope.problem(
        [...path, "deliver", "nats"],
        `Found ${quoted(nats)}, which starts the trigger ${quoted(name)} again and again; accepted a subject that starts none of this agent`,
      );
    }
    if (
      typeof mqtt === "string" &&
      typeof filter === "string" &&
      broker === other["broker"] &&
      takesTopic(filter, mqtt)
    ) {
      scope.problem(
        [...path, "deliver", "mqtt"],
        `Found ${quoted(mqtt)}, which starts the trigger ${quoted(name)} again and again; accepted a topic that starts none of this agent`,
      );
    }
    if (typeof file === "string" && typeof other["file"] === "string" && isDirectlyIn(file, other["file"])) {
      scope.problem(
        [...path, "deliver", "file"],
        `Found ${written([...path, "deliver", "file"], scope)}, in the folder of the trigger ${quoted(name)}, which would start again and again; accepted another folder`,
      );
    }
  }
}

/** As it stands in the file, where paths are not absolute yet. */
function written(path: Path, { tree }: FileScope): string {
  const found = at(tree, path);
  return found === undefined ? "nothing" : describeValue(found.tree);
}

/** Of what is none the schema tells. */
function isMap(value: unknown): boolean {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function isDirectlyIn(file: string, folder: string): boolean {
  return file.slice(0, Math.max(0, file.lastIndexOf("/"))) === folder.replace(/\/$/, "");
}
