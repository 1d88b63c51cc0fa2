// The manifests under test/fixtures/manifests, and the text that checking one of them prints.

import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { loadManifest } from "../../src/manifest/load.ts";
import { agentSchema } from "../../src/manifest/schema-agent.ts";
import { keysOf } from "../../src/manifest/schema-walk.ts";
import { formatProblem } from "../../src/manifest/problem.ts";

export const fixtures = join(import.meta.dirname, "../fixtures/manifests");

export interface ManifestFixture {
  readonly name: string;
  readonly file: string;
  readonly expected: string;
}

/** Every `name.yaml` with its `name.expected`, and every folder with `agents.yaml` and `expected`. */
export function badManifests(): readonly ManifestFixture[] {
  const folder = join(fixtures, "bad");
  return readdirSync(folder)
    .toSorted()
    .flatMap((entry) => {
      const name = entry.replace(/\.yaml$/, "");
      if (entry.endsWith(".yaml"))
        return [{ name, file: join(folder, entry), expected: join(folder, `${name}.expected`) }];
      const file = join(folder, entry, "agents.yaml");
      return existsSync(file) ? [{ name, file, expected: join(folder, entry, "expected") }] : [];
    });
}

/** What a file of expectations says; `<agent keys>` stands for the keys that an agent may have. */
export function expectedText(file: string): string {
  const agentKeys = [...keysOf(agentSchema).keys()].toSorted().join(", ");
  return readFileSync(file, "utf8").replaceAll("<agent keys>", agentKeys);
}

/** What `muster check` prints of a file, with paths relative to the fixtures. */
export async function checkedText(file: string): Promise<string> {
  const { problems, warnings } = await loadManifest({
    file,
    variables: { KEY: "a-key", EMPTY: "" },
    hostName: "press-07",
  });
  const lines = [...problems, ...warnings].map((problem) => formatProblem(problem));
  return lines.map((line) => `${line.replaceAll(`${join(fixtures, "bad")}/`, "")}\n`).join("");
}
