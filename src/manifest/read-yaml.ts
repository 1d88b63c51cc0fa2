// The text of one manifest file → its tree, or what keeps it from being one. Never throws; bounded in size, depth and aliases.

import { isScalar, parseAllDocuments, visit, type Document, type ParsedNode } from "yaml";
import type { FileReport } from "./file-report.ts";
import { buildTree } from "./build-tree.ts";
import { syntaxMessage } from "./yaml-syntax.ts";
import type { YamlTree } from "./yaml-tree.ts";

/** Larger than a manifest of 5,000 agents. */
export const maxFileBytes = 2 * 1024 * 1024;

const maxSyntaxProblems = 10;
// YAML accepts tab, line feed, carriage return and next line.
const controlCharacter = /[\u0000-\u0008\u000b\u000c\u000e-\u001f\u007f]/;

/** What the file is, for messages. */
export interface FileKind {
  readonly name: string;
  /** What it has at least. */
  readonly least: string;
  readonly second: string;
}

const manifestKind: FileKind = {
  name: "a manifest",
  least: '"agents:" with one agent under it',
  second: "a manifest is one document, more files go to agents.d/",
};

/** Undefined when the text is no YAML, or no single document; the reason is in the report then. */
export function readYaml(text: string, report: FileReport, kind = manifestKind): YamlTree | undefined {
  if (text.length > maxFileBytes) {
    report.problem(0, [], `Found a file of more than ${maxFileBytes / 1024 ** 2} MB; ${kind.name} may not be larger`);
    return undefined;
  }
  const control = controlCharacter.exec(text);
  if (control !== null) {
    const code = control[0].charCodeAt(0).toString(16).toUpperCase().padStart(4, "0");
    report.problem(control.index, [], `Found the control character U+${code}; ${kind.name} is plain text`);
    return undefined;
  }
  const documents = parse(text, report);
  const contents = documents === undefined ? undefined : onlyContents(documents, text, report, kind);
  return contents === undefined ? undefined : buildTree(contents, report);
}

function parse(text: string, report: FileReport): readonly Document.Parsed[] | undefined {
  let documents: readonly Document.Parsed[];
  try {
    const parsed = parseAllDocuments(text, { schema: "core", uniqueKeys: false, prettyErrors: false });
    documents = Array.isArray(parsed) ? parsed : [];
  } catch (error) {
    const reason = error instanceof RangeError ? "it is nested too deeply" : String(error);
    report.problem(0, [], `Cannot read the file as YAML: ${reason}`);
    return undefined;
  }
  const errors = documents.flatMap((document) => document.errors);
  const seenLines = new Set<number>();
  for (const error of errors.toSorted((a, b) => a.pos[0] - b.pos[0])) {
    const at = error.message.includes("closing")
      ? (openingQuote(documents, error.pos[0]) ?? error.pos[0])
      : error.pos[0];
    const line = report.lineOf(at);
    // What follows on the same line is the same mistake, seen again.
    if (seenLines.has(line) || seenLines.size >= maxSyntaxProblems) continue;
    seenLines.add(line);
    report.problem(at, [], syntaxMessage(error, text));
  }
  return errors.length > 0 ? undefined : documents;
}

/** Where the value begins whose closing quote is missing: it has swallowed all that follows. */
function openingQuote(documents: readonly Document.Parsed[], before: number): number | undefined {
  let found: number | undefined;
  for (const document of documents)
    visit(document, {
      Scalar: (_key, { type, range }) => {
        const isQuoted = type === "QUOTE_DOUBLE" || type === "QUOTE_SINGLE";
        if (isQuoted && range != null && range[0] < before) found = Math.max(found ?? 0, range[0]);
      },
    });
  return found;
}

function onlyContents(
  documents: readonly Document.Parsed[],
  text: string,
  report: FileReport,
  kind: FileKind,
): ParsedNode | undefined {
  const [first, second] = documents.flatMap(({ contents }) =>
    contents === null || isNothing(contents) ? [] : [contents],
  );
  if (first === undefined) {
    const what = text.trim() === "" ? "an empty file" : "a file without any key";
    report.problem(0, [], `Found ${what}; ${kind.name} has at least ${kind.least}`);
    return undefined;
  }
  if (second !== undefined) {
    report.problem(second.range[0], [], `Found a second YAML document after "---"; ${kind.second}`);
    return undefined;
  }
  return first;
}

function isNothing(node: ParsedNode): boolean {
  return isScalar(node) && node.value === null && node.source === "";
}
