// What the tests need beside the packages of npm: fetched or built before the first of them, each once.

import { engineFolder } from "../../test/support/engine-folder.ts";
import { mcpServers } from "../../test/support/mcp-servers.ts";
import { buildOllama } from "../../test/support/ollama/build-ollama.ts";
import { smallModelFile } from "../../test/support/ollama/ollama.ts";
import { packParts } from "../carry/carried-parts.ts";
import { natsServerProgram } from "../nats-server/nats-server.ts";
import { hostTarget } from "../target/target.ts";
import { buildExecutables } from "./executables.ts";
import { buildGoPeer } from "./go-peer.ts";
import { installPythonPeer } from "./python-peer.ts";

interface Prerequisite {
  readonly name: string;
  /** Stages that need it. */
  readonly stages: readonly string[];
  /** Throws, saying what is missing, where this machine can't have it: the tests that need it tell so themselves. */
  readonly get: (say: (line: string) => void) => Promise<unknown>;
}

const prerequisites: readonly Prerequisite[] = [
  {
    name: "nats-server",
    stages: ["integration", "peers", "binary"],
    get: (say) => natsServerProgram(hostTarget(), "auto", say),
  },
  {
    name: "carried parts",
    stages: ["integration", "binary"],
    get: (say) => packParts(hostTarget(), { natsServer: "auto", say }),
  },
  { name: "small model", stages: ["integration", "binary"], get: smallModelFile },
  { name: "engine", stages: ["integration"], get: engineFolder },
  { name: "Ollama", stages: ["integration"], get: buildOllama },
  { name: "MCP servers", stages: ["integration", "binary"], get: mcpServers },
  { name: "Python peer", stages: ["peers"], get: installPythonPeer },
  { name: "Go peer", stages: ["peers"], get: buildGoPeer },
  { name: "executables", stages: ["binary"], get: buildExecutables },
];

/** Gets what the stages need, one after the other, and says how long each took or why it can't be had. */
export async function prepare(stages: readonly string[]): Promise<void> {
  const say = (line: string): void => console.log(`  ${line}`);
  for (const prerequisite of prerequisites.filter((one) => one.stages.some((stage) => stages.includes(stage)))) {
    const startedAt = performance.now();
    const problem = await prerequisite.get(say).then(
      () => undefined,
      (error: unknown) => (error instanceof Error ? error.message : String(error)),
    );
    const seconds = ((performance.now() - startedAt) / 1000).toFixed(1);
    say(
      problem === undefined
        ? `${prerequisite.name}: ready (${seconds} s)`
        : `${prerequisite.name}: not here: ${problem}`,
    );
  }
}
