// How many prompts came to the agents, by the runtime's metrics.

import type { Scene } from "./scene.ts";
import { asked, talker } from "./soak-manifest.ts";

/** Prompted by other parts of the soak too, or exchanged for another agent of its name in the middle. */
const others: readonly string[] = ["quick", "shifting"];

export async function countReceived({ httpUrl }: Scene): Promise<ReadonlyMap<string, number>> {
  const text = await (await fetch(`${httpUrl}/metrics`)).text();
  const agents = [...asked, talker].map(({ agent }) => agent).filter((agent) => !others.includes(agent));
  return new Map(agents.map((agent) => [agent, countOf(text, agent)]));
}

function countOf(metrics: string, agent: string): number {
  const line = new RegExp(`^muster_prompts_total\\{agent="${agent}"\\} (\\d+)$`, "m").exec(metrics);
  return Number(line?.[1] ?? 0);
}
