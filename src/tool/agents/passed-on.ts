// What a prompt to another agent takes along of the one that is being answered, whatever the model says.

import { viaWith } from "../../protocol/via.ts";
import type { ToolContext } from "../contract.ts";
import type { RemotePrompt } from "./port.ts";

export type PassedOn = Pick<RemotePrompt, "hops" | "via" | "trace">;

/** `ownAddress`: prompt subject of the agent that prompts. */
export function passedOn(
  { hops, via, trace }: Pick<ToolContext, "hops" | "via" | "trace">,
  ownAddress: string,
): PassedOn {
  return { hops: hops + 1, via: viaWith(via, ownAddress), ...(trace === undefined ? {} : { trace }) };
}
