// Whether a model that is not loaded fits into the memory that is left. One that doesn't is not asked for, and looked at again: loading it
// would have the system end a process, and not necessarily that one.

import type { ModelConfig } from "../manifest/manifest.ts";
import type { Logger } from "../telemetry/log.ts";
import type { ModelHealth } from "./contract.ts";
import { ModelError } from "./contract.ts";
import { lookEveryMs } from "./endpoint-health.ts";
import { type MemoryShortage, shortageText } from "./memory-need.ts";

export interface FitPorts {
  readonly log: Logger;
  /** Called after each change. */
  readonly onChange: () => void;
  /** Looks at the memory now; the answer comes to `found`. */
  readonly look: () => void;
}

export class MemoryFit {
  readonly #model: ModelConfig;
  readonly #ports: FitPorts;
  #shortage: MemoryShortage | undefined;
  #nextLookAt = 0;
  #timer: ReturnType<typeof setInterval> | undefined;
  #isClosed = false;

  constructor(model: ModelConfig, ports: FitPorts) {
    this.#model = model;
    this.#ports = ports;
  }

  /** What that means for the model; undefined unless it is known not to fit. */
  health(): Extract<ModelHealth, { state: "no-memory" }> | undefined {
    if (this.#shortage === undefined) return undefined;
    const retryAfterS = Math.max(1, Math.ceil((this.#nextLookAt - performance.now()) / 1000));
    return { state: "no-memory", reason: shortageText(this.#model, this.#shortage), retryAfterS };
  }

  /** The error of a call that would load it; undefined when it may be tried. */
  refusal(): ModelError | undefined {
    const health = this.health();
    return health && new ModelError("no-memory", health.reason, { retryAfterS: health.retryAfterS });
  }

  /** What a look has found; from the first on, it is looked at every 20 s, whether anybody prompts or not. */
  found(shortage: MemoryShortage | undefined): void {
    if (this.#isClosed) return;
    this.#lookOn();
    const before = this.#shortage;
    this.#shortage = shortage;
    if ((before === undefined) === (shortage === undefined)) return;
    const fields = { model: this.#model.name, provider_model: this.#model.model };
    if (shortage === undefined) this.#ports.log.info("Model fits into memory again", fields);
    else this.#ports.log.warn("Model does not fit into memory", { ...fields, reason: this.health()?.reason });
    this.#ports.onChange();
  }

  close(): void {
    this.#isClosed = true;
    clearInterval(this.#timer);
  }

  #lookOn(): void {
    if (this.#timer !== undefined) return;
    this.#nextLookAt = performance.now() + lookEveryMs;
    this.#timer = setInterval(() => {
      this.#nextLookAt = performance.now() + lookEveryMs;
      this.#ports.look();
    }, lookEveryMs);
    this.#timer.unref();
  }
}
