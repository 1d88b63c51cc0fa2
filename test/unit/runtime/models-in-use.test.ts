import { expect, test } from "bun:test";
import { modelsInUse } from "../../../src/runtime/models-in-use.ts";
import { agentDefinition } from "../../support/agent-definition.ts";
import { endpointConfig, modelConfig, modelsConfig } from "../../support/model-fixtures.ts";

test("what an agent still uses stays, and what the manifest says of a name goes before", () => {
  const old = {
    ...agentDefinition("a"),
    models: [modelConfig(), modelConfig({ name: "n" })],
    endpoints: [endpointConfig()],
  };
  const manifest = modelsConfig([endpointConfig({ parallel: 3 })], [modelConfig({ temperature: 1 })]);
  const inUse = modelsInUse(manifest, [old]);
  expect([...inUse.models.keys()].toSorted()).toEqual(["m", "n"]);
  expect(inUse.models.get("m")?.temperature).toBe(1);
  expect(inUse.endpoints.get("e")?.parallel).toBe(3);
});

test("an endpoint that lacks its key now stays as the agent has it that runs", () => {
  const running = { ...agentDefinition("a"), models: [modelConfig()], endpoints: [endpointConfig({ parallel: 3 })] };
  const missing = ["api_key: no such file"];
  const manifest = modelsConfig([endpointConfig({ missing })], [modelConfig()]);
  expect(modelsInUse(manifest, [running]).endpoints.get("e")?.parallel).toBe(3);
  expect(modelsInUse(manifest, []).endpoints.get("e")?.missing).toEqual(missing);
});
