// What a call says, in the words of the tools' port.

import type { RemoteEvent } from "../../tool/agents/port.ts";
import type { CallEvent } from "../calling/call-event.ts";
import type { RemoteQuestions } from "./remote-questions.ts";

export async function* remoteEvents(
  events: AsyncIterable<CallEvent>,
  questions: RemoteQuestions,
): AsyncGenerator<RemoteEvent, void> {
  for await (const event of events) {
    switch (event.type) {
      case "text":
      case "status":
        yield event;
        break;
      case "attachments":
        yield { type: "files", files: event.attachments };
        break;
      case "notice":
        if (event.file !== undefined) yield { type: "files", files: [event.file] };
        break;
      case "question": {
        const question = questions.take();
        if (question !== undefined) yield { type: "question", question };
        break;
      }
      case "ack":
      case "end":
        break;
    }
  }
}
