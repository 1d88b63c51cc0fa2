// The mark of a job that a hub waits for: made when the job is in our queue, gone when its result is at the hub.

import { recordStream, unsentSubject } from "../../protocol/job-subjects.ts";
import type { AgentAddress } from "../../protocol/subjects.ts";
import type { CallerBus } from "../calling/caller-bus.ts";
import { jetStreamRequest, objectOf, publishKept, storedMessage } from "./jetstream.ts";

export interface HubMark {
  /** The job's place in the hub's outbox. */
  readonly hubSeq: number;
  /** Of a replay: the hub's result that it replaces, and ours. */
  readonly hubReplaces?: number;
  readonly ownReplaces?: number;
}

export async function hubMark(bus: CallerBus, address: AgentAddress, id: string): Promise<HubMark | undefined> {
  const message = await storedMessage(bus, recordStream(address), { last_by_subj: unsentSubject(address, id) });
  return message === undefined ? undefined : decodeMark(message.data);
}

export async function keepMark(bus: CallerBus, address: AgentAddress, id: string, mark: HubMark): Promise<void> {
  await publishKept(bus, unsentSubject(address, id), new TextEncoder().encode(JSON.stringify(mark)), {});
}

export async function dropMark(bus: CallerBus, address: AgentAddress, id: string): Promise<void> {
  await jetStreamRequest(bus, `STREAM.PURGE.${recordStream(address)}`, { filter: unsentSubject(address, id) });
}

/** Undefined for what is no mark. */
export function decodeMark(payload: Uint8Array): HubMark | undefined {
  try {
    const { hubSeq, hubReplaces, ownReplaces } = objectOf(JSON.parse(new TextDecoder().decode(payload)));
    if (typeof hubSeq !== "number") return undefined;
    return {
      hubSeq,
      ...(typeof hubReplaces === "number" ? { hubReplaces } : {}),
      ...(typeof ownReplaces === "number" ? { ownReplaces } : {}),
    };
  } catch {
    return undefined; // Not ours.
  }
}
