// `type: publish`: the model publishes a message on a NATS subject of a list.

import * as z from "zod/mini";
import type { PublishToolConfig } from "../../manifest/tools/config.ts";
import type { Tool } from "../contract.ts";
import { parametersOf, readInput } from "../parameters.ts";
import { guardMessage, subjectList } from "./subject-guard.ts";
import type { ToolBus } from "./tool-bus.ts";

const input = z.strictObject({
  subject: z.string().register(z.globalRegistry, { description: "Where to, words joined by dots" }),
  payload: z.string().register(z.globalRegistry, { description: "The message's text" }),
});

export function publishTool(config: PublishToolConfig, bus: ToolBus): Tool {
  return {
    name: config.name,
    description: `Publishes a message for other machines and programs. There is no reply. Subjects: ${subjectList(config)}.`,
    parameters: parametersOf(input),
    isReadOnly: false,
    run: async (given, context) => {
      const { subject, payload } = readInput(input, given);
      await guardMessage(config, { verb: "publish to", subject, payload }, context);
      context.signal.throwIfAborted();
      await bus.publish(subject, payload, context.trace);
      return { text: `Published ${Buffer.byteLength(payload)} bytes to "${subject}"` };
    },
  };
}
