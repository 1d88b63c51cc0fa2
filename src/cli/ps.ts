// `muster ps`: every agent on the bus, whoever wrote it.

import { CallError } from "../bus/calling/call-error.ts";
import { Roster } from "../bus/calling/roster.ts";
import { sha256Hex, verifySignature } from "../bus/identity/signatures.ts";
import { watchAgents } from "../bus/calling/watch-agents.ts";
import { busFailure } from "./call-failure.ts";
import type { Command, Invocation } from "./command.ts";
import { exitCode } from "./command-error.ts";
import { jsonOption, serverDetails, serverOptions } from "./common-options.ts";
import { connectBus } from "./connect-bus.ts";
import { durationOption } from "./duration-option.ts";
import { onInterrupt } from "./interrupt.ts";
import { localProblems } from "./local-problems.ts";
import { psToJson } from "./ps-json.ts";
import { psTable } from "./ps-table.ts";
import { Bell, keepTrue, listed } from "./ps-watch.ts";
import type { Listing } from "./ps-watch.ts";
import { fileText } from "./status-text.ts";
import type { Terminal } from "./terminal.ts";

export const command: Command = {
  name: "ps",
  summary: "List every agent on the bus, whoever wrote it",
  details: [
    "States: starting, ready, degraded and draining are an agent's own word; online beats and says no more; silent is registered and was " +
      "not heard, or stopped answering; offline missed three beats, and since when; unusable is registered, but not as the protocol asks, with the " +
      "reason. IN USE is prompts in work and waiting. Of several instances of one agent each has a line of its own.",
    "--watch shows heartbeats as they come; where the output is no terminal, it prints the list anew only when more changed than ages (with --json " +
      "one object a line).",
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

async function ps(invocation: Invocation, terminal: Terminal): Promise<number> {
  const stallMs = durationOption(invocation, "wait");
  const isWatching = invocation.flag("watch");
  const bus = await connectBus(invocation, terminal, { isPersistent: isWatching });
  const interrupt = onInterrupt();
  const bell = new Bell();
  const roster = new Roster(() => performance.now(), {
    signatures: { sha256: sha256Hex, verify: verifySignature },
    onChange: () => bell.ring(),
  });
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
    if (isWatching) await keepTrue(listing, bell, interrupt.signal);
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

async function showOnce({ roster, terminal, invocation, bus }: Listing): Promise<void> {
  const { agents, unusable } = listed(roster);
  const files = await localProblems(invocation, terminal);
  if (invocation.flag("json")) {
    const json = { ...psToJson(bus.said, agents, unusable), files };
    terminal.out(`${JSON.stringify(json, undefined, 2)}\n`);
    return;
  }
  if (agents.length + unusable.length === 0) terminal.err(`No agents on ${bus.said}. Start some with "muster run"\n`);
  else terminal.out(psTable(agents, terminal, unusable));
  for (const file of files) terminal.err(fileText(file));
}
