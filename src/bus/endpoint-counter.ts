// What `$SRV.STATS` tells of one endpoint.

import type { EndpointInfo, EndpointStats } from "../protocol/micro-service.ts";
import type { ServiceError } from "../protocol/service-error.ts";

const nsPerMs = 1_000_000;

export class EndpointCounter {
  #requests = 0;
  #errors = 0;
  #lastError = "";
  #processingMs = 0;

  get requests(): number {
    return this.#requests;
  }

  get errors(): number {
    return this.#errors;
  }

  countRequest(): void {
    this.#requests++;
  }

  countError(error: ServiceError): void {
    this.#errors++;
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
