import { describe, expect, test } from "bun:test";
import { hubEvent, hubReason } from "../../../../src/bus/bundled/hub-log.ts";

describe("hubEvent", () => {
  test.each([
    ['Error trying to connect as leafnode to remote server "hub:7422" (attempt 12): dial tcp: i/o timeout', "failed"],
    ["10.0.0.1:7422 - lid:5 - Leafnode connection created for account: $G ", "opened"],
    ["10.0.0.1:7422 - lid:5 - Leafnode Error 'Authorization Violation'", "problem"],
    ["10.0.0.1:7422 - lid:5 - TLS leafnode handshake error: x509: unknown authority", "problem"],
    ["10.0.0.1:7422 - lid:5 - Leafnode connection closed: Client Closed - Remote: hub", "closed"],
    ["10.0.0.1:7422 - lid:5 - Leafnode connection closed: Stale Connection", "closed"],
  ])("takes %p for %p", (line, type) => {
    expect<string | undefined>(hubEvent(line)?.type).toBe(type);
  });

  test("keeps what matters of the line", () => {
    expect(hubEvent("h:1 - lid:5 - Leafnode Error 'Authorization Violation'")).toEqual({
      type: "problem",
      text: "Authorization Violation",
    });
    expect(hubEvent("h:1 - lid:5 - Leafnode connection closed: Client Closed - Remote: thehub")).toEqual({
      type: "closed",
      text: "Client Closed",
    });
  });

  test("leaves lines about clients and the server alone", () => {
    for (const line of ["127.0.0.1:4 - cid:5 - authentication error", "Server is ready", ""]) {
      expect(hubEvent(line)).toBeUndefined();
    }
  });
});

describe("hubReason", () => {
  test.each([
    ["Authorization Violation", "refused the credentials: authorization violation"],
    ["dial tcp 10.0.0.1:7422: connect: connection refused", "connection refused"],
    ["lookup hub.example on 10.0.0.2:53: no such host", "the host name is not known"],
    ["dial tcp 10.0.0.1:7422: i/o timeout", "no answer in time"],
    ["dial tcp 10.0.0.1:7422: connect: no route to host", "no route to the host"],
    ["TLS leafnode handshake error: x509: certificate signed by unknown authority", "Check nats.embedded.hub.tls"],
    ["attempted to connect to wrong port", "leafnode port"],
    ["Stale Connection", "fell silent"],
    ["Client Closed", "was lost"],
    ["Something New", 'No link to the hub at "hub:7422": Something New'],
  ])("says of %p that %p", (text, reason) => {
    expect(hubReason(text, "hub:7422")).toContain(reason);
    expect(hubReason(text, "hub:7422")).toContain("hub:7422");
  });
});
