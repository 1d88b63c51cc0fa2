// A value of a manifest in the words of a message: what was found there, short, on one line, never a secret.

import { isPlainNumber, type YamlTree } from "./yaml-tree.ts";

const longestShown = 60;

/** Such as `"a text"`, `the number 0123`, `nothing`, `a list`. */
export function describeValue(tree: YamlTree, options: { readonly isSecret?: boolean } = {}): string {
  if (tree.kind === "map") return tree.entries.size === 0 ? "an empty map" : "a map";
  if (tree.kind === "list") return tree.items.length === 0 ? "an empty list" : "a list";
  if (tree.value === null) return "nothing";
  if (options.isSecret === true) return secretKind(tree.value);
  if (typeof tree.value === "string") return quoted(tree.value);
  const kind = typeof tree.value === "number" ? "the number" : "the value";
  return `${kind} ${tree.source.slice(0, longestShown)}`;
}

function secretKind(value: string | number | boolean): string {
  if (typeof value === "string") return value === "" ? "an empty text" : "a text";
  return typeof value === "number" ? "a number without quotes" : "true or false without quotes";
}

/** In quotes, shortened, a password in a URL masked, with everything that could break the line escaped. */
export function quoted(original: string): string {
  const text = original.replaceAll(/\/\/[^/@\s]*@/g, "//***@");
  // Cut between characters, not inside one.
  const shown = text.slice(0, longestShown).replace(/[\ud800-\udbff]$/, "");
  const ellipsis = shown.length < text.length ? "…" : "";
  return JSON.stringify(`${shown}${ellipsis}`).replaceAll(/[\u007f-\u009f\u2028\u2029\ufeff]/g, escape);
}

/** What YAML made of a scalar when that is not what was probably meant; empty when there is nothing to say. */
export function trapHint(tree: YamlTree, accepted: string): string {
  if (tree.kind !== "scalar") return "";
  if (tree.isQuoted) return quotesHint(tree.value, accepted);
  if (accepted.startsWith("true or false") && typeof tree.value === "string") return booleanHint(tree.value);
  if (wantsUnit(accepted)) return unitHint(tree, accepted);
  if (wantsText(accepted) && (typeof tree.value === "number" || typeof tree.value === "boolean")) {
    const read = typeof tree.value === "number" ? `the number ${tree.value}` : `the value ${String(tree.value)}`;
    return `; YAML reads it as ${read}, put it in quotes: "${tree.source}"`;
  }
  if (typeof tree.value === "number" && !isPlainNumber(tree)) return "; write the number in plain decimal digits";
  return "";
}

function quotesHint(value: string | number | boolean | null, accepted: string): string {
  if (typeof value !== "string") return "";
  if (wantsUnit(accepted)) return unitHint({ source: value }, accepted);
  const isBoolean = accepted.startsWith("true or false") && /^(true|false)$/.test(value);
  const isNumber = /^(a whole number|a number)/.test(accepted) && /^\d+(\.\d+)?$/.test(value);
  return isBoolean || isNumber ? `; write ${value} without quotes` : "";
}

/** The unit of the least that is accepted: what is meant is likely to be near. */
function unitHint({ source }: { readonly source: string }, accepted: string): string {
  const [, unit] = /from \d+([A-Za-z]+) to/.exec(accepted) ?? [];
  if (unit === undefined || !/^[1-9]\d*$/.test(source)) return "";
  const usual = unit === "ms" ? "s" : unit;
  return `; a number needs its unit, such as ${source}${Number(source) >= 1024 && unit.endsWith("B") ? "B" : usual}`;
}

function booleanHint(text: string): string {
  const lower = text.toLowerCase();
  if (["no", "off", "n"].includes(lower)) return `; YAML reads ${text} as a text, write false`;
  if (["yes", "on", "y"].includes(lower)) return `; YAML reads ${text} as a text, write true`;
  return "";
}

function wantsUnit(accepted: string): boolean {
  return accepted.startsWith("a duration") || accepted.startsWith("a size");
}

function wantsText(accepted: string): boolean {
  return !/^(a whole number|a number|the number|true or false|a map|a list|an address and a port)/.test(accepted);
}

function escape(character: string): string {
  return `\\u${character.charCodeAt(0).toString(16).padStart(4, "0")}`;
}
