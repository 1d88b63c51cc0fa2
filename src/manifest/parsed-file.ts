// One file after it was looked at alone: its values if the schema takes them, and what it declares even if not.

import { expandFields } from "./expand-fields.ts";
import { reportShape } from "./check-shape.ts";
import { describeValue } from "./describe-value.ts";
import { FileReport } from "./file-report.ts";
import { FileScope } from "./file-scope.ts";
import { readYaml } from "./read-yaml.ts";
import { dropInSchema, mainSchema, type FileContent } from "./schema.ts";
import { keysOf } from "./schema-walk.ts";
import type { Surroundings } from "./surroundings.ts";

/** A manifest file's text and names. */
export interface ManifestSource {
  /** How messages name it. */
  readonly file: string;
  /** Absolute. */
  readonly path: string;
  /** Absolute folder that relative paths in it start from. */
  readonly folder: string;
  readonly isMain: boolean;
  readonly text: string;
  /** Why there is no text. */
  readonly failure?: ReadFailure;
  /** The text is not the present one: it is what had no problem last. */
  readonly isLastGood?: true;
}

export interface ReadFailure {
  readonly line: number;
  readonly column: number;
  readonly message: string;
}

/** Plain values that may be wrong in any way. */
export type Raw = Readonly<Record<string, unknown>>;

export interface ParsedFile {
  readonly source: ManifestSource;
  readonly report: FileReport;
  /** Absent when the text is no YAML map. */
  readonly scope?: FileScope;
  /** Its values before the schema saw them; empty when the text is no YAML map. */
  readonly raw: Raw;
  /** Absent when the schema refused something. */
  readonly content?: FileContent;
}

const sections = ["identity", "nats", "mqtt", "endpoints", "models", "defaults", "agents"];

export function parseFile(source: ManifestSource, surroundings: Surroundings): ParsedFile {
  const report = new FileReport(source.file, source.text);
  if (source.failure !== undefined) {
    report.failure(source.failure);
    return { source, report, raw: {} };
  }
  const tree = readYaml(source.text, report);
  if (tree === undefined) return { source, report, raw: {} };
  if (tree.kind !== "map") {
    const hint = tree.kind === "scalar" && /\w:\S/.test(tree.source) ? "; a space follows the colon of a key" : "";
    report.problem(
      tree.offset,
      [],
      `Found ${describeValue(tree)}, accepted a map with "agents:" and other keys${hint}`,
    );
    return { source, report, raw: {} };
  }
  const scope = new FileScope(tree, report, surroundings.wasGood);
  const schema = source.isMain ? mainSchema : dropInSchema;
  const { plain, failed } = expandFields(schema, scope, source.folder, surroundings);
  const raw = withoutEmptySections(asRaw(plain));
  const result = schema.safeParse(raw);
  if (result.success) return { source, report, scope, raw, content: result.data };
  const mainOnly = source.isMain ? [] : [...keysOf(mainSchema).keys()];
  reportShape(result.error.issues, schema, scope, { failed, mainOnly, plain: raw });
  return { source, report, scope, raw };
}

/** The map under a key, or an empty one when there is none or something else. */
export function section(raw: Raw, key: string): Raw {
  return asRaw(raw[key]);
}

export function asRaw(value: unknown): Raw {
  if (!isRecord(value)) return {};
  return value;
}

function isRecord(value: unknown): value is Raw {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** `agents:` with everything under it commented out is an empty map to a user, and null to YAML. */
function withoutEmptySections(raw: Raw): Raw {
  const kept = Object.entries(raw).filter(([key, value]) => value !== null || !sections.includes(key));
  return Object.fromEntries(kept);
}
