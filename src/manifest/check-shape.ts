// One file's values against the schema: what zod finds, in the words of the manifest.

import * as z from "zod/mini";
import { describeValue, quoted, trapHint } from "./describe-value.ts";
import type { FileScope } from "./file-scope.ts";
import { acceptedName } from "./fields.ts";
import { nearest } from "./nearest.ts";
import { likelyDuration, likelySize } from "./units.ts";
import { factsOf, keysOf, schemaAt, type Schema } from "./schema-walk.ts";
import { at, formatPath, type Path, type YamlTree } from "./yaml-tree.ts";

type Issue = z.core.$ZodIssue;

export interface ShapeOptions {
  /** Paths that have a problem already. */
  readonly failed: ReadonlySet<string>;
  /** Keys that only the main file may hold. */
  readonly mainOnly: readonly string[];
  /** What the schema was given. */
  readonly plain: unknown;
}

export function reportShape(issues: readonly Issue[], schema: Schema, scope: FileScope, options: ShapeOptions): void {
  const seen = new Set([...options.failed, ...scope.report.problems.map(({ path }) => path)]);
  for (const outer of issues) {
    const issue = innermost(outer);
    const path = pathOf(issue);
    if (issue.code === "unrecognized_keys") {
      for (const key of issue.keys) reportUnknownKey(key, path, schema, scope, options.mainOnly);
      continue;
    }
    // Of two issues about one value the first says it all.
    if (seen.has(formatPath(path))) continue;
    seen.add(formatPath(path));
    if (issue.code === "invalid_key") {
      reportKey(path, scope, issue.issues[0]?.message);
      reportShape(issuesBelow(path, schema, scope, options.plain), schema, scope, options);
    } else {
      reportValue(path, issue.message, schema, scope);
    }
  }
}

/** Of what stands under a name that is none: zod leaves it unread. */
function issuesBelow(path: Path, schema: Schema, scope: FileScope, plain: unknown): readonly Issue[] {
  const below = schemaAt(schema, path, scope.tree);
  if (below === undefined) return [];
  const result = z.safeParse(below, valueAt(plain, path));
  return result.success ? [] : result.error.issues.map((issue) => ({ ...issue, path: [...path, ...issue.path] }));
}

function valueAt(plain: unknown, path: Path): unknown {
  return path.reduce(
    (value, step) => (typeof value === "object" && value !== null ? Reflect.get(value, step) : undefined),
    plain,
  );
}

function reportUnknownKey(
  key: string,
  parent: Path,
  schema: Schema,
  scope: FileScope,
  mainOnly: readonly string[],
): void {
  const here = schemaAt(schema, parent, scope.tree);
  const known = here === undefined ? [] : [...keysOf(here).keys()];
  const path = [...parent, key];
  if (parent.length === 0 && mainOnly.includes(key)) {
    scope.keyProblem(
      path,
      `Found the key ${quoted(key)} in a drop-in, where only ${known.join(", ")} are accepted; it belongs to the main file`,
    );
    return;
  }
  const near = nearest(key, known);
  const suggestion = near === undefined ? whereElse(key, parent, schema) : `, did you mean "${near}"`;
  scope.keyProblem(
    path,
    `Found the unknown key ${quoted(key)}${suggestion}; accepted are ${known.toSorted().join(", ")}`,
  );
}

/** Of a model's key in an agent, such as its temperature. */
function whereElse(key: string, [section]: Path, schema: Schema): string {
  const model = section === "agents" || section === "defaults" ? schemaAt(schema, ["models", ""]) : undefined;
  return model !== undefined && keysOf(model).has(key) ? ", which belongs to a model under models" : "";
}

function reportKey(path: Path, scope: FileScope, accepted = acceptedName): void {
  scope.keyProblem(path, `Found ${quoted(String(path.at(-1)))}, accepted ${accepted}`);
}

function reportValue(path: Path, accepted: string, schema: Schema, scope: FileScope): void {
  const found = at(scope.tree, path);
  if (found === undefined) {
    scope.problem(path, `The key is missing, accepted ${accepted}`);
    return;
  }
  const isSecret = factsOf(schemaAt(schema, path, scope.tree))?.expands === "secret";
  const hint = isSecret ? "" : trapHint(found.tree, accepted);
  const near = isSecret ? undefined : nearChoice(found.tree, accepted);
  const suggestion = near === undefined ? "," : `, did you mean "${near}";`;
  scope.problem(path, `Found ${describeValue(found.tree, { isSecret })}${suggestion} accepted ${accepted}${hint}`);
}

/** Of a list of choices, or of ways to write a unit, in the words of what is accepted. */
function nearChoice(tree: YamlTree, accepted: string): string | undefined {
  if (tree.kind === "scalar" && typeof tree.value === "string") {
    if (accepted.startsWith("a duration")) return likelyDuration(tree.value);
    if (accepted.startsWith("a size")) return likelySize(tree.value);
  }
  const [, listed = ""] = /\bone of ([\w-]+(?:, [\w-]+)*)/.exec(accepted) ?? [];
  if (tree.kind !== "scalar" || typeof tree.value !== "string") return undefined;
  const near = nearest(
    tree.value,
    listed.split(", ").filter((choice) => choice !== "" && choice !== "and"),
  );
  return near !== undefined && accepted.startsWith("a map with type") ? `{ type: ${near} }` : near;
}

/** Of a union's branches, the one that got furthest into the value. */
function innermost(issue: Issue): Issue {
  if (issue.code !== "invalid_union") return issue;
  const deepest = issue.errors.flat().find((inner) => inner.path.length > 0);
  return deepest === undefined ? issue : { ...deepest, path: [...issue.path, ...deepest.path] };
}

function pathOf(issue: Issue): Path {
  return issue.path.map((step) => (typeof step === "symbol" ? String(step) : step));
}
