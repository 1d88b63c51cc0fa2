import { expect, test } from "bun:test";
import { brokerAddress } from "../../../src/trigger/broker-address.ts";

test.each([
  ["mqtt://broker", "mqtt", "broker", 1883],
  ["mqtts://broker.example", "mqtts", "broker.example", 8883],
  ["mqtt://127.0.0.1:80", "mqtt", "127.0.0.1", 80],
  ["mqtts://[::1]:8884/", "mqtts", "::1", 8884],
  ["mqtt://[fd00::7]", "mqtt", "fd00::7", 1883],
] as const)("%s", (url, protocol, host, port) => {
  expect(brokerAddress(url)).toEqual({ protocol, host, hostname: host, port });
});
