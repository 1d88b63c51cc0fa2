// Every endpoint and model of the manifest at run time, shared by all agents.

import type { Manifest, ModelConfig } from "../manifest/manifest.ts";
import type { BudgetStatus } from "./budget/budget.ts";
import { BudgetScope } from "./budget/budget-scope.ts";
import type { ChatModel, EndpointState } from "./contract.ts";
import type { EmbeddingModel } from "./embedding/embedding-model.ts";
import { LinkedEmbedding } from "./embedding/linked-embedding.ts";
import { Endpoint } from "./endpoint.ts";
import { LinkedModel } from "./linked-model.ts";
import { Looks } from "./looks.ts";
import { MemoryFit } from "./memory-fit.ts";
import type { MemoryShortage } from "./memory-need.ts";
import type { Link } from "./model-call.ts";
import { ModelPresence } from "./presence.ts";
import { probeModel, type ModelProbe } from "./probe.ts";
import type { ProviderPorts } from "./provider.ts";
import { isSame, isSameEndpoint } from "./same-config.ts";
import type { SlotCounts } from "./scheduler.ts";

export type ModelsConfig = Pick<Manifest, "endpoints" | "models">;

export interface EndpointStatus extends SlotCounts {
  readonly name: string;
  readonly provider: string;
  readonly url?: string;
  /** Names of the manifest's models that live there. */
  readonly models: readonly string[];
  readonly health: EndpointState;
}

export interface Models {
  /**
   * One model, or a chain in order of preference. What comes back stays good over `reconcile`: each call goes to what is declared then.
   * @throws {RangeError} for no name, or one that is not declared
   */
  chat(names: readonly string[]): ChatModel;
  /**
   * An embedding model. As with `chat`, what comes back stays good over `reconcile`.
   * @throws {RangeError} for a name that is not declared
   */
  embedding(name: string): EmbeddingModel;
  /** Takes over another configuration. Endpoints that didn't change keep their queues; the others close when their last call has ended. */
  reconcile(config: ModelsConfig): void;
  statuses(): EndpointStatus[];
  /** Of the models that have budgets. */
  budgets(): readonly ModelBudgets[];
  /** One short call of a model by its name. Rejects with a `ModelError`, or the signal's reason; a `RangeError` for a name that is not declared. */
  probe(name: string, signal: AbortSignal): Promise<ModelProbe>;
  /** What this machine lacks of memory to load a model; undefined: nothing, as far as anybody knows. Rejects as `probe` does. */
  shortage(name: string, signal: AbortSignal): Promise<MemoryShortage | undefined>;
  /** Ends everything that runs in the background, and closes each provider when its last call has ended. Never rejects. */
  close(): Promise<void>;
}

export interface ModelBudgets {
  readonly model: string;
  readonly budgets: readonly BudgetStatus[];
}

export function createModels(config: ModelsConfig, ports: ProviderPorts): Models {
  const models = new RunningModels(ports);
  models.reconcile(config);
  return models;
}

class RunningModels implements Models {
  readonly #ports: ProviderPorts;
  #endpoints = new Map<string, Endpoint>();
  #links = new Map<string, Link>();
  readonly #looks = new Looks();
  readonly #listeners = new Set<() => void>();
  readonly #retiring = new Set<Promise<void>>();

  constructor(ports: ProviderPorts) {
    this.#ports = ports;
  }

