// The manifests on the page of triggers show all that there is.

import { expect, test } from "bun:test";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { root } from "../../../build/paths.ts";
import { checkedManifest } from "../../support/checked-manifest.ts";

const page = await readFile(join(root, "docs", "triggers.md"), "utf8");
const examples = [...page.matchAll(/^```yaml\n([\s\S]*?)^```/gm)].map(([, text = ""]) => text);

test("the examples of docs/triggers.md together show each kind", () => {
  const kinds = examples.flatMap((text) => [
    ...(checkedManifest(text, { variables: { MQTT_PASSWORD: "x" } }).manifest?.agents.values() ?? []),
  ]);
  const shown = new Set(kinds.flatMap(({ triggers }) => triggers.map(({ source }) => source.type)));
  expect([...shown].sort()).toEqual(["at", "cron", "every", "file", "mqtt", "subject"]);
});
