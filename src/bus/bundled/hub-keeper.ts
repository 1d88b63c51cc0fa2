// Gives the bundled server its hub, and takes care that the hub can never keep the server from running: a link that can't be made is told of
// and tried again, also with secrets that were put right meanwhile.

import type { HubConfig } from "../../manifest/manifest.ts";
import type { Logger } from "../../telemetry/log.ts";
import { BundledServerError } from "./bundled-error.ts";
import { type AskForLink, HubLink, type HubStatus } from "./hub-link.ts";
import { hubAddress, hubRemote } from "./hub-remote.ts";
import { type LaunchedServer, launchBundled, type LaunchOptions } from "./launch-bundled.ts";

/** How often a link that is down has its files looked at. */
const lookMs = 10_000;
const stopGraceMs = 5_000;

export class HubKeeper {
  #config: HubConfig;
  readonly #log: Logger;
  readonly #link: HubLink;
  readonly #timer: ReturnType<typeof setInterval>;
  #server: LaunchedServer | undefined;
  /** Of what the running server was told; undefined: nothing usable. */
  #digest: string | undefined;
  #isRefreshing = false;

  constructor(config: HubConfig, log: Logger) {
    this.#config = config;
    this.#log = log;
    this.#link = new HubLink({ url: config.url, address: hubAddress(config), log });
    this.#timer = setInterval(() => {
      if (!this.#link.isConnected()) void this.use(this.#config);
    }, lookMs);
  }

  status(): HubStatus {
    return this.#link.status();
  }

  askWith(ask: AskForLink): void {
    this.#link.askWith(ask);
  }

  /** Starts the server with the hub; without it where that is what fails. */
  async launch(options: LaunchOptions): Promise<LaunchedServer> {
    this.#server = undefined;
    const remote = await hubRemote(this.#config);
    this.#digest = remote.type === "usable" ? remote.digest : undefined;
    const withHub = { ...options, onHub: this.#link.take.bind(this.#link) };
    if (remote.type === "unusable") this.#link.unlink(remote.reason);
    const hub = remote.type === "usable" ? remote.lines : [];
    this.#server = await this.#launchWithOrWithout(withHub, hub);
    return this.#server;
  }

  /**
   * Takes over what changed, in these settings or in the files that they name. Clients of the server notice nothing where it can reload, which
   * is everywhere but on Windows. Never rejects.
   */
  async use(config: HubConfig): Promise<void> {
    this.#config = config;
    this.#link.retarget({ url: config.url, address: hubAddress(config) });
    const remote = await hubRemote(config);
    const server = this.#server;
    if (remote.type === "unusable" && !this.#link.isConnected()) this.#link.unlink(remote.reason);
    if (server === undefined || remote.type === "unusable" || remote.digest === this.#digest) return;
    if (this.#isRefreshing) return;
    this.#isRefreshing = true;
    try {
      await server.reload({ hub: remote.lines });
      this.#digest = remote.digest;
      this.#log.info("Took over changed settings of the hub");
    } catch (error) {
      this.#log.warn("Starting the bundled NATS server again for changed settings of the hub", { error });
      await server.child.stop(stopGraceMs);
    } finally {
      this.#isRefreshing = false;
    }
  }

  serverEnded(): void {
    this.#server = undefined;
    this.#link.serverEnded();
  }

  close(): void {
    clearInterval(this.#timer);
    this.#server = undefined;
    this.#link.close();
  }

  async #launchWithOrWithout(options: LaunchOptions, hub: readonly string[]): Promise<LaunchedServer> {
    try {
      return await launchBundled({ ...options, hub });
    } catch (error) {
      if (hub.length === 0 || !(error instanceof BundledServerError) || error.kind !== "ended") throw error;
      const server = await launchBundled({ ...options, hub: [] });
      // It runs without: so the hub's settings were what it could not start with.
      this.#link.unlink(`Cannot use nats.embedded.hub: ${error.message}`);
      return server;
    }
  }
}
