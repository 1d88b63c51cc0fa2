// A stand-in for an agent host, made with the bare NATS client: it says on the wire exactly what a test tells it to, wrong things too.

import type { Msg, NatsConnection } from "@nats-io/transport-node";
import { connect, headers } from "@nats-io/transport-node";

export interface ScriptedAgent {
  readonly agent?: string;
  readonly owner?: string;
  readonly name: string;
  readonly description?: string;
  readonly id?: string;
  readonly protocolVersion?: string;
  readonly maxPayload?: string;
  readonly attachmentsOk?: boolean | string;
  readonly promptSubject?: string;
  /** Fields added to its heartbeats and status answers; absent: it never beats and has no status endpoint. */
  readonly beat?: Readonly<Record<string, unknown>>;
  /** Answers a prompt; absent: it takes none (no subscription). */
  readonly answer?: (reply: Reply) => void | Promise<void>;
}

/** One prompt and the way back to its caller. */
export interface Reply {
  readonly request: Msg;
  readonly connection: NatsConnection;
  send(payload: string): void;
  ack(): void;
  text(text: string): void;
  error(code: string, text: string, body?: string): void;
  end(): void;
  /** Does `work` again and again, until the returned function is called or the host stops. */
  every(ms: number, work: () => void): () => void;
}

export interface ScriptedHost {
  readonly connection: NatsConnection;
  /** Publishes one heartbeat of each agent that beats. */
  beat(): void;
  stop(): Promise<void>;
}

/** Resolves when every agent is registered. */
export async function startScriptedHost(url: string, agents: readonly ScriptedAgent[]): Promise<ScriptedHost> {
  const connection = await connect({ servers: url, name: "scripted-host" });
  const infos = agents.map((agent, index) => JSON.stringify(infoOf(agent, index)));
  connection.subscribe("$SRV.INFO.agents", {
    callback: (_error, message) => {
      for (const info of infos) message.respond(info);
    },
  });
  const timers = new Set<Timer>();
  agents.forEach((agent, index) => {
    serve(connection, agent, index, timers);
  });
  await connection.flush();
  return {
    connection,
    beat: () => {
      agents.forEach((agent, index) => {
        if (agent.beat !== undefined) connection.publish(subjectOf("hb", agent), JSON.stringify(beatOf(agent, index)));
      });
    },
    stop: () => {
      for (const timer of timers) clearInterval(timer);
      return connection.close();
    },
  };
}

export function subjectOf(verb: string, agent: ScriptedAgent): string {
  return `agents.${verb}.${agent.agent ?? "stand-in"}.${agent.owner ?? "tests"}.${agent.name}`;
}

function serve(connection: NatsConnection, agent: ScriptedAgent, index: number, timers: Set<Timer>): void {
  const { answer } = agent;
  if (answer !== undefined) {
    connection.subscribe(agent.promptSubject ?? subjectOf("prompt", agent), {
      queue: "agents",
      callback: (_error, request) => void answer(replyTo(connection, request, timers)),
    });
  }
  if (agent.beat === undefined) return;
  connection.subscribe(subjectOf("status", agent), {
    queue: "agents",
    callback: (_error, message) => void message.respond(JSON.stringify(beatOf(agent, index))),
  });
}

function replyTo(connection: NatsConnection, request: Msg, timers: Set<Timer>): Reply {
  const send = (payload: string): void => connection.publish(request.reply ?? "", payload);
  return {
    request,
    connection,
    send,
    ack: () => send('{"type":"status","data":"ack"}'),
    text: (text) => send(JSON.stringify({ type: "response", data: text })),
    error: (code, text, body = "") => {
      const carried = headers();
      carried.set("Nats-Service-Error-Code", code);
      carried.set("Nats-Service-Error", text);
      connection.publish(request.reply ?? "", body, { headers: carried });
    },
    end: () => send(""),
    every: (ms, work) => {
      const timer = setInterval(work, ms);
      timers.add(timer);
      return () => clearInterval(timer);
    },
  };
}

function infoOf(agent: ScriptedAgent, index: number): Record<string, unknown> {
  return {
    type: "io.nats.micro.v1.info_response",
    name: "agents",
    id: agent.id ?? `instance-${index}`,
    version: "1.2.3",
    description: agent.description ?? "A stand-in",
    metadata: {
      agent: agent.agent ?? "stand-in",
      owner: agent.owner ?? "tests",
      protocol_version: agent.protocolVersion ?? "0.3",
    },
    endpoints: [
      {
        name: "prompt",
        subject: agent.promptSubject ?? subjectOf("prompt", agent),
        queue_group: "agents",
        metadata: { max_payload: agent.maxPayload ?? "1MB", attachments_ok: agent.attachmentsOk ?? "true" },
      },
      ...(agent.beat === undefined
        ? []
        : [{ name: "status", subject: subjectOf("status", agent), queue_group: "agents", metadata: {} }]),
    ],
  };
}

function beatOf(agent: ScriptedAgent, index: number): Record<string, unknown> {
  return {
    agent: agent.agent ?? "stand-in",
    owner: agent.owner ?? "tests",
    instance_id: agent.id ?? `instance-${index}`,
    ts: new Date().toISOString(),
    interval_s: 30,
    ...agent.beat,
  };
}
