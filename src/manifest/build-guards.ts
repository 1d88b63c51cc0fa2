// Guards of the effective manifest, and back into the manifest's own words.

import type { GuardsConfig, NamedPattern } from "./manifest.ts";
import type { GuardsKeys } from "./schema-guards.ts";
import { formatSize } from "./units.ts";

export function buildGuards(keys: GuardsKeys): GuardsConfig {
  return {
    ...(keys.max_prompt === undefined ? {} : { maxPromptBytes: keys.max_prompt }),
    denyPrompt: patternsOf(keys.deny_prompt),
    denyAnswer: patternsOf(keys.deny_answer),
    redact: patternsOf(keys.redact),
  };
}

/** Undefined: there are none. */
export function guardsPlain(guards: GuardsConfig): Record<string, unknown> | undefined {
  const plain = {
    ...(guards.maxPromptBytes === undefined ? {} : { max_prompt: formatSize(guards.maxPromptBytes) }),
    ...patternsPlain("deny_prompt", guards.denyPrompt),
    ...patternsPlain("deny_answer", guards.denyAnswer),
    ...patternsPlain("redact", guards.redact),
  };
  return Object.keys(plain).length === 0 ? undefined : plain;
}

function patternsOf(patterns: Readonly<Record<string, string>> = {}): readonly NamedPattern[] {
  return Object.entries(patterns).map(([name, pattern]) => ({ name, pattern }));
}

function patternsPlain(key: string, patterns: readonly NamedPattern[]): Record<string, unknown> {
  if (patterns.length === 0) return {};
  return { [key]: Object.fromEntries(patterns.map(({ name, pattern }) => [name, pattern])) };
}
