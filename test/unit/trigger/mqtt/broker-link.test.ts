import { expect, test } from "bun:test";
import { BrokerLink } from "../../../../src/trigger/mqtt/broker-link.ts";
import { recordedLog } from "../../../support/recorded-log.ts";
import { rejection } from "../../../support/rejection.ts";

test("a broker whose password is away is not connected, and says what it lacks", async () => {
  const log = recordedLog();
  const link = new BrokerLink(
    {
      name: "floor",
      url: "mqtt://127.0.0.1:9",
      protocol: "v5",
      clientId: "us",
      keepAliveMs: 30_000,
      missing: ['password: Cannot read the file "/run/pw": no such file'],
    },
    log,
  );
  const changes: (string | undefined)[] = [];
  link.onChange(() => changes.push(link.problem()));
  link.open();
  link.listen("line/+", 1, () => true);
  const problem = 'MQTT broker "floor" (mqtt://127.0.0.1:9): password: Cannot read the file "/run/pw": no such file';
  expect(link.problem()).toBe(problem);
  expect(changes).toEqual([problem]);
  expect(link.isConnected()).toBe(false);
  expect(await rejection(link.publish("line/1", "on", { qos: 1, retain: false, hops: 0 }))).toContain("/run/pw");
  await link.close();
  expect(log.messages()).toEqual(["MQTT broker cannot be used; trying again"]);
});