  chat(names: readonly string[]): ChatModel {
    let [links, resolvedOf] = [this.#resolve(names), this.#links];
    const present = () => {
      if (resolvedOf !== this.#links) [links, resolvedOf] = [this.#resolve(names), this.#links];
      return links;
    };
    return new LinkedModel(present, this.#looks, (listener) => this.#listen(listener));
  }

  embedding(name: string): EmbeddingModel {
    this.#resolve([name]);
    return new LinkedEmbedding(() => this.#resolve([name])[0]);
  }

  reconcile(config: ModelsConfig): void {
    const endpoints = new Map<string, Endpoint>();
    for (const [name, wanted] of config.endpoints) {
      const running = this.#endpoints.get(name);
      if (running === undefined || !isSameEndpoint(running.config, wanted)) {
        endpoints.set(name, new Endpoint(wanted, this.#ports, () => this.#endpointChanged(name)));
      } else {
        running.slots.resize(wanted.parallel);
        endpoints.set(name, running);
      }
    }
    const gone = [...this.#endpoints.values()].filter((endpoint) => endpoints.get(endpoint.config.name) !== endpoint);
    this.#endpoints = endpoints;
    const links = this.#linksOf(config.models, endpoints);
    for (const [name, link] of this.#links) if (links.get(name) !== link) closeLink(link);
    this.#links = links;
    const models = new Set([...this.#links.values()].map((link) => link.model));
    for (const endpoint of endpoints.values()) endpoint.keepOnly(models);
    for (const endpoint of gone) this.#retire(endpoint);
    this.#tell();
  }

  statuses(): EndpointStatus[] {
    return [...this.#endpoints.values()].map((endpoint) => ({
      name: endpoint.config.name,
      provider: endpoint.config.provider,
      ...(endpoint.config.url === undefined ? {} : { url: endpoint.config.url }),
      models: [...this.#links.values()].filter((link) => link.endpoint === endpoint).map((link) => link.model.name),
      ...endpoint.slots.counts(),
      health: endpoint.health.current(),
    }));
  }

  budgets(): readonly ModelBudgets[] {
    return [...this.#links.values()].flatMap(({ model, budget }) =>
      budget === undefined ? [] : [{ model: model.name, budgets: budget.statuses() }],
    );
  }

  async probe(name: string, signal: AbortSignal): Promise<ModelProbe> {
    const [link] = this.#resolve([name]);
    return probeModel(link, signal);
  }

  async shortage(name: string, signal: AbortSignal): Promise<MemoryShortage | undefined> {
    const [{ endpoint, model }] = this.#resolve([name]);
    const provider = endpoint.provider(model);
    const letGo = provider.hold();
    try {
      return await (await provider.get()).shortage?.(signal);
    } finally {
      letGo();
    }
  }

  async close(): Promise<void> {
    for (const link of this.#links.values()) closeLink(link);
    for (const endpoint of this.#endpoints.values()) this.#retire(endpoint);
    await Promise.all(this.#retiring);
  }

  #linksOf(models: ReadonlyMap<string, ModelConfig>, endpoints: ReadonlyMap<string, Endpoint>): Map<string, Link> {
    const links = new Map<string, Link>();
    for (const [name, wanted] of models) {
      const endpoint = endpoints.get(wanted.endpoint);
      if (endpoint === undefined) throw new RangeError(`Model "${name}" names no declared endpoint`);
      const running = this.#links.get(name);
      const isKept = running?.endpoint === endpoint && isSame(running.model, wanted);
      links.set(name, isKept ? running : this.#link(wanted, endpoint));
    }
    return links;
  }

  #link(model: ModelConfig, endpoint: Endpoint): Link {
    const link: Link = {
      model,
      endpoint,
      presence: new ModelPresence(model, endpoint.config, {
        log: this.#ports.log.with({ endpoint: endpoint.config.name }),
        onChange: this.#tell,
        look: () => this.#looks.renew(link),
      }),
      fit: new MemoryFit(model, {
        log: this.#ports.log.with({ endpoint: endpoint.config.name }),
        onChange: this.#tell,
        look: () => void this.#looks.lookAtMemory(link),
      }),
      ...(this.#ports.onCall === undefined ? {} : { onCall: this.#ports.onCall }),
      ...this.#budgetOf(model),
    };
    return link;
  }

  #budgetOf({ name, budgets }: ModelConfig): Pick<Link, "budget"> {
    if (budgets.length === 0 || this.#ports.budgets === undefined) return {};
    const ports = this.#ports.budgets;
    const budget = new BudgetScope(`model:${name}`, budgets, { ...ports, log: ports.log.with({ model: name }) });
    budget.onChange(this.#tell);
    return { budget };
  }

  /** What the endpoint holds may be other than before it was away. */
  #endpointChanged(name: string): void {
    this.#tell();
    const isBack = this.#endpoints.get(name)?.health.current().state === "reachable";
    if (!isBack) return;
    for (const link of this.#links.values()) {
      if (link.endpoint.config.name === name && this.#looks.wasAsked(link)) this.#looks.renew(link);
    }
  }

  #resolve(names: readonly string[]): readonly [Link, ...Link[]] {
    const [first, ...rest] = names.map((name) => {
      const link = this.#links.get(name);
      if (link === undefined) throw new RangeError(`Model "${name}" is not declared`);
      return link;
    });
    if (first === undefined) throw new RangeError("A chain needs at least one model");
    return [first, ...rest];
  }

  #retire(endpoint: Endpoint): void {
    const retired = endpoint.retire().finally(() => this.#retiring.delete(retired));
    this.#retiring.add(retired);
  }

  #listen(listener: () => void): () => void {
    this.#listeners.add(listener);
    return () => {
      this.#listeners.delete(listener);
    };
  }

  readonly #tell = (): void => {
    for (const listener of [...this.#listeners]) listener();
  };
}

function closeLink({ presence, fit, budget }: Link): void {
  presence.close();
  fit.close();
  budget?.close();
}
