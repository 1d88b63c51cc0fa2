import { expect, test } from "bun:test";
import type { BrokerConfig } from "../../../../src/manifest/trigger.ts";
import { checkBroker } from "../../../../src/runtime/doctor/check-broker.ts";
import { findingsOf, linesOf } from "./findings.ts";

const plant: BrokerConfig = {
  name: "plant",
  url: "mqtts://broker.example:8883",
  protocol: "v5",
  clientId: "m",
  keepAliveMs: 60_000,
};
const check = (why: string | undefined, isOffline = false) =>
  checkBroker(plant, { isOffline, look: () => Promise.resolve(why) });

test("a broker that takes us is well", async () => {
  expect(await linesOf(check(undefined))).toEqual(['ok: "mqtts://broker.example:8883" takes us']);
});

test("one that does not is a problem, with what to look at", async () => {
  const remedies = ["Connection refused: Not authorized", "self signed certificate", "connect ECONNREFUSED"].map(
    async (why) => (await findingsOf(check(why)))[0]?.remedy,
  );
  expect(await Promise.all(remedies)).toEqual([
    "See user and password of the broker in the manifest, and what the broker permits",
    "See its certificate; give tls.ca_file where it is of an authority of your own",
    "See whether it runs, its url and what lies between",
  ]);
});

test("one elsewhere is not asked with --offline", async () => {
  expect((await linesOf(check("anything", true)))[0]).toStartWith("skipped: It is not on this machine");
});
