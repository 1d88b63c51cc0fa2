// Sends a scripted answer, piece by piece, until it is complete or goes wrong as its script says.

import type { Records } from "./dialect.ts";
import type { Script } from "./script.ts";

/** The body of an answer. `onEnd` is told once how it ended. */
export function answerStream(
  script: Script,
  records: Records,
  aborted: AbortSignal,
  onEnd: (how: "complete" | "broken" | "aborted") => void,
): ReadableStream<Uint8Array> {
  return new ReadableStream<Uint8Array>({
    type: "direct",
    async pull(controller: ReadableStreamDirectController) {
      const send = (bytes: Uint8Array) => {
        void controller.write(bytes);
        void controller.flush();
      };
      let how: "complete" | "broken" | "aborted" = "aborted";
      try {
        how = await run(script, records, aborted, send);
      } finally {
        onEnd(how);
      }
      if (how === "broken" && script.dropAfter !== undefined) throw new Error("Scripted drop of the connection");
      controller.close();
    },
  });
}

async function run(
  script: Script,
  records: Records,
  aborted: AbortSignal,
  send: (bytes: Uint8Array) => void,
): Promise<"complete" | "broken" | "aborted"> {
  for (const record of records.opening) send(record);
  for (let index = 0; index <= records.pieces.length; index++) {
    if (aborted.aborted) return "aborted";
    if (await goesWrong(script, records, index, aborted, send)) return howItBroke(aborted);
    const piece = records.pieces[index];
    if (piece === undefined) break;
    if (script.delayMs !== undefined && script.delayMs > 0) await Bun.sleep(script.delayMs);
    send(piece);
  }
  for (const record of records.closing) send(record);
  if (script.neverEnd === true) await untilAborted(aborted);
  return "complete";
}

function howItBroke(aborted: AbortSignal): "aborted" | "broken" {
  return aborted.aborted ? "aborted" : "broken";
}

async function goesWrong(
  script: Script,
  records: Records,
  index: number,
  aborted: AbortSignal,
  send: (bytes: Uint8Array) => void,
): Promise<boolean> {
  if (script.stallAfter === index) await untilAborted(aborted);
  else if (script.halfAfter === index) send(records.half);
  else if (script.errorAfter === index) send(records.error);
  else if (script.dropAfter === index) await Bun.sleep(5);
  else if (script.endAfter !== index) return false;
  return true;
}

export function untilAborted(signal: AbortSignal): Promise<undefined> {
  const { promise, resolve } = Promise.withResolvers<undefined>();
  if (signal.aborted) resolve(undefined);
  signal.addEventListener("abort", () => resolve(undefined), { once: true });
  return promise;
}
