// What a prompt to another agent takes along of the one that is being answered, whatever the model says.

import type { ToolContext } from "../contract.ts";
import type { RemotePrompt } from "./port.ts";

export type PassedOn = Pick<RemotePrompt, "hops" | "trace">;

export function passedOn({ hops, trace }: Pick<ToolContext, "hops" | "trace">): PassedOn {
  return { hops: hops + 1, ...(trace === undefined ? {} : { trace }) };
}
