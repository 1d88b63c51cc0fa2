// The runs of a runtime's triggers, as its command tells them to programs.

import { jsonRecord, jsonRecords } from "./json-record.ts";
import type { RunningMuster } from "./muster.ts";

export async function runsOf(muster: RunningMuster, agent?: string): Promise<readonly Record<string, unknown>[]> {
  const about = agent === undefined ? [] : [agent];
  const { stdout, stderr, code } = await muster.command(["runs", ...about, "--json", "--last", "1000"]);
  if (code !== 0) throw new Error(`muster runs ended with ${code}: ${stderr}`);
  return jsonRecords(jsonRecord(stdout)["runs"]);
}
