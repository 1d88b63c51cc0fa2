// Runs of triggers as people read them.

import type { RunsReport } from "../runtime/control-protocol.ts";
import { neutraliseLine } from "../telemetry/neutralise.ts";
import { formatTable } from "./table.ts";

type Run = RunsReport["runs"][number];

const longestText = 70;

export function runsTable(runs: readonly Run[]): string {
  const header = ["DUE", "AGENT", "TRIGGER", "STATE", "TOOK", "DELIVERY", "WHAT"];
  return formatTable(
    header,
    runs.map((run) => [
      run.due.replace(/\.\d+Z$/, "Z"),
      neutraliseLine(run.agent),
      neutraliseLine(run.trigger),
      run.times > 1 ? `${run.state} ×${run.times}` : run.state,
      tookText(run),
      run.delivery ?? "",
      whatText(run),
    ]),
  );
}

function tookText({ started, ended }: Run): string {
  if (started === undefined || ended === undefined) return "";
  return `${((Date.parse(ended) - Date.parse(started)) / 1000).toFixed(1)} s`;
}

/** Why not, else what came of it. */
function whatText({ reason, deliveryReason, event, answer }: Run): string {
  const said = [event, reason ?? deliveryReason ?? answer].filter((text) => text !== undefined && text !== "");
  const line = neutraliseLine(said.join(": "));
  return line.length > longestText ? `${line.slice(0, longestText)}…` : line;
}
