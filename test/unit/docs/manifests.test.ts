// Each manifest of the pages is one that check takes, whole or as the part that it is.

import { expect, test } from "bun:test";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { root } from "../../../build/paths.ts";
import { checkedManifest } from "../../support/checked-manifest.ts";

/** What the pages take from the environment. */
const variables = Object.fromEntries(
  ["GATEWAY_KEY", "MQTT_PASSWORD", "OPENAI_API_KEY", "PLC_KEY"].map((name) => [name, "correct-horse"]),
);
const skill = "---\nname: inspect-press\ndescription: Inspects a press.\n---\nLook at it.\n";
const machine = {
  variables: { ...variables, CREDENTIALS_DIRECTORY: "/run/credentials" },
  readText: () => ({ text: "correct-horse" }),
  listFolders: () => ({ names: ["inspect-press"] }),
  readTextInside: () => ({ text: skill }),
};

const docs = readdirSync(join(root, "docs"), { recursive: true, encoding: "utf8" });
const pages = ["README.md", ...docs.filter((name) => name.endsWith(".md")).map((name) => join("docs", name))];

for (const page of pages) {
  const blocks = [...readFileSync(join(root, page), "utf8").matchAll(/^```yaml\n([\s\S]*?)^```/gm)];
  // The cases of `muster test` are another kind of file.
  const manifests = blocks.map(([, text = ""]) => text).filter((text) => !/^cases:/m.test(text));
  if (manifests.length === 0) continue;
  test(`each manifest of ${page} checks clean`, () => {
    for (const text of manifests) {
      const { problems, warnings } = checkedManifest(text, machine);
      const isPart = !/^agents:/m.test(text);
      expect(problems).toEqual([]);
      expect(warnings.filter((warning) => !(isPart && warning.includes("Found no agents")))).toEqual([]);
    }
  });
}

test("the pages have manifests", () => {
  expect(pages.length).toBeGreaterThan(20);
});
