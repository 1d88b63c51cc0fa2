// Embeddings by Ollama's own route: the compatible one cuts silently what is too long.

import type { ModelConfig } from "../../manifest/manifest.ts";
import { listAt, readEmbeddingsAnswer, readVector } from "../embedding/read-embeddings.ts";
import { countAt } from "../json.ts";
import type { RawEmbeddings } from "../provider.ts";
import { postJson, type Transport } from "../transport.ts";
import { embedBody } from "./request.ts";

/** Its client would read an answer of any size: it is not asked. Throws as `Provider.embed` does. */
export async function embedByOllama(
  transport: Transport,
  asked: { readonly model: ModelConfig; readonly texts: readonly string[]; readonly contextTokens: number | undefined },
  signal: AbortSignal,
): Promise<RawEmbeddings> {
  const body = embedBody(asked.model, asked.texts, asked.contextTokens);
  const response = await postJson(transport, "/api/embed", body, signal);
  const answer = await readEmbeddingsAnswer(response, asked.texts.length);
  const inputTokens = countAt(answer, "prompt_eval_count");
  return {
    vectors: listAt(answer, "embeddings").map(readVector),
    ...(inputTokens === undefined ? {} : { inputTokens }),
  };
}
