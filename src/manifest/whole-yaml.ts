// Reads all of YAML, with the library for it: what is wrong is told with its place. Loaded when a text is not plain.

import { isScalar, parseAllDocuments, visit, type Document, type ParsedNode } from "yaml";
import { buildTree } from "./build-tree.ts";
import type { FileReport } from "./file-report.ts";
import type { FileKind } from "./read-yaml.ts";
import { syntaxMessage } from "./yaml-syntax.ts";
import type { YamlTree } from "./yaml-tree.ts";

const maxSyntaxProblems = 10;

/** Undefined when the text is no YAML, or no single document; the reason is in the report then. */
export function readWholeYaml(text: string, report: FileReport, kind: FileKind): YamlTree | undefined {
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
