// Asks in the prompted protocol. A server that takes no format, or makes no grammar of this one, is asked again without, and from then on at once.

import type { Logger } from "../../telemetry/log.ts";
import type { ChatRequest, ModelEvent } from "../contract.ts";
import { ModelError } from "../contract.ts";
import type { Provider } from "../provider.ts";

/** Those whose server refused the format: each is one model of one endpoint. */
const refusing = new WeakSet<Provider>();

/** As `provider.chat`, of a model without a schema of its own. */
export async function* promptedChat(
  provider: Provider,
  request: ChatRequest,
  signal: AbortSignal,
  log: Logger,
): AsyncGenerator<ModelEvent, void, void> {
  const { format, ...unbound } = request;
  if (format !== undefined && !refusing.has(provider)) {
    try {
      yield* provider.chat(request, signal);
      return;
    } catch (error) {
      if (!refusesFormat(error)) throw error;
      refusing.add(provider);
      log.warn("The model's server takes no format: it is asked without, and answers are taken by their words", {
        agent: request.agent,
        reason: error.message,
      });
    }
  }
  yield* provider.chat(unbound, signal);
}

/** Told by a status, before the answer begins; of any kind, for older servers find out when they are at work already. */
function refusesFormat(error: unknown): error is ModelError {
  if (!(error instanceof ModelError) || error.kind !== "refused") return false;
  return [400, 422, 500, 501].includes(error.status ?? 0) && /format|grammar|schema/i.test(error.message);
}
