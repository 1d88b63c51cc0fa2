import { expect, test } from "bun:test";
import { agentToolNames, type AgentToolName } from "../../../../src/manifest/tools/other-agents-config.ts";
import { agentToolDefinitions } from "../../../../src/tool/agents/definitions.ts";

const named = (...names: readonly AgentToolName[]) => agentToolDefinitions(new Set(names));

test("all six are there, in the order of the contract", () => {
  expect(named(...agentToolNames).map(({ name }) => name)).toEqual([...agentToolNames]);
  expect(named(...agentToolNames).map(({ parameters }) => Object.keys(parameters.properties))).toEqual([
    ["agent", "owner", "name"],
    ["address", "prompt", "attachments", "label", "wait"],
    ["call_ids", "timeout_ms"],
    ["call_id", "answer", "wait"],
    ["call_ids"],
    [],
  ]);
});

test("without wait_agent nothing can be left to itself, and no description names it", () => {
  const three = named("discover_agents", "prompt_agent", "answer_agent");
  expect(three.map(({ name }) => name)).toEqual(["discover_agents", "prompt_agent", "answer_agent"]);
  expect(JSON.stringify(three)).not.toContain("wait_agent");
  expect(three.flatMap(({ parameters }) => Object.keys(parameters.properties))).not.toContain("wait");
});
