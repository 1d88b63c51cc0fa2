import { expect, test } from "bun:test";
import { EventStreamWatch } from "../../../../src/tool/mcp/event-stream-watch.ts";

const bytes = (text: string) => Buffer.from(text);

test("tells whether events have ids, however they are cut", () => {
  const without = new EventStreamWatch(() => 0);
  without.push(bytes("event: message\ndata: id: 7\n\n: idle\n\nxid: 3\n\n"));
  expect(without.hasIds).toBe(false);
  const watch = new EventStreamWatch(() => 0);
  for (const byte of bytes("data: x\r\nid: 7\r\n\r\n")) watch.push(Uint8Array.of(byte));
  expect(watch.hasIds).toBe(true);
});

test("an event that never ends is a breach once it has 8 MB, many small ones are not", () => {
  let now = 0;
  const line = bytes(`data: ${"x".repeat(1 << 20)}\n`);
  const endless = new EventStreamWatch(() => (now += 1_000));
  expect(() => Array.from({ length: 9 }, () => endless.push(line))).toThrow("It sent an event of more than 8 MB");
  const many = new EventStreamWatch(() => (now += 1_000));
  for (let event = 0; event < 20; event++) many.push(Buffer.concat([line, bytes("\n")]));
});

test("a flood is a breach", () => {
  const watch = new EventStreamWatch(() => 0);
  expect(() => watch.push(bytes("data: x\n\n".repeat(5_001)))).toThrow("more than 5000 events in a second");
});
