// `${NAME}`, `${file:/path}` and `${credential:name}` inside one text, for the fields where the manifest allows them.

import type { Surroundings } from "./surroundings.ts";

export type Expansion = { readonly text: string } | { readonly failure: string };

const loadedPrefix = "muster_";
const reference = /\$\{([^}]*)\}/g;

export function hasReference(text: string): boolean {
  return text.includes("${");
}

/**
 * Replaces every reference. `folder` is where relative paths of `${file:…}` start. A file's last line break is no part of the secret.
 * A failure names the reference, never a value.
 */
export function expand(text: string, folder: string, surroundings: Surroundings): Expansion {
  let failure: string | undefined;
  const expanded = text.replaceAll(reference, (whole: string, inner: string) => {
    const value = resolve(inner, folder, surroundings);
    if ("text" in value) return value.text;
    failure ??= `Found ${JSON.stringify(whole)}: ${value.failure}`;
    return "";
  });
  if (failure === undefined && hasReference(text.replaceAll(reference, ""))) {
    failure = 'Found "${" without a closing "}"; accepted ${NAME}, ${file:/path} or ${credential:name}';
  }
  return failure === undefined ? { text: expanded } : { failure };
}

function resolve(inner: string, folder: string, surroundings: Surroundings): Expansion {
  const [kind, name] = split(inner);
  if (kind === "file" && name !== "") return fromFile(surroundings.absolute(name, folder), surroundings);
  if (kind === "credential") return credential(name, surroundings);
  if (kind !== "" || !/^[A-Za-z_][A-Za-z0-9_]*$/.test(name)) {
    return { failure: "accepted ${NAME}, ${file:/path} or ${credential:name}" };
  }
  const value = surroundings.variables[name];
  if (value === undefined) return { failure: `the environment variable ${name} is not set` };
  if (value === "") return { failure: `the environment variable ${name} is empty` };
  return { text: value };
}

function split(inner: string): [kind: string, name: string] {
  const colon = inner.indexOf(":");
  return colon === -1 ? ["", inner] : [inner.slice(0, colon), inner.slice(colon + 1)];
}

function credential(name: string, surroundings: Surroundings): Expansion {
  if (!/^[A-Za-z0-9_][A-Za-z0-9_.@-]*$/.test(name))
    return { failure: "a credential's name is letters, digits and _ . @ -" };
  const folder = surroundings.variables["CREDENTIALS_DIRECTORY"];
  if (folder === undefined || folder === "") {
    return {
      failure: "there are no credentials here, CREDENTIALS_DIRECTORY is not set (systemd sets it by LoadCredential=)",
    };
  }
  return fromFile(loadedCredential(surroundings.absolute(name, folder), surroundings), surroundings);
}

/**
 * Where a file of the credentials folder is: the unit of an installation loads a folder of credentials, and systemd puts the name of that
 * folder's entry before each file's. Any other path stays as it is.
 */
export function loadedCredential(path: string, surroundings: Surroundings): string {
  const folder = surroundings.variables["CREDENTIALS_DIRECTORY"] ?? "";
  if (folder === "" || surroundings.unreadable(path) === undefined) return path;
  const name = path.slice(folder.length + 1);
  if (path !== surroundings.absolute(name, folder) || name.includes("/")) return path;
  const loaded = surroundings.absolute(`${loadedPrefix}${name}`, folder);
  return surroundings.unreadable(loaded) === undefined ? loaded : path;
}

function fromFile(path: string, surroundings: Surroundings): Expansion {
  const file = surroundings.readText(path);
  if ("failure" in file) return { failure: `cannot read the file "${path}": ${file.failure}` };
  const text = file.text.replace(/\r?\n$/, "");
  return text === "" ? { failure: `the file "${path}" is empty` } : { text };
}
