// Contexts of the NATS command line: one JSON file each, in `nats/context/` of the user's configuration folder.

import { readFile } from "node:fs/promises";
import { homedir } from "node:os";
import { isAbsolute, join } from "node:path";
import { Secret } from "../../manifest/secret.ts";
import { BusError } from "./bus-error.ts";
import type { BusSettings } from "./bus-settings.ts";

/**
 * Reads the context called `name` (or the file, when `name` is an absolute path). Its fields win over those of `settings`.
 * Throws a `BusError` for a file that is missing, is no JSON object, or asks for what is not supported (`nsc`).
 */
export async function readNatsContext(name: string, configFolder = userConfigFolder()): Promise<BusSettings> {
  const path = isAbsolute(name) ? name : join(configFolder, "nats", "context", `${name}.json`);
  const fields = parseContext(name, path, await readText(name, path));
  const text = (key: string): string | undefined => {
    const value = fields[key];
    return typeof value === "string" && value !== "" ? value : undefined;
  };
  if (text("nsc") !== undefined) {
    throw new BusError(`NATS context "${name}" uses "nsc", which is not supported; set "creds" to a credentials file`);
  }
  const file = (key: string): string | undefined => expandHome(text(key));
  const tls = defined({ caFile: file("ca"), certFile: file("cert"), keyFile: file("key") });
  return {
    servers: (text("url") ?? "").split(",").flatMap((url) => (url.trim() === "" ? [] : [url.trim()])),
    ...defined({
      credentialsFile: file("creds"),
      nkeyFile: file("nkey"),
      user: text("user"),
      password: secret(text("password")),
      token: secret(text("token")),
      inboxPrefix: text("inbox_prefix"),
    }),
    ...(Object.keys(tls).length === 0 ? {} : { tls }),
    ...(fields["tls_first"] === true ? { tlsFirst: true } : {}),
  };
}

/** `~/.config`, or what the environment says instead. */
export function userConfigFolder(): string {
  const folder = process.env["XDG_CONFIG_HOME"];
  return folder === undefined || folder === "" ? join(homedir(), ".config") : folder;
}

async function readText(name: string, path: string): Promise<string> {
  try {
    return await readFile(path, "utf8");
  } catch (cause) {
    throw new BusError(`Cannot read NATS context "${name}" at "${path}"; list contexts with "nats context ls"`, {
      cause,
    });
  }
}

function parseContext(name: string, path: string, text: string): Record<string, unknown> {
  const problem = `NATS context "${name}" at "${path}" is not a JSON object`;
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (cause) {
    throw new BusError(problem, { cause });
  }
  if (typeof value !== "object" || value === null || Array.isArray(value)) throw new BusError(problem);
  return { ...value };
}

function expandHome(path: string | undefined): string | undefined {
  return path?.startsWith("~/") === true ? join(homedir(), path.slice(2)) : path;
}

function secret(text: string | undefined): Secret | undefined {
  return text === undefined ? undefined : new Secret(text);
}

/** Without the keys that have no value. */
function defined<Fields extends object>(fields: Fields): { [Key in keyof Fields]?: NonNullable<Fields[Key]> } {
  const kept: { [Key in keyof Fields]?: NonNullable<Fields[Key]> } = {};
  for (const key in fields) {
    const value = fields[key];
    if (value !== undefined && value !== null) kept[key] = value;
  }
  return kept;
}
