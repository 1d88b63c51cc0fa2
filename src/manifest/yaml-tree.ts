// A YAML document as this room sees it: maps, lists and scalars with their place in the text; keys are unique text, aliases are followed.

export type YamlTree = YamlMap | YamlList | YamlScalar;

export interface YamlMap {
  readonly kind: "map";
  readonly entries: ReadonlyMap<string, YamlEntry>;
  readonly offset: number;
}

export interface YamlEntry {
  readonly keyOffset: number;
  readonly value: YamlTree;
}

export interface YamlList {
  readonly kind: "list";
  readonly items: readonly YamlTree[];
  readonly offset: number;
}

export interface YamlScalar {
  readonly kind: "scalar";
  readonly value: string | number | boolean | null;
  /** As written, without quotes. */
  readonly source: string;
  readonly isQuoted: boolean;
  readonly offset: number;
}

export type Path = readonly (string | number)[];

export interface Found {
  readonly tree: YamlTree;
  /** Of the key, or of the list's item. */
  readonly keyOffset: number;
}

/** What stands at a path, or undefined. */
export function at(root: YamlTree, path: Path): Found | undefined {
  let found: Found = { tree: root, keyOffset: root.offset };
  for (const step of path) {
    const next = child(found.tree, step);
    if (next === undefined) return undefined;
    found = next;
  }
  return found;
}

export function child(tree: YamlTree, step: string | number): Found | undefined {
  if (tree.kind === "map") {
    const entry = tree.entries.get(String(step));
    return entry === undefined ? undefined : { tree: entry.value, keyOffset: entry.keyOffset };
  }
  if (tree.kind === "list" && typeof step === "number") {
    const item = tree.items[step];
    return item === undefined ? undefined : { tree: item, keyOffset: item.offset };
  }
  return undefined;
}

const plainNumber = /^-?(0|[1-9]\d*)(\.\d+)?$/;

/** False for the notations that surprise people (`0123`, `0x1F`, `1e3`, `.inf`): a check must not take their value. */
export function isPlainNumber(scalar: YamlScalar): boolean {
  return typeof scalar.value === "number" && plainNumber.test(scalar.source);
}

/**
 * The value without places, for the schema. A number in a notation that surprises is NaN, which no schema takes.
 */
export function toPlain(tree: YamlTree): unknown {
  switch (tree.kind) {
    case "scalar":
      return typeof tree.value === "number" && !isPlainNumber(tree) ? Number.NaN : tree.value;
    case "list":
      return tree.items.map(toPlain);
    case "map": {
      const plain: Record<string, unknown> = {};
      for (const [key, entry] of tree.entries) plain[key] = toPlain(entry.value);
      return plain;
    }
  }
}

/** The path in the words of a user: `agents.x.model[1]`. A key that would break the line stands in quotes. */
export function formatPath(path: Path): string {
  return path
    .map((step, index) => {
      if (typeof step === "number") return `[${step}]`;
      const key = /^[\w/.:@-]{1,80}$/u.test(step) ? step : JSON.stringify(step.slice(0, 80));
      return index === 0 ? key : `.${key}`;
    })
    .join("");
}
