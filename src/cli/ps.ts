// `muster ps`: every agent on the bus, whoever wrote it.

import { CallError } from "../bus/calling/call-error.ts";
import { delay } from "../bus/delay.ts";
import { Roster } from "../bus/calling/roster.ts";
import { sha256Hex, verifySignature } from "../bus/identity/signatures.ts";
import type { AgentWatch } from "../bus/calling/watch-agents.ts";
import { watchAgents } from "../bus/calling/watch-agents.ts";
import { busFailure } from "./call-failure.ts";
import type { Command, Invocation } from "./command.ts";
import { exitCode } from "./command-error.ts";
import { jsonOption, serverDetails, serverOptions } from "./common-options.ts";
import type { CommandBus } from "./connect-bus.ts";
import { connectBus } from "./connect-bus.ts";
import { durationOption } from "./duration-option.ts";
import { onInterrupt } from "./interrupt.ts";
import { localProblems } from "./local-problems.ts";
import { groupAgents, psTable, psToJson } from "./ps-table.ts";
import { fileText } from "./status-text.ts";
import type { Terminal } from "./terminal.ts";

export const command: Command = {
  name: "ps",
  summary: "List every agent on the bus, whoever wrote it",
  details: [
    "States: starting, ready, degraded and draining are an agent's own word; online beats and says no more; silent is registered and was " +
      "not heard; offline missed three beats. IN USE is prompts in work and waiting.",
    "TRUST is there when an agent names the NATS user that it runs as (--json has it as identity): verified when its registration and heartbeats are " +
      "signed by that user, else claimed. Heartbeats whose signature fails do not count.",
    "Manifest files of this machine's runtime that have problems are shown after the list.",
    serverDetails,
  ],
  args: [],
  options: {
    watch: { short: "w", description: "keep the list true until Ctrl-C" },
    ...jsonOption,
    wait: { value: "DURATION", description: "how long to wait for further answers; default 750ms", complete: "none" },
    ...serverOptions,
  },
  examples: [
    { line: "muster ps", does: "who is there now" },
    { line: "muster ps --watch", does: "and from now on" },
    { line: "muster ps --json | jq -r '.agents[] | select(.state != \"ready\") | .name'", does: "who is not ready" },
  ],
  run: ps,
};

/** A watching list is drawn this often, and discovers anew that often. */
const drawMs = 1_000;
const discoverMs = 10_000;

async function ps(invocation: Invocation, terminal: Terminal): Promise<number> {
  const stallMs = durationOption(invocation, "wait");
  const isWatching = invocation.flag("watch");
  const interrupt = onInterrupt();
  const bus = await connectBus(invocation, terminal, { isPersistent: isWatching });
  const roster = new Roster(() => performance.now(), { signatures: { sha256: sha256Hex, verify: verifySignature } });
  const watch = watchAgents(bus.connection, roster, bus.sender);
  const options = stallMs === undefined ? {} : { stallMs, maxWaitMs: Math.max(2_000, 2 * stallMs) };
  const listing: Listing = {
    bus,
    roster,
    watch,
    invocation,
    terminal,
    refresh: () => watch.refresh({ ...options, signal: interrupt.signal }),
  };
  try {
    await listing.refresh();
    if (isWatching) await keepTrue(listing, interrupt.signal);
    else await showOnce(listing);
    return exitCode.ok;
  } catch (error) {
    throw error instanceof CallError ? busFailure(error) : error;
  } finally {
    interrupt.stop();
    watch.close();
    await bus.connection.close();
  }
}

interface Listing {
  readonly bus: CommandBus;
  readonly roster: Roster;
  readonly watch: AgentWatch;
  readonly invocation: Invocation;
  readonly terminal: Terminal;
  refresh(): Promise<void>;
}

async function showOnce({ roster, terminal, invocation, bus }: Listing): Promise<void> {
  const agents = groupAgents(roster.entries(), performance.now());
  const unusable = roster.unusable();
  const files = await localProblems(invocation, terminal);
  if (invocation.flag("json")) {
    const json = { ...psToJson(bus.said, agents, unusable), files };
    terminal.out(`${JSON.stringify(json, undefined, 2)}\n`);
    return;
  }
  if (agents.length === 0) terminal.err(`No agents on ${bus.said}. Start some with "muster run"\n`);
  else terminal.out(psTable(agents, terminal));
  for (const file of files) terminal.err(fileText(file));
  for (const { instanceId, problem } of unusable) {
    terminal.err(`Left out instance "${terminal.safeErr(instanceId)}": ${terminal.safeErr(problem)}\n`);
  }
}

/** Draws until `signal` fires. A bus that is away for a while is waited for. */
async function keepTrue(listing: Listing, signal: AbortSignal): Promise<void> {
  let last = "";
  let lastDiscoveryMs = performance.now();
  while (!signal.aborted) {
    const text = watchText(listing);
    if (listing.terminal.isOutTerminal) listing.terminal.out(`\u001b[H\u001b[2J${text}`);
    else if (text !== last) listing.terminal.out(text);
    last = text;
    await delay(drawMs, signal);
    if (performance.now() - lastDiscoveryMs < discoverMs || !listing.bus.connection.isConnected()) continue;
    lastDiscoveryMs = performance.now();
    await refreshOrWait(listing);
  }
}

async function refreshOrWait(listing: Listing): Promise<void> {
  try {
    await listing.refresh();
  } catch (error) {
    if (!(error instanceof CallError && error.code === "bus_lost")) throw error;
  }
}

function watchText({ roster, terminal, invocation, bus }: Listing): string {
  const agents = groupAgents(roster.entries(), performance.now());
  if (invocation.flag("json")) return `${JSON.stringify(psToJson(bus.said, agents, roster.unusable()))}\n`;
  const away = bus.connection.isConnected() ? "" : `The connection to ${bus.said} is lost; trying again\n`;
  const hint = terminal.isOutTerminal ? "\nCtrl-C ends\n" : "";
  return `${away}${psTable(agents, terminal)}${hint}`;
}
