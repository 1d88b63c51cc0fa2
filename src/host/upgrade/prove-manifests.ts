// Has a new version check the manifests that it will run: those installed, with those of its bundle in their places.

import { cp, mkdir, readdir, rm, symlink } from "node:fs/promises";
import { join } from "node:path";
import { manifestsPrefix } from "./bundle-index.ts";
import type { UpgradePlaces } from "./places.ts";
import { runQuietly } from "./run-quietly.ts";
import { UpgradeError } from "./upgrade-error.ts";

export interface ManifestProof {
  /** The new version's, and the one that serves. */
  readonly executable: string;
  readonly currentExecutable: string;
  /** Whether the bundle brings manifests. */
  readonly bringsManifests: boolean;
  /** The variables of the service. */
  readonly environment: Readonly<Record<string, string>>;
  readonly places: UpgradePlaces;
}

const checkMs = 120_000;

/** Throws an `UpgradeError` with the problems that the version before does not find in the same files. */
export async function proveManifests(proof: ManifestProof): Promise<void> {
  const { places, bringsManifests } = proof;
  const folder = bringsManifests ? await overlay(places) : places.config;
  try {
    const found = await check(proof.executable, folder, proof);
    const known = found.length === 0 ? [] : await knownProblems(proof, folder);
    const fresh = found.filter((problem) => !known.some(({ place }) => place === problem.place));
    if (fresh.length === 0) return;
    const shown = fresh.slice(0, 10).map(({ text }) => text.replaceAll(`${folder}/`, `${places.config}/`));
    throw new UpgradeError(`The new version finds problems in the manifests:\n${shown.join("\n")}`);
  } finally {
    if (bringsManifests) await rm(folder, { recursive: true, force: true });
  }
}

interface FoundProblem {
  readonly place: string;
  readonly text: string;
}

async function knownProblems({ currentExecutable, ...proof }: ManifestProof, folder: string): Promise<FoundProblem[]> {
  try {
    return await check(currentExecutable, folder, proof);
  } catch (error) {
    if (error instanceof UpgradeError) return []; // The old one can't tell: then every problem counts.
    throw error;
  }
}

async function check(
  executable: string,
  folder: string,
  { environment, places }: Pick<ManifestProof, "environment" | "places">,
): Promise<FoundProblem[]> {
  const credentials = { CREDENTIALS_DIRECTORY: join(places.config, "credentials") };
  const { code, output } = await runQuietly({
    argv: [executable, "check", "--json", "--file", join(folder, "agents.yaml")],
    environment: { ...environment, ...credentials },
    limitMs: checkMs,
  });
  const problems = problemsIn(output);
  if (problems !== undefined && (code === 0 || (code === 1 && problems.length > 0))) return problems;
  throw new UpgradeError(
    `The new version cannot check the manifests: "check" ended with code ${code ?? "unknown"}: ${output.slice(-500)}`,
  );
}

/** Of the JSON that `check --json` prints; undefined where it is none. */
function problemsIn(output: string): FoundProblem[] | undefined {
  const data = parseJson(output.slice(output.indexOf("{"), output.lastIndexOf("}") + 1));
  if (!isRecord(data) || !Array.isArray(data["problems"])) return undefined;
  return data["problems"].filter(isRecord).map((problem) => {
    const { file, line, column, path, message } = problem;
    return {
      place: JSON.stringify([file, line, path]),
      text: `${String(file)}:${String(line)}:${String(column)}: ${String(message)}`,
    };
  });
}

/** The configuration as it will be: links to what is there, copies of the manifests, and the bundle's over them. */
async function overlay({ config, incoming, work }: UpgradePlaces): Promise<string> {
  const folder = join(work, "manifests");
  await rm(folder, { recursive: true, force: true });
  await mkdir(folder, { mode: 0o700 });
  const brought = join(incoming, manifestsPrefix);
  const replaced = new Set(await readdir(brought));
  for (const name of await readdir(config)) {
    const isCopied = replaced.has(name) || name === "agents.yaml" || name === "agents.d";
    if (isCopied) await cp(join(config, name), join(folder, name), { recursive: true, dereference: true });
    else await symlink(join(config, name), join(folder, name));
  }
  await cp(brought, folder, { recursive: true, force: true });
  return folder;
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined; // The caller says what was printed instead.
  }
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
