// The configuration that the bundled nats-server runs with.

export interface BundledConfig {
  readonly serverName: string;
  readonly host: string;
  /** 0: a free one. */
  readonly port: number;
  /** JetStream's files go to `jetstream` below it. */
  readonly storeDirectory: string;
  readonly maxStoreBytes: number;
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
    `  store_dir: ${JSON.stringify(config.storeDirectory)}`,
    `  max_file_store: ${config.maxStoreBytes}`,
    "  max_memory_store: 67108864",
    "  sync_interval: always",
    "}",
    "",
  ].join("\n");
}
