// Which form of conversation a model was trained on. The library finds out by trying all that it knows, which takes half a second on a fast
// machine and half a minute on a slow one; the most common form can be told from the model's template alone.

import type { ChatWrapper, LlamaLibrary, Model } from "./llama-library.ts";

export function chatWrapperOf(library: LlamaLibrary, model: Model): ChatWrapper {
  const template = model.fileInfo.metadata.tokenizer?.chat_template;
  if (typeof template === "string" && isPlainChatMl(template)) return new library.ChatMLChatWrapper();
  return library.resolveChatWrapper(model);
}

/** Only the two marks of ChatML, and nothing about tools or thinking, for which models go their own ways. */
export function isPlainChatMl(template: string): boolean {
  const marks = new Set(template.match(/<\|[^|<>]*\|>/g));
  const isChatMl = marks.has("<|im_start|>") && marks.has("<|im_end|>") && marks.size === 2;
  return isChatMl && !/tool|think|reason/i.test(template);
}
