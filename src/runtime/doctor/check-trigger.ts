// Will a trigger start runs, and its answers arrive? When it comes due, what it hears or watches, and where answers go.

import { dirname } from "node:path";
import { cronTimes, instantOf } from "../../manifest/cron-times.ts";
import type { DeliverConfig, TriggerConfig } from "../../manifest/trigger.ts";
import type { TriggerStatus } from "../../trigger/contract.ts";
import type { BusView } from "./bus-view.ts";
import type { Check } from "./check.ts";
import { subjectFindings } from "./check-subjects.ts";
import { type Finding, ok, problem, warning } from "./finding.ts";
import { folderProblem } from "./folder-problem.ts";
import type { RuntimeUser } from "./runtime-user.ts";

export interface TriggerFacts {
  readonly trigger: TriggerConfig;
  /** What a runtime says of it; undefined when none tells. */
  readonly status: TriggerStatus | undefined;
  readonly nowMs: () => number;
  readonly who: RuntimeUser;
  /** Never rejects. */
  readonly view: () => Promise<BusView>;
}

/** As many as show how a schedule goes on. */
const shownTimes = 3;
/** A look at the bus is made once for all: it may be under way for some time. */
const deadlineMs = 30_000;

export function checkTrigger(name: string, facts: TriggerFacts): Check {
  return {
    name,
    deadlineMs,
    examine: async () => [
      ...runtimesWord(facts.status),
      ...(await sourceFindings(facts)),
      ...(await deliverFindings(facts.trigger.deliver, facts)),
    ],
  };
}

function runtimesWord(status: TriggerStatus | undefined): readonly Finding[] {
  if (status?.problem === undefined) return [];
  return [problem(`The runtime says: ${status.problem}`, "It tries again by itself; muster logs says more")];
}

async function sourceFindings({ trigger, status, nowMs, who, view }: TriggerFacts): Promise<readonly Finding[]> {
  const { source } = trigger;
  switch (source.type) {
    case "every":
      return [ok(status?.next === undefined ? "It runs while a runtime runs" : `It runs next at ${status.next}`)];
    case "cron":
      return [cronFinding(source.expression, source.timezone, nowMs())];
    case "at":
      return [atFinding(instantOf(source.at, source.timezone), trigger, nowMs())];
    case "subject":
      return subjectFindings({ verb: "subscribe", subjects: [source.subject] }, await view());
    case "mqtt":
      return [ok(`It hears "${source.topic}" of the broker "${source.broker.name}", which has a check of its own`)];
    case "file":
      return [
        (await folderProblem({ path: source.folder, writes: false }, who)) ?? ok(`"${source.folder}" can be watched`),
      ];
  }
}

function cronFinding(expression: string, timezone: string | undefined, nowMs: number): Finding {
  const due = cronTimes(expression, timezone);
  const times: number[] = [];
  for (let at = due.next(nowMs); at !== undefined && times.length < shownTimes; at = due.next(at)) times.push(at);
  const [first] = times;
  if (first === undefined) return warning("It never comes due again", "Change its expression, or take it out");
  const zone = timezone ?? new Intl.DateTimeFormat().resolvedOptions().timeZone;
  return ok(`It runs next at ${times.map((at) => inZone(at, zone)).join(", ")} (${zone})`, { next: iso(first) });
}

function atFinding(atMs: number | undefined, { catchUp }: TriggerConfig, nowMs: number): Finding {
  if (atMs === undefined) return problem("Its time cannot be read on this machine", "Give it an offset, such as Z");
  if (atMs > nowMs) return ok(`It runs once, at ${iso(atMs)}`, { next: iso(atMs) });
  const made = catchUp === "last" ? ", if it did not run then: catch_up is last" : "";
  return warning(
    `Its time is over since ${iso(atMs)}: it does not run again${made}`,
    "Give it another time, or take it out",
  );
}

async function deliverFindings(deliver: DeliverConfig | undefined, facts: TriggerFacts): Promise<readonly Finding[]> {
  switch (deliver?.type) {
    case undefined:
    case "mqtt":
      return [];
    case "nats":
      return subjectFindings({ verb: "request", subjects: [deliver.subject] }, await facts.view());
    case "file": {
      const wrong = await folderProblem({ path: fixedFolder(deliver.path), writes: true, isMade: true }, facts.who);
      return wrong === undefined ? [] : [wrong];
    }
  }
}

/** The part above the first placeholder. */
function fixedFolder(path: string): string {
  const index = path.indexOf("{{");
  return index < 0 || !dirname(path).includes("{{") ? dirname(path) : dirname(`${path.slice(0, index)}x`);
}

function inZone(ms: number, timeZone: string): string {
  const shown = new Intl.DateTimeFormat("sv-SE", { timeZone, dateStyle: "short", timeStyle: "short" });
  return shown.format(ms);
}

function iso(ms: number): string {
  return new Date(ms).toISOString().replace(/\.\d+Z$/, "Z");
}
