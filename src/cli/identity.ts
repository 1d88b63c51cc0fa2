// `muster identity`: who we are on NATS and how that is known; keys for further callers of the bundled server.

import { ownIdentity, type OwnIdentity } from "../bus/identity/own-identity.ts";
import { formatAgentId } from "../protocol/agent-id.ts";
import { changeCaller } from "./change-caller.ts";
import type { Command, Invocation } from "./command.ts";
import { exitCode, usageError } from "./command-error.ts";
import { jsonOption, serverDetails, serverOptions } from "./common-options.ts";
import type { CommandBus } from "./connect-bus.ts";
import { connectBus } from "./connect-bus.ts";
import type { Terminal } from "./terminal.ts";

const actions = ["add", "remove"] as const;

export const command: Command = {
  name: "identity",
  summary: "Show who we are on NATS; add and remove callers of the bundled server",
  details: [
    "Without ACTION: connects as the other commands do, and shows the agent ID (ACCOUNT.USER) that signed prompts have, and how it was learnt: by the " +
      "credentials file, else by the server. Exit codes: 0 known, or known to be none; 1 not known.",
    "add makes a key for a further caller of the bundled server (nats.embedded.auth: nkey), with permissions for calling only; remove takes it away, and whoever " +
      "uses it is put off the bus. Both take effect at once where the runtime runs, and agents notice nothing.",
    serverDetails,
  ],
  args: [
    { name: "ACTION", description: "add or remove; without it: show", isOptional: true, complete: actions },
    { name: "NAME", description: "of the caller: a-z, 0-9, _ and -", isOptional: true, complete: "none" },
  ],
  options: { ...jsonOption, ...serverOptions },
  examples: [
    { line: "muster identity", does: "who we are" },
    { line: "muster identity --context plant", does: "who we are there" },
    { line: "sudo muster identity add ann", does: "a key for Ann" },
  ],
  run: identity,
};

async function identity(invocation: Invocation, terminal: Terminal): Promise<number> {
  const [word, name] = invocation.args;
  if (word === undefined) return show(invocation, terminal);
  const action = actions.find((one) => one === word);
  if (action === undefined) throw usageError(`"muster identity" does not know "${word}"; it has ${actions.join(", ")}`);
  if (name === undefined) throw usageError(`"muster identity ${action}" needs the caller's NAME`);
  return changeCaller({ action, name }, invocation, terminal);
}

async function show(invocation: Invocation, terminal: Terminal): Promise<number> {
  const bus = await connectBus(invocation, terminal);
  try {
    const { jwt, signer } = bus.connection.credentials();
    const found = await ownIdentity(bus.connection, {
      ...(jwt === undefined ? {} : { jwt }),
      ...(signer === undefined ? {} : { user: signer.user }),
    });
    const shown = { found, canSign: signer !== undefined && found.state === "known", bus };
    terminal.out(invocation.flag("json") ? `${JSON.stringify(json(shown), undefined, 2)}\n` : text(shown, terminal));
    return found.state === "unknown" ? exitCode.error : exitCode.ok;
  } finally {
    await bus.connection.close();
  }
}

interface Shown {
  readonly found: OwnIdentity;
  readonly canSign: boolean;
  readonly bus: CommandBus;
}

const sources = {
  credentials: "the JWT of the credentials",
  server: "the server ($SYS.REQ.USER.INFO)",
} as const;

/** Stable: programs read it. */
function json({ found, canSign, bus }: Shown): Record<string, unknown> {
  const { state } = found;
  if (state !== "known") return { state, reason: found.why, signs: false, server: bus.said };
  const { id, source } = found;
  return { state, identity: formatAgentId(id), ...id, source, signs: canSign, server: bus.said };
}

function text({ found, canSign, bus }: Shown, terminal: Terminal): string {
  const lines =
    found.state === "known"
      ? [
          `Identity  ${formatAgentId(found.id)}`,
          `Account   ${found.id.account}`,
          `User      ${found.id.user}`,
          `Learnt    from ${sources[found.source]}`,
          `Signs     ${canSign ? "yes" : "no: the connection holds no seed"}`,
        ]
      : [`Identity  ${found.state}: ${found.why}`, "Signs     no"];
  return [...lines, `Server    ${bus.said}`].map((line) => `${terminal.safe(line)}\n`).join("");
}
