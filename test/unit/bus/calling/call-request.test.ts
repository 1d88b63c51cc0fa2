import { expect, test } from "bun:test";
import { messageBytes, prepareRequest } from "../../../../src/bus/calling/call-request.ts";

test("headers are counted as the wire carries them", () => {
  const wire = "NATS/1.0\r\nA: b\r\nLong-Name: ü\r\n\r\n";
  expect(messageBytes(new Uint8Array(5), { A: "b", "Long-Name": "ü" })).toBe(5 + Buffer.byteLength(wire));
  expect(messageBytes(new Uint8Array(5))).toBe(5);
});

test("the smaller of the agent's and the server's limit holds, and the text says whose it is", () => {
  const target = {
    promptSubject: "s",
    acceptsAttachments: true,
    protocolVersion: "0.3",
    compatibility: "same",
  } as const;
  const send = (maxPayloadBytes: number, serverMaxBytes: number) => () =>
    prepareRequest({ ...target, maxPayloadBytes }, { prompt: "12345" }, { serverMaxBytes });
  expect(send(5, 5)().byteLength).toBe(5);
  expect(send(4, 5)).toThrow("takes 5 bytes with its attachments, and this agent takes at most 4B");
  expect(send(5, 4)).toThrow("the NATS server takes at most 4B");
});

test("another minor version is called, an unreadable one is not", () => {
  const call = (protocolVersion: string, compatibility: "other-minor" | "unreadable") => () =>
    prepareRequest(
      { promptSubject: "s", acceptsAttachments: true, protocolVersion, compatibility },
      { prompt: "x" },
      { serverMaxBytes: 100 },
    );
  expect(call("0.4", "other-minor")().byteLength).toBe(1);
  expect(call("next", "unreadable")).toThrow('speaks protocol version "next"');
});
