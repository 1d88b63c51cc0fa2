// The YAML library's nodes → our tree: keys are checked to be unique text, aliases followed within bounds, tags refused.

import {
  isAlias,
  isMap,
  isScalar,
  isSeq,
  type Alias,
  type ParsedNode,
  type Scalar,
  type YAMLMap,
  type YAMLSeq,
} from "yaml";
import { quoted } from "./describe-value.ts";
import type { FileReport } from "./file-report.ts";
import type { Path, YamlEntry, YamlScalar, YamlTree } from "./yaml-tree.ts";

const maxDepth = 64;
/** Values that may come out of aliases in one file: a bomb multiplies them, a manifest repeats a few. */
const maxAliasedValues = 10_000;

/** Undefined when aliases or depth pass their bounds. Other problems are reported and the value is left out or taken as written. */
export function buildTree(root: ParsedNode, report: FileReport): YamlTree | undefined {
  const builder = new TreeBuilder(report);
  const tree = builder.build(root, [], 0);
  return builder.isOverBounds ? undefined : tree;
}

class TreeBuilder {
  isOverBounds = false;
  readonly #report: FileReport;
  readonly #anchors = new Map<string, unknown>();
  readonly #open = new Set<unknown>();
  #aliasDepth = 0;
  #aliasedValues = 0;

  constructor(report: FileReport) {
    this.#report = report;
  }

  /** `node` is whatever the library holds there: a node, or null for a key without any value. */
  build(node: unknown, path: Path, offset: number): YamlTree {
    const nothing: YamlScalar = { kind: "scalar", value: null, source: "", isQuoted: false, offset };
    if (this.isOverBounds || !this.#isWithinBounds(path, offset)) return nothing;
    if (isAlias(node)) return this.#alias(node, path, nothing);
    if (!isMap(node) && !isSeq(node) && !isScalar(node)) return nothing;
    const start = node.range?.[0] ?? offset;
    if (node.anchor !== undefined) this.#anchors.set(node.anchor, node);
    if (node.tag !== undefined) {
      this.#report.problem(
        start,
        path,
        "Found a tag (!name); tags are not accepted, put a value that starts with ! in quotes",
      );
      return { ...nothing, offset: start };
    }
    if (isScalar(node)) return scalar(node, start);
    this.#open.add(node);
    const tree = isMap(node) ? this.#map(node, path, start) : this.#list(node, path, start);
    this.#open.delete(node);
    return tree;
  }

  #map(node: YAMLMap, path: Path, offset: number): YamlTree {
    const entries = new Map<string, YamlEntry>();
    for (const pair of node.items) {
      const key = this.#key(pair.key, path, offset);
      if (key === undefined) continue;
      const first = entries.get(key.text);
      if (first !== undefined) {
        const line = this.#report.lineOf(first.keyOffset);
        this.#report.problem(
          key.offset,
          [...path, key.text],
          `Found the key ${quoted(key.text)} twice, first in line ${line}; a key stands once`,
        );
        continue;
      }
      const value = this.build(pair.value, [...path, key.text], key.offset);
      entries.set(key.text, { keyOffset: key.offset, value });
    }
    return { kind: "map", entries, offset };
  }

  #list(node: YAMLSeq, path: Path, offset: number): YamlTree {
    const items = node.items.map((item, index) => this.build(item, [...path, index], offset));
    return { kind: "list", items, offset };
  }

  #key(node: unknown, path: Path, mapOffset: number): { text: string; offset: number } | undefined {
    if (!isScalar(node)) {
      const offset = isAlias(node) || isMap(node) || isSeq(node) ? (node.range?.[0] ?? mapOffset) : mapOffset;
      this.#report.problem(offset, path, "Found a list, a map or an alias as a key; a key is text");
      return undefined;
    }
    const { value, source, offset, isQuoted } = scalar(node, node.range?.[0] ?? mapOffset);
    if (value === "<<" && !isQuoted) {
      this.#report.problem(
        offset,
        path,
        'Found the merge key "<<", which is not accepted; what agents share goes to "defaults"',
      );
      return undefined;
    }
    if (value === "__proto__") {
      this.#report.problem(offset, path, 'Found the key "__proto__", which is not accepted');
      return undefined;
    }
    if (source === "" && !isQuoted) {
      this.#report.problem(offset, path, "Found a colon without a key before it");
      return undefined;
    }
    if (typeof value !== "string") {
      const kind = value === null ? "nothing" : `the ${typeof value} ${String(value)}`;
      this.#report.problem(
        offset,
        path,
        `Found the key ${source}, which YAML reads as ${kind}; put it in quotes: "${source}"`,
      );
    }
    return { text: typeof value === "string" ? value : source, offset };
  }

  #alias(node: Alias, path: Path, nothing: YamlScalar): YamlTree {
    const offset = node.range?.[0] ?? nothing.offset;
    const target = this.#anchors.get(node.source);
    if (target === undefined) {
      this.#report.problem(
        offset,
        path,
        `Found ${aliasShown(node, path)}, which YAML reads as an alias of an anchor that is not there; put the value in quotes`,
      );
      return { ...nothing, offset };
    }
    if (this.#open.has(target)) {
      this.#report.problem(
        offset,
        path,
        `Found the alias ${quoted(`*${node.source}`)} inside its own anchor; a value can't hold itself`,
      );
      return { ...nothing, offset };
    }
    this.#aliasDepth++;
    const tree = this.build(target, path, offset);
    this.#aliasDepth--;
    return tree;
  }

  #isWithinBounds(path: Path, offset: number): boolean {
    if (this.#aliasDepth > 0) this.#aliasedValues++;
    if (path.length > maxDepth) {
      this.#report.problem(
        offset,
        [],
        `Found maps or lists nested more than ${maxDepth} deep; a manifest needs no more`,
      );
      this.isOverBounds = true;
    } else if (this.#aliasedValues > maxAliasedValues || this.#aliasDepth > maxDepth) {
      this.#report.problem(
        offset,
        [],
        `Found aliases that expand to more than ${maxAliasedValues} values; write the values out`,
      );
      this.isOverBounds = true;
    }
    return !this.isOverBounds;
  }
}

/** A password may start with a star. */
function aliasShown(node: Alias, path: Path): string {
  return /key|password|token/.test(String(path.at(-1))) ? "a value that starts with *" : quoted(`*${node.source}`);
}

function scalar(node: Scalar, offset: number): YamlScalar {
  const { value } = node;
  const isPrimitive =
    value === null || typeof value === "string" || typeof value === "number" || typeof value === "boolean";
  const isQuoted = node.type !== undefined && node.type !== "PLAIN";
  return { kind: "scalar", value: isPrimitive ? value : null, source: node.source ?? "", isQuoted, offset };
}
