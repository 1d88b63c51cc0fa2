// What `$SRV.STATS` tells of one endpoint.

import type { EndpointInfo, EndpointStats } from "../../protocol/micro-service.ts";
import type { ServiceError, ServiceErrorName } from "../../protocol/service-error.ts";

const nsPerMs = 1_000_000;

/** Told of what an endpoint counts. Must not throw. */
export interface CountObserver {
  request(): void;
  error(name: ServiceErrorName): void;
}

export class EndpointCounter {
  readonly #observer: CountObserver | undefined;
  #requests = 0;
  #errors = 0;
  #lastError = "";
  #processingMs = 0;

  constructor(observer?: CountObserver) {
    this.#observer = observer;
  }

  get requests(): number {
    return this.#requests;
  }

  get errors(): number {
    return this.#errors;
  }

  countRequest(): void {
    this.#requests++;
    this.#observer?.request();
  }

  countError(error: ServiceError): void {
    this.#errors++;
    this.#observer?.error(error.error);
    this.#lastError = `${error.code}:${error.message}`;
  }

  addProcessing(ms: number): void {
    this.#processingMs += ms;
  }

  stats(endpoint: EndpointInfo): EndpointStats {
    const processing = Math.round(this.#processingMs * nsPerMs);
    return {
      name: endpoint.name,
      subject: endpoint.subject,
      queue_group: endpoint.queue_group,
      num_requests: this.#requests,
      num_errors: this.#errors,
      last_error: this.#lastError,
      processing_time: processing,
      average_processing_time: this.#requests === 0 ? 0 : Math.round(processing / this.#requests),
    };
  }
}
