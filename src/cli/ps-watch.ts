// The live list of `muster ps --watch`: drawn as heartbeats come, and discovered anew now and then.

import { CallError } from "../bus/calling/call-error.ts";
import type { Roster } from "../bus/calling/roster.ts";
import type { AgentWatch } from "../bus/calling/watch-agents.ts";
import { delay } from "../bus/delay.ts";
import type { UnusableRecord } from "../protocol/registration.ts";
import type { Invocation } from "./command.ts";
import type { CommandBus } from "./connect-bus.ts";
import { groupAgents, type ListedAgent } from "./listed-agents.ts";
import { psToJson } from "./ps-json.ts";
import { psTable } from "./ps-table.ts";
import type { Terminal } from "./terminal.ts";

export interface Listing {
  readonly bus: CommandBus;
  readonly roster: Roster;
  readonly watch: AgentWatch;
  readonly invocation: Invocation;
  readonly terminal: Terminal;
  refresh(): Promise<void>;
}

/** Ages grow on a terminal, and agents go offline, without any beat. */
const drawMs = 1_000;

/** Beats that come closer together are drawn together. */
const leastDrawMs = 200;

/** A list of thousands takes long to draw: so many times as long passes before it is drawn again. */
const restFactor = 20;

const discoverMs = 10_000;

/** Whoever beats and was never discovered brings the next discovery forward to this. */
const strangerMs = 2_000;

/** Rings once for whoever waits. */
export class Bell {
  #ringing = new AbortController();

  ring(): void {
    this.#ringing.abort();
  }

  /** Resolves when it rang since the last call, after `ms`, or when `signal` fires. */
  async heard(ms: number, signal: AbortSignal): Promise<void> {
    await delay(ms, AbortSignal.any([signal, this.#ringing.signal]));
    this.#ringing = new AbortController();
  }
}

/** What is shown now: an instance whose record cannot be used is no agent, though it may beat. */
export function listed(roster: Roster): { agents: ListedAgent[]; unusable: readonly UnusableRecord[] } {
  const unusable = roster.unusable();
  const without = new Set(unusable.map(({ instanceId }) => instanceId));
  const entries = roster.entries().filter(({ instanceId }) => !without.has(instanceId));
  return { agents: groupAgents(entries, roster.nowMs()), unusable };
}

/** Draws until `signal` fires. A bus that is away for a while is waited for. `bell` rings when the roster changed. */
export async function keepTrue(listing: Listing, bell: Bell, signal: AbortSignal): Promise<void> {
  const failed = new AbortController();
  const ending = AbortSignal.any([signal, failed.signal]);
  try {
    await Promise.all([draw(listing, bell, ending), discoverAgain(listing, ending)]);
  } finally {
    failed.abort();
  }
}

async function draw(listing: Listing, bell: Bell, signal: AbortSignal): Promise<void> {
  const { terminal } = listing;
  let last = "";
  while (!signal.aborted) {
    const startMs = performance.now();
    const { text, gist } = watchText(listing);
    if (terminal.isOutTerminal) terminal.out(`\u001b[H\u001b[2J${text}`);
    else if (gist !== last) terminal.out(text);
    last = gist;
    await delay(Math.max(leastDrawMs, restFactor * (performance.now() - startMs)), signal);
    await bell.heard(drawMs - leastDrawMs, signal);
  }
}

async function discoverAgain(listing: Listing, signal: AbortSignal): Promise<void> {
  const { bus, roster } = listing;
  let lastMs = performance.now();
  while (!signal.aborted) {
    await delay(drawMs, signal);
    const sinceMs = performance.now() - lastMs;
    const isDue = sinceMs >= discoverMs || (sinceMs >= strangerMs && roster.hasStrangers());
    if (!isDue || !bus.connection.isConnected()) continue;
    await refreshOrWait(listing);
    lastMs = performance.now();
  }
}

async function refreshOrWait(listing: Listing): Promise<void> {
  try {
    await listing.refresh();
  } catch (error) {
    if (!(error instanceof CallError && error.code === "bus_lost")) throw error;
  }
}

/** `gist`: what a reader of a file needs to see again when it changes; ages are not of it. */
function watchText({ roster, terminal, invocation, bus }: Listing): { text: string; gist: string } {
  const { agents, unusable } = listed(roster);
  const json = psToJson(bus.said, agents, unusable);
  const isConnected = bus.connection.isConnected();
  const gist = JSON.stringify([isConnected, json], (key, value: unknown) =>
    key === "last_beat_age_s" ? undefined : value,
  );
  if (invocation.flag("json")) return { text: `${JSON.stringify(json)}\n`, gist };
  const away = isConnected ? "" : `The connection to ${bus.said} is lost; trying again\n`;
  const hint = terminal.isOutTerminal ? "\nCtrl-C ends\n" : "";
  return { text: `${away}${psTable(agents, terminal, unusable)}${hint}`, gist };
}
