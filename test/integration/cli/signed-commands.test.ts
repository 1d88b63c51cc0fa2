// Our commands sign what they send, by the callers' key of a bundled server; agents serve whom their manifest names.

import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { jsonRecord, jsonRecords } from "../../support/json-record.ts";
import { startKeyedMuster } from "../../support/keyed-muster.ts";
import type { RunningMuster } from "../../support/muster.ts";
import { testUser } from "../../support/test-user.ts";
import { until } from "../../support/until.ts";

let muster: RunningMuster;
let stop: () => Promise<void>;

beforeAll(async () => {
  ({ muster, stop } = await startKeyedMuster(`defaults: { model: local, callers: { trust: signed } }
agents:
  strict: {}
  broken: { model: refusing }
  closed: { callers: { allow: [${testUser().nkey}] } }
`));
});

afterAll(() => stop());

describe("a command signs by the callers' key", () => {
  test("so that ask is served by an agent that wants a signature, and the log says whose it was", async () => {
    expect(await muster.command(["ask", "strict", "Well?"])).toMatchObject({ code: 0, stdout: "word word \n" });
    const turn =
      muster
        .log()
        .split("\n")
        .find((line) => line.includes("Turn answered")) ?? "";
    expect(turn).toMatch(/sender=\$G\.U[A-Z2-7]{55}|"sender":"\$G\.U[A-Z2-7]{55}"/);
    expect(turn).toMatch(/sender_trust=verified|"sender_trust":"verified"/);
  });

  test("so that chat is served", async () => {
    const { code, stdout } = await muster.command(["chat", "strict"], { stdin: "Well?\n/exit\n" });
    expect([code, stdout.includes("word word")]).toEqual([0, true]);
  });

  test("so that a job is served, and stays its sender's when it is replayed", async () => {
    expect(await muster.command(["submit", "strict", "Well?", "--wait"])).toMatchObject({ code: 0 });
    const failed = await muster.command(["submit", "broken", "Well?", "--id", "bad", "--tries", "1", "--wait"]);
    expect(failed.stderr).toContain("refused");
    expect((await muster.command(["jobs", "replay", "bad"])).code).toBe(0);
    // With all its tries anew; a job that is not signed would end at the first.
    await until("the replay's first try", () => /tried again.*bad|bad.*tried again/.test(muster.log()));
    expect(muster.log()).not.toContain("signature_required");
  });

  test("and is told when the agent does not serve its user", async () => {
    const { code, stderr } = await muster.command(["ask", "closed", "Well?"]);
    expect([code, stderr.includes("403 sender_not_allowed")]).toEqual([1, true]);
    const job = await muster.command(["submit", "closed", "Well?", "--wait"]);
    expect([job.code, job.stderr.includes("does not serve this sender")]).toEqual([1, true]);
  });
});

test("ps shows that agents are who they say they are", async () => {
  const agents = jsonRecords(jsonRecord((await muster.command(["ps", "--json"])).stdout)["agents"]);
  expect(agents.map(({ name, trust }) => [name, trust])).toEqual([
    ["broken", "verified"],
    ["closed", "verified"],
    ["strict", "verified"],
  ]);
  const [instance] = jsonRecords(agents[0]?.["instances"]);
  expect(instance?.["identity"]).toMatch(/^\$G\.U[A-Z2-7]{55}$/);
  const { stdout } = await muster.command(["ps"]);
  expect(stdout.split("\n")[0]).toContain("TRUST");
});
