// Waiting for a server that answers as long as its connection lives: the NATS library leaves such a wait open for ever when the connection
// breaks before the answer.

import { untilAborted } from "../until-aborted.ts";

/** True when `answer` resolved; false when it rejected, or when `lost` fired first. Never rejects. */
export async function untilLost(answer: Promise<unknown>, lost: AbortSignal): Promise<boolean> {
  const isAnswered = answer.then(
    () => true,
    () => false,
  );
  return (await untilAborted(isAnswered, lost, 0)) ?? false;
}
