// A command's connection to the bus.

import type { BusConnection } from "../bus/connection/connection.ts";
import { openBus } from "../bus/connection/open-bus.ts";
import { BusError } from "../bus/connection/bus-error.ts";
import { requestSender, type RequestSender } from "../bus/identity/request-sender.ts";
import type { LogFields, Logger } from "../telemetry/log.ts";
import type { Invocation } from "./command.ts";
import { CommandError } from "./command-error.ts";
import { findServer } from "./find-server.ts";
import { isBusToCome } from "./returning-bus.ts";
import type { Terminal } from "./terminal.ts";

export interface CommandBus {
  readonly connection: BusConnection;
  /** Signs what is sent to agents, where the connection has a key. */
  readonly sender: RequestSender;
  /** Which server, for messages. */
  readonly said: string;
  /** What to do once the connection was lost; undefined: nobody knows. Never rejects. */
  readonly whenLost: () => Promise<string | undefined>;
}

/**
 * Connects by the server options of the command line. A command that stays (`isPersistent`) comes back after the server was away, once it was
 * connected; another ends with it. One that changes what is kept acts by the runtime's rights where it may (`asOperator`). Throws a `CommandError` when there is no connection; close it when done.
 */
export async function connectBus(
  invocation: Invocation,
  terminal: Terminal,
  options: { readonly isPersistent?: boolean; readonly asOperator?: boolean } = {},
): Promise<CommandBus> {
  const { settings, said, whenRefused, stateDirectory } = await findServer({
    server: invocation.text("server"),
    context: invocation.text("context"),
    file: invocation.text("file"),
    state: invocation.text("state"),
    environment: terminal.environment,
    folder: terminal.folder,
    asOperator: options.asOperator ?? false,
  });
  const connection = openBus({
    settings,
    clientName: "muster",
    log: errorLog(terminal),
    isPersistent: options.isPersistent ?? false,
  });
  try {
    await Promise.race([connection.connected(), firstFailure(connection)]);
  } catch (cause) {
    await connection.close();
    if (!(cause instanceof BusError)) throw cause;
    // A server that refuses us is there: none is to be waited for.
    const isRefused = cause.message.includes("refused the credentials");
    const advice = isRefused ? whenRefused : await adviceOf(stateDirectory);
    const way = advice ?? "Name another server with --server URL or --context NAME";
    throw new CommandError(`${cause.message}. ${way}`, 1, { cause });
  }
  const sender = requestSender(connection, () => connection.credentials());
  return { connection, said, sender, whenLost: () => adviceOf(stateDirectory) };
}

/** A runtime that runs starts its server again; one that has ended does not. */
async function adviceOf(stateDirectory: string | undefined): Promise<string | undefined> {
  if (stateDirectory === undefined) return undefined;
  const isThere = await isBusToCome(stateDirectory);
  return isThere ? "The runtime starts its NATS server again: ask once more in a moment" : undefined;
}

/** Rejects with a `BusError` when an attempt to connect fails before any was made. */
function firstFailure(connection: BusConnection): Promise<never> {
  return new Promise((_, reject) => {
    const off = connection.onStatus(({ state, problem }) => {
      off();
      if (state === "connecting" && problem !== undefined) reject(new BusError(problem));
    });
  });
}

/** Commands say what they have to say themselves; only what should never happen is logged. */
function errorLog(terminal: Terminal): Logger {
  const drop = (): void => undefined;
  const log: Logger = {
    debug: drop,
    info: drop,
    warn: drop,
    error: (message: string, fields: LogFields = {}) =>
      terminal.err(`${message}: ${terminal.safeErr(JSON.stringify(fields))}\n`),
    with: () => log,
  };
  return log;
}
