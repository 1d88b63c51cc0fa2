// Rules for the key `knowledge` of an agent: an embedding model that there can be, and documents that are there.

import { quoted } from "../describe-value.ts";
import type { Declared } from "../declared.ts";
import type { FileScope } from "../file-scope.ts";
import { resolveModel } from "../model-reference.ts";
import { asRaw, type Raw } from "../parsed-file.ts";
import type { Surroundings } from "../surroundings.ts";
import type { Path } from "../yaml-tree.ts";
import { searchToolName } from "./config.ts";
import { filePattern, matcherOf } from "./file-pattern.ts";

const none = "which has no embeddings; accepted is a model of an ollama or an openai endpoint";

/** `agent`: its keys, with patterns as absolute paths; `path`: where it stands. */
export function checkKnowledge(
  agent: Raw,
  path: Path,
  scope: FileScope,
  { declared, surroundings }: { readonly declared: Declared; readonly surroundings: Surroundings },
): void {
  const knowledge = asRaw(agent["knowledge"]);
  const here = [...path, "knowledge"];
  checkPaths(knowledge["paths"], [...here, "paths"], scope, surroundings);
  checkOverlap(knowledge, here, scope);
  if ("knowledge" in agent && surroundings.vectorsMissing !== undefined)
    scope.warning(
      here,
      `Found documents to be known by meaning: ${surroundings.vectorsMissing}, so that they are found by their words alone, without the model`,
    );
  const { model } = knowledge;
  if (typeof model !== "string") return;
  const provider = providerOf(model, declared);
  if (provider === "anthropic" || provider === "builtin")
    scope.problem([...here, "model"], `Found ${quoted(model)} of the provider ${provider}, ${none}`);
}

/** `layers`: the agent's own keys first, then defaults by precedence. */
export function checkSearchToolName(layers: readonly Raw[], path: Path, scope: FileScope): void {
  const knowledge = layers.find((layer) => "knowledge" in layer)?.["knowledge"];
  if (knowledge === undefined || asRaw(knowledge)["tool"] === false) return;
  const tools = asRaw(layers.find((layer) => "tools" in layer)?.["tools"]);
  if (searchToolName in tools)
    scope.keyProblem(
      [...path, "tools", searchToolName],
      `Found "${searchToolName}", which is the tool for the agent's knowledge; accepted another name`,
    );
}

function providerOf(model: string, declared: Declared): string | undefined {
  const reference = resolveModel(model, declared);
  if (reference.type === "inline") return reference.provider;
  return reference.type === "declared" ? declared.modelProviders.get(reference.name) : undefined;
}

function checkPaths(written: unknown, path: Path, scope: FileScope, surroundings: Surroundings): void {
  const list = Array.isArray(written) ? written : [written];
  for (const [index, pattern] of list.entries()) {
    if (typeof pattern !== "string" || pattern.trim() === "") continue;
    const place = [...path, ...(Array.isArray(written) ? [index] : [])];
    const parted = filePattern(pattern);
    if (parted.base === "/") {
      scope.problem(
        place,
        `Found ${quoted(pattern)}, which looks through the whole disk; accepted a folder to start in`,
      );
    } else if (surroundings.findsFile(parted.base, matcherOf(parted)) === false) {
      scope.warning(place, `Found no file for ${quoted(pattern)}; the agent knows nothing of it until there is one`);
    }
  }
}

/** From half on, a passage would hold more of others than of its own. */
function checkOverlap(knowledge: Raw, path: Path, scope: FileScope): void {
  const { overlap_tokens: overlap, chunk_tokens: chunk = 256 } = knowledge;
  if (typeof overlap !== "number" || typeof chunk !== "number" || overlap * 2 < chunk) return;
  scope.problem([...path, "overlap_tokens"], `Found ${overlap}, accepted less than half of chunk_tokens, ${chunk}`);
}
