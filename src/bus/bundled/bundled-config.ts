// The configuration that the bundled nats-server runs with.

import { type BundledUsers, usersConfig } from "./bundled-users.ts";

export interface BundledConfig {
  readonly serverName: string;
  readonly host: string;
  /** 0: a free one. */
  readonly port: number;
  /** JetStream's files go to `jetstream` below it. */
  readonly storeDirectory: string;
  readonly maxStoreBytes: number;
  /** False: nothing is stored. On a full disk a store would answer nobody, until its server is started again. */
  readonly isStoring?: boolean;
  /** Absent: anybody may do anything. */
  readonly users?: BundledUsers;
  /** JetStream's domain, which tells this machine's streams from the hub's. */
  readonly domain?: string;
  /** Lines about the hub. */
  readonly hub?: readonly string[];
}

/** Larger than the server's default of 1 MB, so that an image fits in one prompt; the server advises against more. */
const maxPayloadBytes = 8 * 1024 * 1024;

/** In nats-server's own language. What is acknowledged is on disk (`sync_interval: always`), and the disk's use is bounded. */
export function bundledConfigText(config: BundledConfig): string {
  return [
    `server_name: ${JSON.stringify(config.serverName)}`,
    `host: ${JSON.stringify(config.host)}`,
    `port: ${config.port === 0 ? -1 : config.port}`,
    `max_payload: ${maxPayloadBytes}`,
    "logtime: false",
    "jetstream {",
    ...(config.isStoring === false ? ["  enabled: false"] : []),
    `  store_dir: ${JSON.stringify(config.storeDirectory)}`,
    `  max_file_store: ${config.maxStoreBytes}`,
    "  max_memory_store: 67108864",
    "  sync_interval: always",
    ...(config.domain === undefined ? [] : [`  domain: ${JSON.stringify(config.domain)}`]),
    "}",
    ...(config.users === undefined ? [] : usersConfig(config.users)),
    ...(config.hub === undefined ? [] : [...linkTiming, ...config.hub]),
    "",
  ].join("\n");
}

/** A cable that was cut says nothing: without these the server would believe in the link for four minutes. */
const linkTiming = ['ping_interval: "15s"', "ping_max: 2"];
