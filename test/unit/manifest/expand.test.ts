import { expect, test } from "bun:test";
import { expand, loadedCredential } from "../../../src/manifest/expand.ts";
import type { Surroundings } from "../../../src/manifest/surroundings.ts";

const files: Record<string, string> = {
  "/etc/key": "from-file\r\n",
  "/run/cred/openai": "from-credential",
  "/etc/empty": "\n",
};
const surroundings: Surroundings = {
  variables: { NAME: "value", NESTED: "${NAME}", CREDENTIALS_DIRECTORY: "/run/cred" },
  hostName: "h",
  absolute: (path, base) => (path.startsWith("/") ? path : `${base}/${path}`),
  readText: (path) => ({ ...(files[path] === undefined ? { failure: "no such file" } : { text: files[path] }) }),
  unreadable: () => undefined,
  notFolder: () => undefined,
  listFolders: () => ({ names: [] }),
  readTextInside: () => ({ failure: "no such file" }),
  findsFile: () => undefined,
  hasProgram: () => true,
};
const expanded = (text: string) => expand(text, "/etc", surroundings);

test("variables, files and credentials are put in, alone or inside a text", () => {
  expect(expanded("a ${NAME} b ${NAME}")).toEqual({ text: "a value b value" });
  expect(expanded("${file:/etc/key}")).toEqual({ text: "from-file" });
  expect(expanded("${file:key}")).toEqual({ text: "from-file" });
  expect(expanded("${credential:openai}")).toEqual({ text: "from-credential" });
});

test("what was put in is not expanded again", () => {
  expect(expanded("${NESTED}")).toEqual({ text: "${NAME}" });
});

test("what can't be put in is a failure that names the reference", () => {
  expect(expanded("${NONE}")).toEqual({ failure: 'Found "${NONE}": the environment variable NONE is not set' });
  expect(expanded("${file:empty}")).toEqual({ failure: 'Found "${file:empty}": the file "/etc/empty" is empty' });
  for (const text of ["${}", "${A-B}", "${OPEN", "${credential:../x}", "${file:}"])
    expect("failure" in expanded(text)).toBe(true);
});

test("a file of the credentials folder is found under the name that the unit's folder gives it; any other path stays", () => {
  const loaded = {
    ...surroundings,
    unreadable: (path: string) => (path.endsWith("/muster_hub.nk") ? undefined : "no"),
  };
  expect(loadedCredential("/run/cred/hub.nk", loaded)).toBe("/run/cred/muster_hub.nk");
  expect(loadedCredential("/etc/hub.nk", loaded)).toBe("/etc/hub.nk");
  expect(loadedCredential("/run/cred/other", loaded)).toBe("/run/cred/other");
  expect(loadedCredential("/run/cred/hub.nk", surroundings)).toBe("/run/cred/hub.nk");
});
