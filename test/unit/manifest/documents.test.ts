// What the project ships for people to read and to copy is right.

import { expect, test } from "bun:test";
import { readFileSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { manifestJsonSchema } from "../../../src/manifest/json-schema.ts";
import { loadManifest } from "../../../src/manifest/load.ts";
import { manifestReference } from "../../../src/manifest/reference.ts";
import { starterManifest } from "../../../src/manifest/starter.ts";
import { checkManifest } from "../../../src/manifest/check-manifest.ts";
import { machineSurroundings } from "../../../src/manifest/machine.ts";
import { fixtures } from "../../support/manifest-fixtures.ts";

const root = join(import.meta.dirname, "../../..");
const machine = { variables: { OPENAI_API_KEY: "x" }, hostName: "press-07" };

/** The formatter aligns tables; the text of their cells is what counts. */
function withoutPadding(markdown: string): string {
  return markdown.replaceAll(/ +/g, " ").replaceAll(/-{3,}/g, "---");
}

test("docs/manifest.md has the tables that the schema makes", () => {
  expect(withoutPadding(readFileSync(join(root, "docs/manifest.md"), "utf8"))).toEndWith(
    withoutPadding(manifestReference()),
  );
});

test("every key of the reference has a meaning", () => {
  const rows = manifestReference()
    .split("\n")
    .filter((line) => line.startsWith("| `"));
  expect(rows.length).toBeGreaterThan(60);
  for (const row of rows) expect(row).not.toMatch(/^\| `\w+` \| +\|/);
});

test("agents.yaml.example checks clean", async () => {
  const { manifest, problems, warnings } = await loadManifest({ file: join(root, "agents.yaml.example"), ...machine });
  expect([...problems, ...warnings]).toEqual([]);
  expect([...(manifest?.agents.keys() ?? [])]).toEqual(["line-inspector", "assistant"]);
});

test("the starter manifest checks clean, with any model", () => {
  for (const text of [starterManifest(), starterManifest("openai/gpt-5-mini")]) {
    const input = { file: "agents.yaml", path: "/agents.yaml", folder: "/", isMain: true, text };
    const { problems, warnings } = checkManifest([input], machineSurroundings(machine));
    expect([...problems, ...warnings]).toEqual([]);
  }
});

test("every good fixture checks clean", async () => {
  const names = readdirSync(join(fixtures, "good")).filter((name) => name.endsWith(".yaml"));
  expect(names.length).toBeGreaterThan(3);
  for (const name of names) {
    const { manifest, problems } = await loadManifest({
      file: join(fixtures, "good", name),
      variables: { KEY: "k" },
      hostName: "h",
    });
    expect(problems).toEqual([]);
    expect(manifest?.agents.size).toBeGreaterThan(0);
  }
});

test("the JSON Schema knows every section, refuses unknown keys and shows defaults", () => {
  const schema = manifestJsonSchema();
  expect(schema["$schema"]).toBe("https://json-schema.org/draft/2020-12/schema");
  expect(schema["additionalProperties"]).toBe(false);
  const sections = [
    "agents",
    "models",
    "endpoints",
    "nats",
    "http",
    "limits",
    "otlp",
    "mqtt",
    "identity",
    "defaults",
    "version",
  ];
  expect(schema["properties"]).toContainAllKeys(sections);
  const text = JSON.stringify(schema);
  expect(text).toContain('"default":"30s"');
  expect(text).toContain('"default":"1MB"');
  expect(text).not.toMatch(/"(expands|unit|need|defaultText)":"/);
});

test("a drop-in's JSON Schema has nothing that redirects others", () => {
  expect(JSON.stringify(manifestJsonSchema("drop-in"))).not.toContain('"servers"');
});
