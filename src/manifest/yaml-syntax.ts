// The YAML library's syntax errors in the words of somebody who writes manifests, with a hint where the trap is known.

import type { ErrorCode } from "yaml";
import { quoted } from "./describe-value.ts";

/** What the library says of one mistake; `pos` are offsets in the text. */
export interface SyntaxProblem {
  readonly code: ErrorCode;
  readonly message: string;
  readonly pos: readonly [number, number];
}

/** What was found and what to write instead. */
export function syntaxMessage(error: SyntaxProblem, text: string): string {
  const [start, end] = error.pos;
  const found = foundAt(text, start, end);
  if (text.slice(start - 1, start + 1) === "${") {
    return 'Found "${" without quotes between braces or brackets, where YAML reads "{" as a map; put the value in quotes: "${NAME}"';
  }
  switch (error.code) {
    case "TAB_AS_INDENT":
      return "Found a tab in the indentation; YAML accepts spaces only";
    case "BAD_INDENT":
      return badIndent(error, text, start);
    case "BAD_ALIAS":
      return `Found ${found}, which YAML reads as an alias because it starts with *; put the value in quotes`;
    case "BAD_SCALAR_START":
      return `Found ${found}: a value can't start with this character unless it stands in quotes`;
    case "BAD_DQ_ESCAPE":
      return `Found ${found}, which is no escape that YAML knows; write \\\\ for a backslash, or use single quotes`;
    case "BLOCK_AS_IMPLICIT_KEY":
      return `Found a second "key: value" inside the value ${lineShown(text, start)}; put a value that holds ": " in quotes, or check the indentation`;
    case "MULTILINE_IMPLICIT_KEY":
      return "Found a key that goes over several lines; check the indentation, and that each key is followed by a colon and a space";
    case "BLOCK_IN_FLOW":
      return 'Found a "key: value" inside brackets where none fits; put a comma before the key, a value that holds ": " in quotes, or write { key: value }';
    case "MISSING_CHAR":
      return missingCharacter(error, text, start);
    case "BAD_DIRECTIVE":
      return `Found ${found}: a line that starts with % is a directive to YAML; put a value in quotes`;
    case "UNEXPECTED_TOKEN":
      return unexpectedToken(error, found);
    case "MULTIPLE_ANCHORS":
      return "Found two anchors (&name) on one value; a value has at most one";
    case "MULTIPLE_TAGS":
    case "TAG_RESOLVE_FAILED":
      return `Found the tag ${found}; tags are not accepted, put a value that starts with ! in quotes`;
    case "KEY_OVER_1024_CHARS":
      return "Found a key of more than 1024 characters; check that a bracket or a quote is not missing";
    default:
      return `Found ${found}, which is no valid YAML here; check the indentation, brackets and quotes before it`;
  }
}

function badIndent(error: SyntaxProblem, text: string, start: number): string {
  if (/^\s*\t/.test(lineAt(text, start))) return "Found a tab in the indentation; YAML accepts spaces only";
  if (error.message.startsWith("Flow"))
    return "Found a bracket or brace that is not closed, or closed too far left; indent it more than its key";
  return "Found an indentation that fits no line above; keys of one map start at the same column";
}

function missingCharacter(error: SyntaxProblem, text: string, start: number): string {
  if (error.message.includes("quote")) return "Found a value whose closing quote is missing";
  const line = lineShown(text, start);
  if (error.message.includes("flow")) return `Found ${line}, where a comma, a colon or a closing bracket is missing`;
  return `Found ${line}, where a colon is missing; a key is followed by a colon and a space`;
}

function unexpectedToken(error: SyntaxProblem, found: string): string {
  if (error.message.includes("same line with key"))
    return "Found a list item on the line of its key; start the list on the next line, or write [a, b]";
  if (error.message.includes("flow-"))
    return `Found ${found} with nothing open that it closes or separates; remove it, or put the value in quotes`;
  if (/^"[,;]/.test(found))
    return `Found ${found} after the end of the value; commas stand between braces and brackets only: remove it, or put the whole value in quotes`;
  return `Found ${found} after the end of the value; put the whole value in quotes (a quote inside single quotes is written twice)`;
}

const secretKey = /(api_key|key|password|token|secret|authorization|cookie|proxy|headers)["']?\s*:/i;

/** What stands there in quotes; not where it may be a secret. */
function foundAt(text: string, start: number, end: number): string {
  if (secretKey.test(lineAt(text, start))) return "a value";
  return quoted(text.slice(start, Math.max(end, start + 1)).trim() || lineAt(text, start).trim());
}

function lineShown(text: string, start: number): string {
  const line = lineAt(text, start).trim();
  return secretKey.test(line) ? "of a secret" : quoted(line);
}

function lineAt(text: string, offset: number): string {
  const start = text.lastIndexOf("\n", offset - 1) + 1;
  const end = text.indexOf("\n", offset);
  return text.slice(start, end === -1 ? undefined : end);
}
