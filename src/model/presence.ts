// Whether an endpoint holds a model. One that is known to be missing, and may not be fetched, is not asked for: it is looked for again.

import type { EndpointConfig, ModelConfig } from "../manifest/manifest.ts";
import type { ModelHealth } from "./contract.ts";
import { ModelError } from "./contract.ts";
import { lookEveryMs } from "./endpoint-health.ts";
import type { Logger } from "../telemetry/log.ts";

export interface PresencePorts {
  readonly log: Logger;
  /** Called after each change. */
  readonly onChange: () => void;
  /** Looks at the model now; the answer comes to `found`. */
  readonly look: () => void;
}

export class ModelPresence {
  readonly #model: ModelConfig;
  readonly #endpoint: EndpointConfig;
  readonly #ports: PresencePorts;
  #isMissing = false;
  #nextLookAt = 0;
  #timer: ReturnType<typeof setInterval> | undefined;
  #isClosed = false;

  constructor(model: ModelConfig, endpoint: EndpointConfig, ports: PresencePorts) {
    this.#model = model;
    this.#endpoint = endpoint;
    this.#ports = ports;
  }

  /** What that means for the model; undefined unless it is known to be missing. */
  health(): Extract<ModelHealth, { state: "missing" }> | undefined {
    if (!this.#isMissing) return undefined;
    const retryAfterS = Math.max(1, Math.ceil((this.#nextLookAt - performance.now()) / 1000));
    return { state: "missing", reason: missingReason(this.#model, this.#endpoint), retryAfterS };
  }

  /** The error of a call that would be in vain; undefined when it may be tried. */
  refusal(): ModelError | undefined {
    const health = this.health();
    if (health === undefined) return undefined;
    return new ModelError("not-found", health.reason, { retryAfterS: health.retryAfterS });
  }

  /** What a look has found. */
  found(isPresent: boolean): void {
    const isMissing = !isPresent && this.#model.pull === "never";
    if (isMissing) this.#lookAgain();
    else clearInterval(this.#timer);
    if (isMissing === this.#isMissing) return;
    this.#isMissing = isMissing;
    const fields = { model: this.#model.name, provider_model: this.#model.model };
    if (isMissing) this.#ports.log.warn("Model is missing", { ...fields, reason: this.health()?.reason });
    else this.#ports.log.info("Model is there", fields);
    this.#ports.onChange();
  }

  /** A call was told that the model is not there: only a look knows. */
  doubt(): void {
    if (!this.#isClosed) this.#ports.look();
  }

  close(): void {
    this.#isClosed = true;
    clearInterval(this.#timer);
  }

  #lookAgain(): void {
    clearInterval(this.#timer);
    if (this.#isClosed) return;
    this.#nextLookAt = performance.now() + lookEveryMs;
    this.#timer = setInterval(() => {
      this.#nextLookAt = performance.now() + lookEveryMs;
      this.#ports.look();
    }, lookEveryMs);
    this.#timer.unref();
  }
}

/** With what to do about it. */
function missingReason({ name, model }: ModelConfig, endpoint: EndpointConfig): string {
  if (endpoint.provider === "builtin") return `The file of "${model}" is not there: put it there`;
  const fetch = endpoint.provider === "ollama" ? `run "ollama pull ${model}" there` : "fetch it there";
  return `Endpoint "${endpoint.name}" has no model "${model}": ${fetch}, or set models.${name}.pull to if-missing`;
}
