import { expect, test } from "bun:test";
import type { RosterEntry } from "../../../src/bus/calling/roster.ts";
import { groupAgents } from "../../../src/cli/listed-agents.ts";
import { psToJson } from "../../../src/cli/ps-json.ts";
import { formatAge, psTable } from "../../../src/cli/ps-table.ts";

const plain = { hasColour: false };

function entry(fields: Partial<RosterEntry>): RosterEntry {
  return {
    instanceId: "i1",
    agent: "muster",
    owner: "press",
    name: "helper",
    state: "ready",
    version: "1.0.0",
    ...fields,
  };
}

test("several instances of one agent are shown under it, with the best state and how many share it", () => {
  const agents = groupAgents(
    [
      entry({ instanceId: "i1", state: "degraded", reason: "address taken", lastBeatMs: 1_000 }),
      entry({ instanceId: "i2", lastBeatMs: 5_000, inFlight: 1, queued: 2, version: "1.1.0" }),
    ],
    9_000,
  );
  expect(psTable(agents, plain)).toBe(
    "AGENT   OWNER  NAME    STATE           LAST BEAT  VERSION       INSTANCES  IN USE  NOTE\n" +
      "muster  press  helper  ready (1 of 2)  4 s ago    1.0.0, 1.1.0  2          1 + 2\n" +
      "               - i1    degraded        8 s ago    1.0.0                            address taken\n" +
      "               - i2    ready           4 s ago    1.1.0                    1 + 2\n",
  );
});

test("an offline agent is grey, with the time since its last beat", () => {
  const agents = groupAgents([entry({ state: "offline", lastBeatMs: 0 })], 150_000);
  expect(psTable(agents, plain)).toContain("offline 2m");
  expect(psTable(agents, { hasColour: true })).toMatch(/\n\u001b\[2mmuster .* offline 2m .*\u001b\[0m\n/);
});

test("a record that cannot be used is a line of its own, with the reason", () => {
  const text = psTable([], plain, [{ instanceId: "i9", problem: "metadata has no owner", agent: "other" }]);
  expect(text).toMatch(/\nother +\? +i9 +unusable +1 +cannot be asked: metadata has no owner\n/);
});

test("an agent whose file has problems is noted, whatever else it is", () => {
  const agents = groupAgents([entry({ isLastGood: true }), entry({ instanceId: "other", name: "b" })], 0);
  const [, first = "", second = ""] = psTable(agents, { hasColour: false }).split("\n");
  expect(first).toEndWith("its file has problems: it serves as that last was");
  expect(second).not.toContain("problems");
});

test("the reason of a degraded agent is noted, on its line, without control characters", () => {
  const agents = groupAgents([entry({ state: "degraded", reason: "model\n\u001b[31mgone" })], 0);
  expect(psTable(agents, plain)).toContain("model [31mgone\n");
});

test("JSON has every instance with its age in seconds", () => {
  const agents = groupAgents([entry({ lastBeatMs: 500, intervalS: 30 })], 2_000);
  expect(JSON.parse(JSON.stringify(psToJson("nats://x", agents, [{ instanceId: "b", problem: "p" }])))).toEqual({
    server: "nats://x",
    agents: [
      {
        agent: "muster",
        owner: "press",
        name: "helper",
        state: "ready",
        last_beat_age_s: 1.5,
        versions: ["1.0.0"],
        instances: [{ instance_id: "i1", state: "ready", last_beat_age_s: 1.5, interval_s: 30, version: "1.0.0" }],
      },
    ],
    unusable: [{ instance_id: "b", problem: "p" }],
  });
});

test("ages grow their unit", () => {
  expect([0.4, 119, 120, 7_200, 200_000].map(formatAge)).toEqual(["0 s", "119 s", "2 min", "2 h", "2 d"]);
});
