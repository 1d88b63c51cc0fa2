// Rules between the keys of an agent and `defaults`: a model that exists, and instructions once at most.

import { checkBudgets, checkCosts } from "./check-budgets.ts";
import { checkCallers } from "./check-callers.ts";
import { checkCombinations } from "./check-combinations.ts";
import { checkTriggers } from "./check-triggers.ts";
import type { Declared } from "./declared.ts";
import { quoted } from "./describe-value.ts";
import type { FileScope } from "./file-scope.ts";
import { resolveModel, type ModelReference } from "./model-reference.ts";
import { nearest } from "./nearest.ts";
import { engineProblem, keyProblem } from "./provider-problem.ts";
import { agentSchema } from "./schema-agent.ts";
import { keysOf } from "./schema-walk.ts";
import { asRaw, section, type ParsedFile, type Raw } from "./parsed-file.ts";
import { modelReference } from "./schema-model.ts";
import { checkKnowledge, checkSearchToolName } from "./knowledge/check.ts";
import { checkSkills, checkSkillToolName } from "./skills/check.ts";
import { checkTools } from "./tools/check.ts";
import { checkWritable } from "./tools/check-writable.ts";
import { checkPrivileged, type AgentLayers } from "./tools/privileged.ts";
import type { Surroundings } from "./surroundings.ts";
import type { Path } from "./yaml-tree.ts";

interface Context {
  readonly scope: FileScope;
  readonly folder: string;
  /** Absolute path of the file. */
  readonly file: string;
  readonly declared: Declared;
  readonly surroundings: Surroundings;
}

const agentKeys = [...keysOf(agentSchema).keys()];

export function checkAgents(file: ParsedFile, declared: Declared, surroundings: Surroundings): void {
  if (file.scope === undefined) return;
  const context = { scope: file.scope, folder: file.source.folder, file: file.source.path, declared, surroundings };
  const defaults = section(file.raw, "defaults");
  checkKeys(defaults, ["defaults"], context);
  for (const [name, value] of Object.entries(section(file.raw, "agents"))) {
    // Null is an agent that has everything from the defaults as far as these rules go; the schema refuses it with its own words.
    if (typeof value !== "object" || value === null || Array.isArray(value)) continue;
    const agent = asRaw(value);
    checkKeys(agent, ["agents", name], context);
    checkNothingMissing(agent, defaults, ["agents", name], context);
    if (declared.isIncomplete) continue;
    const layers: AgentLayers = [agent, defaults, declared.mainDefaults];
    checkSkillToolName(layers, ["agents", name], file.scope);
    checkSearchToolName(layers, ["agents", name], file.scope);
    checkCosts(layers, ["agents", name], file.scope, declared);
    checkPrivileged(layers, ["agents", name], file.scope, declared.isBusAuthenticated);
    checkCombinations(layers, ["agents", name], file.scope, declared.isLeaf);
    checkWritable(layers, ["agents", name], file.scope);
  }
}

function checkKeys(agent: Raw, path: Path, context: Context): void {
  checkInstructions(agent, path, context);
  checkCallers(agent, path, context.scope);
  checkBudgets(agent, path, context.scope, false);
  checkTools(agent, path, context);
  checkSkills(agent, path, context.scope, context.surroundings);
  checkTriggers(agent, path, context.scope, context.declared);
  checkKnowledge(agent, path, context.scope, context);
  const embedding = asRaw(agent["knowledge"])["model"];
  if (typeof embedding === "string") checkReference(embedding, [...path, "knowledge", "model"], context);
  const { model } = agent;
  if (typeof model === "string") checkReference(model, [...path, "model"], context);
  if (Array.isArray(model)) checkChain(model, [...path, "model"], context);
}

function checkChain(chain: readonly unknown[], path: Path, context: Context): void {
  const seen = new Set<unknown>();
  for (const [index, model] of chain.entries()) {
    if (typeof model !== "string") continue;
    if (seen.has(model)) {
      context.scope.problem([...path, index], `Found ${quoted(model)} twice in one chain, accepted each model once`);
      continue;
    }
    seen.add(model);
    checkReference(model, [...path, index], context);
  }
}

function checkReference(text: string, path: Path, context: Context): void {
  if (!/^\S+$/.test(text)) return;
  const reference = resolveModel(text, context.declared);
  const message = referenceProblem(reference, context);
  if (message !== undefined) context.scope.problem(path, message);
}

function referenceProblem(reference: ModelReference, context: Context): string | undefined {
  const { declared, surroundings, folder } = context;
  if (reference.type === "declared") return undefined;
  if (reference.type === "unknown") return declared.isIncomplete ? undefined : reference.message;
  if (declared.endpoints.has(reference.endpoint) && reference.provider !== "builtin") return undefined;
  // Its endpoint says so, and nobody but its own agents waits for it.
  if (surroundings.wasGood === true) return undefined;
  const missing = engineProblem(reference.provider, surroundings) ?? keyProblem(reference.provider, surroundings);
  if (missing !== undefined || reference.provider !== "builtin") return missing;
  const path = surroundings.absolute(reference.model, folder);
  const reason = surroundings.unreadable(path);
  return reason === undefined ? undefined : `Cannot read the model's file "${path}": ${reason}`;
}

function checkInstructions(agent: Raw, path: Path, { scope, surroundings }: Context): void {
  const file = agent["instructions_file"];
  if ("instructions" in agent && "instructions_file" in agent) {
    scope.keyProblem(
      [...path, "instructions_file"],
      "Found instructions_file beside instructions, accepted one of them",
    );
  }
  if (typeof file !== "string" || surroundings.unreadable(file) !== undefined) return;
  const content = surroundings.readText(file);
  if ("failure" in content)
    scope.absent([...path, "instructions_file"], `Cannot read the file "${file}": ${content.failure}`);
  else if (content.text.trim() === "")
    scope.absent([...path, "instructions_file"], `Found nothing in the file "${file}", accepted a text`);
}

/** `defaults` of the agent's own file go before those of the main file. */
function checkNothingMissing(agent: Raw, ownDefaults: Raw, path: Path, { scope, declared }: Context): void {
  // The main file's defaults may be in a file that can't be read now.
  if (declared.isIncomplete) return;
  const layers = [agent, ownDefaults, declared.mainDefaults];
  const has = (key: string) => layers.some((layer) => key in layer || isMistyped(key, layer));
  if (!has("model")) {
    scope.keyProblem(
      path,
      `The key model is missing, here and in defaults; accepted ${modelReference}, or a list of them (a chain)`,
    );
  }
}

/** Its unknown key is a problem already; what it was meant to be is not missing as well. */
function isMistyped(key: string, layer: Raw): boolean {
  return Object.keys(layer).some((other) => !agentKeys.includes(other) && nearest(other, agentKeys) === key);
}
