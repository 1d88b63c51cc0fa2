// The body of an HTTP answer as it comes, with bounds, and what is said when it is over.

import { EventStreamWatch } from "./event-stream-watch.ts";
import { maxMessageBytes, ServerBreach } from "./message-lines.ts";

export interface BodyPorts {
  /** The server broke a bound; the body ends with an error. */
  readonly onBreach: (reason: string) => void;
  /** Called once when an event stream ended or broke. `hasIds`: it could be resumed. */
  readonly onEnd: (end: { readonly hasIds: boolean }) => void;
}

/** `isStream`: of events. */
export function watchBody(
  body: ReadableStream<Uint8Array>,
  isStream: boolean,
  ports: BodyPorts,
): ReadableStream<Uint8Array> {
  const watch = isStream ? new EventStreamWatch() : new WholeBody();
  const pieces = body[Symbol.asyncIterator]();
  const end = () => {
    if (isStream) ports.onEnd({ hasIds: watch.hasIds });
  };
  return new ReadableStream<Uint8Array>({
    async pull(controller) {
      try {
        const piece = await pieces.next();
        if (piece.done === true) {
          controller.close();
          end();
          return;
        }
        watch.push(piece.value);
        controller.enqueue(piece.value);
      } catch (error) {
        if (error instanceof ServerBreach) ports.onBreach(error.message);
        controller.error(error);
        end();
      }
    },
    async cancel() {
      await pieces.return?.();
    },
  });
}

class WholeBody {
  readonly hasIds = false;
  #bytes = 0;

  push(bytes: Uint8Array): void {
    this.#bytes += bytes.byteLength;
    if (this.#bytes > maxMessageBytes)
      throw new ServerBreach(`It sent an answer of more than ${maxMessageBytes / 1024 ** 2} MB`);
  }
}
