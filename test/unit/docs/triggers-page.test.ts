// The manifests on the page of triggers are some that check takes.

import { expect, test } from "bun:test";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { root } from "../../../build/paths.ts";
import { checkedManifest } from "../../support/checked-manifest.ts";

const page = await readFile(join(root, "docs", "triggers.md"), "utf8");
const examples = [...page.matchAll(/^```yaml\n([\s\S]*?)^```/gm)].map(([, text = ""]) => text);

test("each example of docs/triggers.md checks clean", () => {
  expect(examples.length).toBeGreaterThanOrEqual(5);
  for (const text of examples) {
    const { problems, warnings } = checkedManifest(text, { variables: { MQTT_PASSWORD: "correct-horse" } });
    expect([...problems, ...warnings]).toEqual([]);
  }
});

test("together they show each kind", () => {
  const kinds = examples.flatMap((text) => [
    ...(checkedManifest(text, { variables: { MQTT_PASSWORD: "x" } }).manifest?.agents.values() ?? []),
  ]);
  const shown = new Set(kinds.flatMap(({ triggers }) => triggers.map(({ source }) => source.type)));
  expect([...shown].sort()).toEqual(["at", "cron", "every", "file", "mqtt", "subject"]);
});
