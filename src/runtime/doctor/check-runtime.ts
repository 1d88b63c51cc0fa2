// Does a runtime hold the state directory, and is it well?

import type { AgentStatus, RuntimeStatus } from "../control-protocol.ts";
import type { Check } from "./check.ts";
import type { RuntimeAnswer } from "./circumstances.ts";
import { type Finding, ok, problem, problemOf, skipped, warning } from "./finding.ts";

export function checkRuntime(answer: RuntimeAnswer, version: string): Check {
  return { name: "runtime", deadlineMs: 5_000, examine: () => Promise.resolve(findings(answer, version)) };
}

function findings(answer: RuntimeAnswer, version: string): readonly Finding[] {
  switch (answer.type) {
    case "none":
      return [skipped('None runs with this state directory: what follows is what "muster run" would find')];
    case "closed":
      return [warning(answer.reason, "Run it as root, or as the user that the runtime runs as: sudo muster doctor")];
    case "silent":
      return [
        problem(
          `The runtime does not tell how it is: ${answer.reason}`,
          'See its log (journalctl -u muster), then start it again (systemctl restart muster, or end it and "muster run")',
        ),
      ];
    case "running":
      return runningFindings(answer.status, version);
  }
}

function runningFindings(status: RuntimeStatus, version: string): readonly Finding[] {
  const ready = status.agents.filter(({ state }) => state === "ready").length;
  const up = `Process ${status.pid} runs since ${status.startedAt}, ${ready} of ${status.agents.length} agents ready`;
  return [
    ok(up, {
      pid: status.pid,
      uptimeS: status.uptimeS,
      rssBytes: status.rssBytes,
      agents: status.agents.length,
      ready,
    }),
    ...otherVersion(status, version),
    ...status.agents.flatMap(agentFindings),
    ...serviceFindings(status),
  ];
}

function otherVersion(status: RuntimeStatus, version: string): Finding[] {
  if (status.version === version) return [];
  return [
    warning(
      `The runtime is version ${status.version}, this executable ${version}`,
      "systemctl restart muster, when this one is meant to serve",
    ),
  ];
}

function agentFindings({ name, state, reason }: AgentStatus): Finding[] {
  const why = reason === undefined ? "" : `: ${reason}`;
  switch (state) {
    case "starting":
    case "ready":
      return [];
    case "degraded":
      return [
        problemOf(`Agent "${name}" is degraded${why}`, `It mends by itself once that is right; muster logs ${name}`),
      ];
    case "failed":
      return [problem(`Agent "${name}" could not be started${why}`, `Correct that; muster logs ${name}`)];
    case "draining":
    case "stopped":
      return [warning(`Agent "${name}" is ${state}${why}`, `When it is to serve again: muster start ${name}`)];
  }
}

function serviceFindings({ memory, http }: RuntimeStatus): Finding[] {
  return [
    ...(memory === undefined || memory.state === "ok"
      ? []
      : [
          (memory.state === "full" ? problem : warning)(
            "The runtime's memory is at limits.memory of the manifest",
            "Raise limits.memory, or give agents less to remember",
          ),
        ]),
    ...(http?.problem === undefined ? [] : [problem(http.problem, "Give http.listen of the manifest another port")]),
  ];
}
