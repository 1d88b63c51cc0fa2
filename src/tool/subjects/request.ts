// `type: request`: the model asks something that answers on a NATS subject of a list, and reads the reply.

import * as z from "zod/mini";
import type { RequestToolConfig } from "../../manifest/tools/config.ts";
import { boundedText } from "../bounded-text.ts";
import type { Tool, ToolOutput } from "../contract.ts";
import { ToolError } from "../contract.ts";
import { parametersOf, readInput } from "../parameters.ts";
import { guardMessage, subjectList } from "./subject-guard.ts";
import type { ToolBus, ToolReply } from "./tool-bus.ts";

const input = z.strictObject({
  subject: z.string().register(z.globalRegistry, { description: "Whom to ask, words joined by dots" }),
  payload: z.optional(z.string().register(z.globalRegistry, { description: "The request's text; often none" })),
});

export function requestTool(config: RequestToolConfig, bus: ToolBus): Tool {
  const { timeoutMs, maxOutputBytes } = config;
  return {
    name: config.name,
    description: `Asks another machine or program, and returns its reply. Subjects: ${subjectList(config)}.`,
    parameters: parametersOf(input),
    isReadOnly: false,
    run: async (given, context) => {
      const { subject, payload = "" } = readInput(input, given);
      await guardMessage(config, { verb: "request", subject, payload }, context);
      context.signal.throwIfAborted();
      const { signal, trace } = context;
      const reply = await bus.request(subject, payload, {
        timeoutMs,
        signal,
        ...(trace === undefined ? {} : { trace }),
      });
      return readReply(reply, subject, maxOutputBytes);
    },
  };
}

function readReply({ data, serviceError }: ToolReply, subject: string, maxBytes: number): ToolOutput {
  if (serviceError !== undefined) {
    throw new ToolError("failed", `"${subject}" answered with an error: ${boundedText(serviceError, 1024)}`);
  }
  if (data.byteLength === 0) return { text: "(an empty reply)" };
  try {
    return { text: boundedText(new TextDecoder("utf-8", { fatal: true }).decode(data), maxBytes) };
  } catch (cause) {
    if (!(cause instanceof TypeError)) throw cause;
    throw new ToolError("failed", `"${subject}" answered with ${data.byteLength} bytes that are no text`);
  }
}
