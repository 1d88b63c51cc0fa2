// Is the time right? Machines without a clock of their own start years back.

import type { Check } from "./check.ts";
import { type Finding, ok, problem, warning } from "./finding.ts";

export interface ServerTime {
  /** Whose time, such as `endpoint "cloud"`. */
  readonly whose: string;
  readonly ms: number;
  /** By this machine's clock, when it was told. */
  readonly heardMs: number;
}

export interface ClockFacts {
  /** In ms since 1970. */
  readonly nowMs: () => number;
  /** When the executable's source was last changed; 0 when unknown. */
  readonly sourceTimeS: number;
  /** Whether the system says that its clock follows a time server; undefined when it does not say. */
  readonly isSynchronised: () => Promise<boolean | undefined>;
  /** The latest time at which something was written in the state directory; undefined when there is nothing. */
  readonly latestWriteMs: () => Promise<number | undefined>;
  /** The time by servers elsewhere; empty when nobody may be asked. Never rejects. */
  readonly serverTimes: (signal: AbortSignal) => Promise<readonly ServerTime[]>;
}

const dayMs = 24 * 3_600_000;
/** Before this no version of Muster was made. */
const earliestMs = Date.UTC(2026, 0, 1);
const longestLifeMs = 20 * 365 * dayMs;
/** The Date of HTTP has whole seconds, and an answer takes its time. */
const smallDriftMs = 30_000;
const largeDriftMs = 10 * 60_000;

const setTime =
  'Set it: "timedatectl set-ntp true" with a time server in reach, else "timedatectl set-time \'YYYY-MM-DD HH:MM:SS\'"';

export function checkClock(facts: ClockFacts): Check {
  return { name: "clock", deadlineMs: 15_000, examine: (signal) => clockFindings(facts, signal) };
}

async function clockFindings(facts: ClockFacts, signal: AbortSignal): Promise<readonly Finding[]> {
  const [isSynchronised, latestWriteMs, times] = await Promise.all([
    facts.isSynchronised(),
    facts.latestWriteMs(),
    facts.serverTimes(signal),
  ]);
  const nowMs = facts.nowMs();
  const wrong = [...yearFindings(nowMs, facts.sourceTimeS), ...writeFindings(nowMs, latestWriteMs)];
  const drifts = times.flatMap(driftFindings);
  const unsynchronised = isSynchronised === false && wrong.length === 0 && drifts.length === 0 ? [notFollowed()] : [];
  const findings = [...wrong, ...drifts, ...unsynchronised];
  return findings.length > 0 ? findings : [good(nowMs, isSynchronised, times)];
}

function good(nowMs: number, isSynchronised: boolean | undefined, times: readonly ServerTime[]): Finding {
  const [time] = times;
  const follows = isSynchronised === true ? ", set by a time server" : "";
  const agrees = time === undefined ? "" : `, agrees with ${time.whose}`;
  return ok(`${iso(nowMs)}${follows}${agrees}`, { now: iso(nowMs) });
}

function yearFindings(nowMs: number, sourceTimeS: number): Finding[] {
  const bornMs = Math.max(earliestMs, sourceTimeS * 1_000);
  if (nowMs < bornMs) {
    return [problem(`It is ${iso(nowMs)} here, before this executable was made (${iso(bornMs)})`, setTime)];
  }
  if (nowMs > bornMs + longestLifeMs) {
    return [problem(`It is ${iso(nowMs)} here, more than 20 years after this executable was made`, setTime)];
  }
  return [];
}

function writeFindings(nowMs: number, latestWriteMs: number | undefined): Finding[] {
  if (latestWriteMs === undefined || latestWriteMs < nowMs + dayMs) return [];
  return [
    warning(
      `The clock went back: the state directory was written to at ${iso(latestWriteMs)}, now it is ${iso(nowMs)}`,
      setTime,
    ),
  ];
}

function driftFindings({ whose, ms, heardMs }: ServerTime): Finding[] {
  const driftS = Math.round((heardMs - ms) / 1_000);
  const drift = Math.abs(driftS) * 1_000;
  if (drift < smallDriftMs) return [];
  const text = `The clock is ${Math.abs(driftS)} s ${driftS > 0 ? "ahead of" : "behind"} that of ${whose}`;
  return [(drift < largeDriftMs ? warning : problem)(text, setTime, { driftS })];
}

function notFollowed(): Finding {
  return warning("The clock follows no time server", `${setTime}. Without a network that is to be expected`);
}

/** A clock can stand beyond what a date can say. */
function iso(ms: number): string {
  const date = new Date(ms);
  return Number.isNaN(date.getTime()) ? `${ms} ms` : date.toISOString().replace(/\.\d+Z$/, "Z");
}
