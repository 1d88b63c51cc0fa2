import { expect, test } from "bun:test";
import { maxMessageBytes, MessageLines } from "../../../../src/tool/mcp/message-lines.ts";

function lines(now: () => number = () => 0) {
  const messages: object[] = [];
  const stray: string[] = [];
  const reader = new MessageLines({ onMessage: (one) => messages.push(one), onStray: (one) => stray.push(one) }, now);
  return { messages, stray, push: (text: string) => reader.push(Buffer.from(text)) };
}

const ping = '{"jsonrpc":"2.0","method":"ping","id":1}';

test("messages are put together however they are cut, characters of several bytes too", () => {
  const { messages, push } = lines();
  const reader = new MessageLines({ onMessage: (one) => messages.push(one), onStray: () => undefined });
  for (const byte of Buffer.from(`{"jsonrpc":"2.0","x":"ü€"}\r\n${ping}\n`)) reader.push(Buffer.from([byte]));
  expect(messages).toEqual([
    { jsonrpc: "2.0", x: "ü€" },
    { jsonrpc: "2.0", method: "ping", id: 1 },
  ]);
  push("");
});

test("what is no message is stray, and too much of it a breach", () => {
  const { messages, stray, push } = lines();
  push(`Welcome\n{}\n[1]\nnull\n\n${ping}\n`);
  expect(stray).toEqual(["Welcome", "{}", "[1]", "null"]);
  expect(messages).toHaveLength(1);
  expect(() => push("noise\n".repeat(200))).toThrow("more than 200 lines that are no JSON-RPC messages");
});

test("a line that never ends is a breach once it has 8 MB", () => {
  let now = 0;
  const { push } = lines(() => (now += 1_000));
  const piece = "x".repeat(1024 * 1024);
  const endless = () => {
    for (let bytes = 0; bytes <= maxMessageBytes; bytes += piece.length) push(piece);
  };
  expect(endless).toThrow("It printed a line of more than 8 MB");
});

test("so are more than 5,000 lines or 32 MB in a second, and not in two", () => {
  let now = 0;
  const slow = lines(() => now);
  slow.push(`${ping}\n`.repeat(5_000));
  now = 1_000;
  slow.push(`${ping}\n`.repeat(5_000));
  expect(slow.messages).toHaveLength(10_000);
  expect(() => slow.push(`${ping}\n`)).toThrow("more than 5000 lines in a second");
  const wide = lines();
  const line = `{"jsonrpc":"2.0","x":"${"x".repeat(7 << 20)}"}\n`;
  expect(() => [1, 2, 3, 4, 5].forEach(() => wide.push(line))).toThrow("more than 32 MB in a second");
});
