// Is there a JetStream for an agent whose conversations are kept there?

import type { AgentConfig } from "../../manifest/manifest.ts";
import type { BusView } from "./bus-view.ts";
import type { Check } from "./check.ts";
import { type Finding, ok, problem, skipped } from "./finding.ts";

/** Undefined: its conversations are kept elsewhere. */
export function checkSharedMemory(
  { name, memory }: Pick<AgentConfig, "name" | "memory">,
  view: () => Promise<BusView>,
): Check | undefined {
  if (memory.store !== "kv") return undefined;
  return { name: `conversations ${name}`, deadlineMs: 30_000, examine: async () => [memoryFinding(await view())] };
}

function memoryFinding(view: BusView): Finding {
  if (view.type === "unseen") return skipped(view.reason);
  switch (view.hasJetStream) {
    case true:
      return ok("JetStream answers");
    case undefined:
      return skipped("NATS does not let this runtime ask for JetStream, or it does not answer now");
    case false:
      return problem(
        "The NATS server has no JetStream for this account, and memory.store is kv",
        "Turn JetStream on there, or keep conversations on this machine with memory: { store: sqlite }",
      );
  }
}
