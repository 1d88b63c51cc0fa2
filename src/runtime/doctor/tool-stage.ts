// The checks of what agents do beside talking: their tools, triggers, brokers and traces, each in a row of its own.

import { build } from "../../host/build-facts.ts";
import type { AgentConfig, NatsConfig, OtlpConfig } from "../../manifest/manifest.ts";
import type { PostOutcome } from "../../telemetry/otlp/post.ts";
import { brokerProblem } from "../../trigger/look-at-broker.ts";
import { type BusView, viewBus } from "./bus-view.ts";
import type { Check } from "./check.ts";
import { checkApprovals } from "./check-approvals.ts";
import { checkBroker } from "./check-broker.ts";
import { checkOtlp } from "./check-otlp.ts";
import { checkSharedMemory } from "./check-shared-memory.ts";
import { checkTrigger } from "./check-trigger.ts";
import type { Circumstances } from "./circumstances.ts";
import type { Stage } from "./examination.ts";
import { runtimeUser } from "./runtime-user.ts";
import { toolCheck, type ToolSurroundings } from "./tool-checks.ts";

export function toolStage(circumstances: Circumstances): Stage {
  const { manifest, isOffline } = circumstances;
  if (manifest.manifest === undefined) return [];
  const { agents, brokers, nats, otlp } = manifest.manifest;
  const view = viewedOnce(nats, circumstances);
  const surroundings = { circumstances, who: runtimeUser(manifest.isService), view };
  const checks = [
    ...[...agents.values()].flatMap((agent) => checksOf(agent, surroundings)),
    ...[...brokers.values()].map((broker) =>
      checkBroker(broker, { isOffline, look: (signal) => brokerProblem(broker, signal) }),
    ),
    ...(otlp === undefined
      ? []
      : [checkOtlp(otlp, { isOffline, post: (timeoutMs, signal) => postTo({ ...otlp, timeoutMs }, signal) })]),
  ];
  return checks.map((check) => [check]);
}

/** What writes spans is brought in by the first who needs it. */
async function postTo(otlp: OtlpConfig, signal: AbortSignal): Promise<PostOutcome> {
  const { postNothing } = await import("../../telemetry/otlp/post-nothing.ts");
  return postNothing(otlp, otlp.protocol, signal);
}

function checksOf(agent: AgentConfig, surroundings: ToolSurroundings): readonly Check[] {
  const { circumstances, who, view } = surroundings;
  const checks = [
    checkSharedMemory(agent, view),
    ...agent.tools.map((tool) => toolCheck(agent.name, tool, surroundings)),
    checkApprovals(agent),
    ...agent.triggers.map((trigger) => {
      const status = statusOf(agent.name, trigger.name, circumstances);
      return checkTrigger(`trigger ${agent.name}/${trigger.name}`, { trigger, status, nowMs: Date.now, who, view });
    }),
  ];
  return checks.filter((check) => check !== undefined);
}

function statusOf(agent: string, trigger: string, { runtime }: Circumstances) {
  if (runtime.type !== "running") return undefined;
  const found = runtime.status.agents.find(({ name }) => name === agent);
  return found?.triggers?.find(({ name }) => name === trigger);
}

/** A manifest that needs nothing of the bus makes no connection for it. */
function viewedOnce(nats: NatsConfig, { stateDirectory, isOffline }: Circumstances): () => Promise<BusView> {
  let view: Promise<BusView> | undefined;
  const clientName = `muster doctor ${build.version}`;
  return () => (view ??= viewBus(nats, { stateDirectory, isOffline, clientName }));
}
