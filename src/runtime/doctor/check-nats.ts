// Is there a NATS server for the agents, or could there be one?

import type { SeenServer } from "../../bus/connection/look-at-server.ts";
import type { ServerInfo } from "../../bus/bundled/probe-server.ts";
import type { NatsConfig } from "../../manifest/manifest.ts";
import type { BusState } from "../control-protocol.ts";
import type { Check } from "./check.ts";
import { type Finding, ok, problem, problemOf, skipped, warning } from "./finding.ts";
import { isLoopbackUrl } from "./loopback.ts";

export interface NatsFacts {
  /** Absent without a manifest. */
  readonly nats: NatsConfig | undefined;
  /** What the runtime says of its connection; undefined when none tells. */
  readonly bus: BusState | undefined;
  readonly isOffline: boolean;
  /** The servers that the settings come to; throws what makes them unusable. */
  readonly servers: (nats: NatsConfig) => Promise<readonly string[]>;
  /** A server, or why there is no connection to it. */
  readonly connect: (nats: NatsConfig) => Promise<SeenServer | Error>;
  readonly probe: (host: string, port: number) => Promise<ServerInfo | undefined>;
  /** Code of why nobody can listen there. */
  readonly listenProblem: (host: string, port: number) => Promise<string | undefined>;
  /** Why the server inside the executable could not be started; undefined when it could. */
  readonly bundledProblem: () => Promise<string | undefined>;
}

const manyRestarts = 3;

export function checkNats(facts: NatsFacts): Check {
  return { name: "nats", deadlineMs: 20_000, examine: async () => natsFindings(facts) };
}

async function natsFindings(facts: NatsFacts): Promise<readonly Finding[]> {
  const { bus, nats } = facts;
  if (bus !== undefined) return busFindings(bus);
  if (nats === undefined) return [skipped("Without a manifest nobody knows which server")];
  return [nats.mode === "external" ? await external(nats, facts) : await bundled(nats, facts)];
}

/** The runtime's own word: it holds the connection that counts. */
function busFindings(bus: BusState): readonly Finding[] {
  const where = `${bus.server === "bundled" ? "the bundled server" : "the server"}${bus.url === undefined ? "" : ` at ${bus.url}`}`;
  const restarts = bus.serverRestarts ?? 0;
  const often =
    restarts < manyRestarts
      ? []
      : [
          warning(
            `The bundled server was started again ${restarts} times`,
            "muster logs says why it ended: memory, disk, or a damaged store",
            { restarts },
          ),
        ];
  if (bus.state === "connected")
    return [ok(`Connected to ${where} since ${bus.since}`, { since: bus.since }), ...often];
  const text = `The runtime is ${bus.state}, not connected, to ${where} since ${bus.since}`;
  if (bus.problem === undefined) return [problem(text, "It tries for ever; muster logs says why it fails"), ...often];
  const { remedy = "It tries for ever; muster logs says more", text: why } = problemOf(bus.problem, natsRemedy);
  return [problem(`${text}: ${why}`, remedy), ...often];
}

const natsRemedy = "See nats in the manifest, and whether the server runs";

async function external(nats: NatsConfig, { servers, connect, isOffline }: NatsFacts): Promise<Finding> {
  try {
    const found = await servers(nats);
    if (isOffline && !found.every(isLoopbackUrl))
      return skipped("The server is not on this machine: not asked with --offline");
  } catch (error) {
    return problemOf(error instanceof Error ? error.message : String(error), natsRemedy);
  }
  const seen = await connect(nats);
  if (seen instanceof Error) return problemOf(seen.message, natsRemedy);
  const { server, version, rttMs, hasJetStream } = seen;
  const jobs = hasJetStream ? "" : "; it has no JetStream, so that jobs cannot be kept";
  return ok(`${server} takes us, version ${version}, round trip ${rttMs} ms${jobs}`, { rttMs, version, hasJetStream });
}

async function bundled({ mode, embedded }: NatsConfig, facts: NatsFacts): Promise<Finding> {
  const { host, port } = embedded;
  const address = `${host}:${port}`;
  const there = port === 0 ? undefined : await facts.probe(host, port);
  if (there !== undefined && mode === "auto")
    return ok(`A NATS server answers on ${address}, and would be used ("nats.mode: auto")`);
  if (there !== undefined) {
    return problem(
      `Another NATS server ("${there.serverName}") has ${address}, where the bundled one is to listen`,
      'Stop it, use it with "nats.mode: external" and "nats.servers", or set nats.embedded.port (0: a free one)',
    );
  }
  const code = await facts.listenProblem(host, port);
  if (code !== undefined) return cannotListen(address, code);
  const why = await facts.bundledProblem();
  if (why !== undefined)
    return problemOf(why, 'Use a server of your own with "nats.mode: external" and "nats.servers"');
  return ok(`The bundled server can be started, ${port === 0 ? "on a free port" : `${address} is free`}`);
}

function cannotListen(address: string, code: string): Finding {
  const text = `The bundled server cannot listen on ${address}`;
  switch (code) {
    case "EADDRINUSE":
      return problem(
        `${text}: another program has the port`,
        `Find it with "ss -ltnp", or set nats.embedded.port to another (0: a free one)`,
      );
    case "EADDRNOTAVAIL":
      return problem(`${text}: this machine does not have the address`, 'See "ip address", and set nats.embedded.host');
    case "EACCES":
      return problem(`${text}: this user may not take the port`, "Set nats.embedded.port to one above 1023");
    default:
      return problem(`${text}: ${code}`, "Set nats.embedded.host and nats.embedded.port");
  }
}
