// One endpoint at run time: its slots, its health, and the providers of its models.

import type { EndpointConfig, ModelConfig } from "../manifest/manifest.ts";
import type { Logger } from "../telemetry/log.ts";
import { EndpointHealth } from "./endpoint-health.ts";
import { ModelError } from "./contract.ts";
import { loadProvider } from "./load-provider.ts";
import type { Provider, ProviderPorts } from "./provider.ts";
import { Scheduler } from "./scheduler.ts";
import { SharedProvider } from "./shared-provider.ts";

/** Room for a machine that is busy generating, over the time to connect. */
const slowAnswerMs = 5_000;

/** Where an endpoint's server listens. */
export interface ServerAddress {
  /** A name, or a number without brackets. */
  readonly address: string;
  readonly port: number;
}

export class Endpoint {
  readonly config: EndpointConfig;
  /** Absent: the manifest does not say. */
  readonly server: ServerAddress | undefined;
  readonly slots: Scheduler;
  readonly health: EndpointHealth;
  readonly #ports: ProviderPorts;
  readonly #providers = new Map<ModelConfig, SharedProvider>();
  readonly #retired = new AbortController();

  /** @param onChange called when the endpoint's health became another state */
  constructor(config: EndpointConfig, ports: ProviderPorts, onChange: () => void) {
    this.config = config;
    this.server = serverOf(config.url);
    this.#ports = { ...ports, log: ports.log.with({ endpoint: config.name }) };
    const barred = barOf(config);
    this.slots = new Scheduler(config.parallel);
    this.health = new EndpointHealth({
      log: this.#ports.log,
      ping: (signal) => this.#ping(signal),
      onChange,
      pingTimeoutMs: config.connectTimeoutMs + slowAnswerMs,
      ...(barred === undefined ? {} : { barred }),
    });
  }

  get log(): Logger {
    return this.#ports.log;
  }

  /** Fires when the endpoint is retired: what nobody waits for ends with it. */
  get retired(): AbortSignal {
    return this.#retired.signal;
  }

  /** The provider that serves `model`, which must be one of this endpoint's. */
  provider(model: ModelConfig): SharedProvider {
    const known = this.#providers.get(model);
    if (known !== undefined) return known;
    const provider = new SharedProvider(() => this.#load(model));
    this.#providers.set(model, provider);
    // A turn that outlives its endpoint may still call it: the caller holds the provider by the time this runs.
    if (this.retired.aborted) queueMicrotask(() => void this.#drop(model));
    return provider;
  }

  /** Retires the providers of models that are declared no longer. */
  keepOnly(models: ReadonlySet<ModelConfig>): void {
    for (const model of this.#providers.keys()) if (!models.has(model)) void this.#drop(model);
  }

  /** Ends what runs in the background at once, and closes each provider when its last call has ended. Never rejects. */
  async retire(): Promise<void> {
    this.#retired.abort(new Error("The endpoint is declared no longer"));
    this.health.close();
    await Promise.all([...this.#providers.keys()].map((model) => this.#drop(model)));
  }

  /** Rejects with a `ModelError` while something is missing without which nothing may be sent. */
  async #load(model: ModelConfig): Promise<Provider> {
    const barred = barOf(this.config);
    if (barred !== undefined) throw new ModelError("unreachable", barred);
    return loadProvider(this.config, model, this.#ports);
  }

  async #drop(model: ModelConfig): Promise<void> {
    const provider = this.#providers.get(model);
    this.#providers.delete(model);
    try {
      await provider?.retire();
    } catch (error) {
      this.#ports.log.warn("Provider did not close cleanly", { model: model.name, error: String(error) });
    }
  }

  async #ping(signal: AbortSignal): Promise<void> {
    const first = this.#providers.values().next().value;
    if (first !== undefined) await (await first.get()).ping(signal);
  }
}

/** Without its key, say, an endpoint is sent nothing. */
function barOf({ name, missing }: EndpointConfig): string | undefined {
  return missing === undefined ? undefined : `endpoint "${name}": ${missing.join("; ")}`;
}

function serverOf(url: string | undefined): ServerAddress | undefined {
  if (url === undefined || !URL.canParse(url)) return undefined;
  const { hostname, port, protocol } = new URL(url);
  return { address: hostname.replace(/^\[|\]$/g, ""), port: Number(port) || (protocol === "https:" ? 443 : 80) };
}
