import { expect, test } from "bun:test";
import { pingResponse, serviceSubject, serviceVerbs, statsResponse } from "../../../src/protocol/micro-service.ts";
import { buildRegistration } from "../../../src/protocol/registration.ts";

const info = buildRegistration({
  id: "ABC",
  address: { agent: "muster", owner: "me", name: "one" },
  version: "1.0.0",
  description: "d",
  maxPayloadBytes: 1_024,
  acceptsAttachments: false,
});

test("§3 subjects are for all, for a name, for an id", () => {
  expect(serviceVerbs.map((verb) => serviceSubject(verb))).toEqual(["$SRV.PING", "$SRV.INFO", "$SRV.STATS"]);
  expect(serviceSubject("INFO", "agents")).toBe("$SRV.INFO.agents");
  expect(serviceSubject("INFO", "agents", "ABC")).toBe("$SRV.INFO.agents.ABC");
});

test("a ping tells who, a stats answer what was done since when", () => {
  const identity = { name: "agents", id: "ABC", version: "1.0.0", metadata: info.metadata };
  expect(pingResponse(info)).toEqual({ type: "io.nats.micro.v1.ping_response", ...identity });
  expect(statsResponse(info, "2026-01-01T00:00:00.000Z", [])).toEqual({
    type: "io.nats.micro.v1.stats_response",
    ...identity,
    started: "2026-01-01T00:00:00.000Z",
    endpoints: [],
  });
});
