// What a prompt is held against before it is admitted (§5): its size, its form, whether the agent can serve it now. Never throws.

import type { Msg } from "@nats-io/nats-core";
import { decodeRequest, type PromptRequest } from "../../protocol/request.ts";
import { ServiceError } from "../../protocol/service-error.ts";
import type { Logger } from "../../telemetry/log.ts";
import { messageBytes } from "./message-size.ts";
import type { PromptCheck, ServiceSpec } from "./service-port.ts";

export interface PromptChecksOptions {
  readonly spec: ServiceSpec;
  readonly check: PromptCheck | undefined;
  /** Asked for each prompt whether the agent can serve. */
  readonly condition: { refusal(): ServiceError | undefined };
  readonly log: Logger;
}

type CheckedPrompt = Pick<PromptRequest, "prompt" | "attachments"> & Partial<Pick<PromptRequest, "extra">>;

export class PromptChecks {
  readonly #options: PromptChecksOptions;

  constructor(options: PromptChecksOptions) {
    this.#options = options;
  }

  /** Why a message is too large, headers included. */
  sizeProblem(message: Msg): ServiceError | undefined {
    const { maxPayloadBytes } = this.#options.spec;
    const bytes = messageBytes(message);
    return bytes > maxPayloadBytes ? tooLarge(bytes, maxPayloadBytes) : undefined;
  }

  decode(payload: Uint8Array): PromptRequest | ServiceError {
    const { spec } = this.#options;
    if (payload.byteLength > spec.maxPayloadBytes) return tooLarge(payload.byteLength, spec.maxPayloadBytes);
    try {
      return decodeRequest(payload, spec);
    } catch (cause) {
      return cause instanceof ServiceError ? cause : this.#unchecked(cause);
    }
  }

  /** Why the agent cannot serve it now. */
  unfit({ prompt, attachments, extra = {} }: CheckedPrompt): ServiceError | undefined {
    const { check, condition } = this.#options;
    try {
      return condition.refusal() ?? check?.({ text: prompt, attachments, extra });
    } catch (cause) {
      return this.#unchecked(cause);
    }
  }

  #unchecked(cause: unknown): ServiceError {
    this.#options.log.error("A prompt could not be checked", { error: String(cause) });
    return new ServiceError(500, "internal", "The prompt could not be checked");
  }
}

function tooLarge(bytes: number, limit: number): ServiceError {
  const message = `The request is ${bytes} bytes, headers included; this agent takes at most ${limit}`;
  return new ServiceError(400, "payload_too_large", message, { max_payload_bytes: limit });
}
