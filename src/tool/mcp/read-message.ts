// A parsed line of a server → a message that the official client understands.

import { type JSONRPCMessage, JSONRPCMessageSchema } from "@modelcontextprotocol/sdk/types.js";

/** What is meant as an answer and is none becomes an error of its request, which would wait in vain otherwise. Else undefined. */
export function readMessage(value: object): JSONRPCMessage | undefined {
  const read = JSONRPCMessageSchema.safeParse(value);
  if (read.success) return read.data;
  if (!("id" in value) || typeof value.id !== "number" || "method" in value) return undefined;
  return errorAnswer(value.id, "its answer is no JSON-RPC response");
}

/** An answer that the server did not give. */
export function errorAnswer(id: string | number, message: string): JSONRPCMessage {
  return { jsonrpc: "2.0", id, error: { code: -32_603, message } };
}
