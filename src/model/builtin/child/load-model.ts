// Loads the library and the model, and says how much context there is.

import type { LoadMessage } from "../engine-message.ts";
import { chatWrapperOf } from "./chat-wrapper.ts";
import { Conversations } from "./conversations.ts";
import type { Loaded } from "./generate.ts";
import { importLibrary } from "./llama-library.ts";

export interface LoadedModel extends Loaded {
  readonly conversations: Conversations;
}

/** Throws what the library threw: no such file, not a model, too little memory. */
export async function loadModel(message: LoadMessage, print: (line: string) => void): Promise<LoadedModel> {
  const library = await importLibrary(message.folder);
  const llama = await library.getLlama({
    gpu: false,
    build: "never",
    skipDownload: true,
    progressLogs: false,
    maxThreads: message.threads,
    logger: (level, text) => print(`${level}: ${text.trim()}`),
  });
  const model = await llama.loadModel({ modelPath: message.file });
  const contextTokens = Math.min(message.context, model.trainContextSize);
  const creating = model.createContext({
    contextSize: contextTokens,
    sequences: message.parallel,
    threads: message.threads,
  });
  // May take half a second, while native code makes the context.
  const chatWrapper = chatWrapperOf(library, model);
  const context = await creating;
  const chats = Array.from(
    { length: message.parallel },
    () => new library.LlamaChat({ contextSequence: context.getSequence(), chatWrapper }),
  );
  return { llama, model, contextTokens, conversations: new Conversations(chats) };
}
