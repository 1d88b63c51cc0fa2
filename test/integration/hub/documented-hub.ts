// The hub of docs/hub.md, with what a reader would fill in: the page is what is tested.

import { readFileSync } from "node:fs";
import { join } from "node:path";
import { nkeys } from "@nats-io/transport-node";
import { root } from "../../../build/paths.ts";

const tls = join(root, "test", "fixtures", "tls");

export const hubCaFile = join(tls, "ca.pem");

export interface EdgeKey {
  readonly seed: string;
  readonly publicKey: string;
}

export function edgeKey(): EdgeKey {
  const key = nkeys.createUser();
  return { seed: new TextDecoder().decode(key.getSeed()), publicKey: key.getPublicKey() };
}

/** The page's configuration for a machine with this key, listening for leaf nodes on `leafHost:leafPort`. */
export function documentedHub(options: {
  readonly publicKey: string;
  readonly leafHost?: string;
  readonly leafPort: number;
  readonly storeDirectory: string;
  /** The machine may fetch the jobs of its outbox, by the rights of docs/jobs.md. */
  readonly hasJobs?: boolean;
}): string {
  const text = configurationIn("hub.md");
  const rights = options.hasJobs === true ? jobRights() : { publish: "", subscribe: "" };
  const filled: readonly (readonly [RegExp, string])[] = [
    [/\/var\/lib\/nats/, options.storeDirectory],
    [/"\$2a\$11\$[^"]*"/, '"op"'],
    [/nkey: U[A-Z2-7]{55}/, `nkey: ${options.publicKey}`],
    [/publish: \[/, `publish: [${rights.publish} `],
    [/subscribe: \[/, `subscribe: [${rights.subscribe} `],
    [/port: 7422/, `host: "${options.leafHost ?? "127.0.0.1"}", port: ${options.leafPort}`],
    [/\/etc\/nats\/cert\.pem/, join(tls, "server.pem")],
    [/\/etc\/nats\/key\.pem/, join(tls, "server-key.pem")],
  ];
  return filled.reduce((config, [pattern, value]) => {
    if (!pattern.test(config)) throw new Error(`docs/hub.md has no ${String(pattern)}`);
    return config.replace(pattern, () => value);
  }, text);
}

function jobRights(): { readonly publish: string; readonly subscribe: string } {
  const text = configurationIn("jobs.md");
  const list = (name: string): string => {
    const subjects = new RegExp(`${name}: \\[([^\\]]*)\\]`).exec(text)?.[1]?.match(/"[^"]+"/g);
    if (subjects === undefined || subjects === null) throw new Error(`docs/jobs.md has no ${name}`);
    return `${subjects.join(", ")},`;
  };
  return { publish: list("publish"), subscribe: list("subscribe") };
}

function configurationIn(page: string): string {
  const text = /```conf\n([\s\S]*?)```/.exec(readFileSync(join(root, "docs", page), "utf8"))?.[1];
  if (text === undefined) throw new Error(`docs/${page} has no configuration`);
  return text;
}
