// Embeddings by OpenAI's route, which many servers have.

import type { ModelConfig } from "../../manifest/manifest.ts";
import { ModelError } from "../contract.ts";
import { listAt, readEmbeddingsAnswer, readVector } from "../embedding/read-embeddings.ts";
import { countAt, isRecord, recordAt } from "../json.ts";
import type { RawEmbeddings } from "../provider.ts";
import { postJson, type Transport } from "../transport.ts";

/** Its client would read an answer of any size, and costs memory: it is not asked. Throws as `Provider.embed` does. */
export async function embedByOpenAi(
  transport: Transport,
  model: ModelConfig,
  texts: readonly string[],
  signal: AbortSignal,
): Promise<RawEmbeddings> {
  // Not every server knows base64; whichever comes is read.
  const body = { model: model.model, input: texts, encoding_format: "float" };
  const answer = await readEmbeddingsAnswer(await postJson(transport, "/embeddings", body, signal), texts.length);
  const usage = recordAt(answer, "usage");
  const inputTokens = countAt(usage, "prompt_tokens") ?? countAt(usage, "total_tokens");
  return {
    vectors: inOrder(listAt(answer, "data")).map(readVector),
    ...(inputTokens === undefined ? {} : { inputTokens }),
  };
}

/** Each says which text it belongs to, in whatever order they come. */
function inOrder(data: readonly unknown[]): unknown[] {
  const vectors = new Array<unknown>(data.length);
  const seen = new Set<number>();
  for (const [at, item] of data.entries()) {
    const index = (isRecord(item) ? countAt(item, "index") : undefined) ?? at;
    if (!isRecord(item) || index >= data.length || seen.has(index)) {
      throw new ModelError("invalid", "The embeddings route does not tell which vector belongs to which text");
    }
    seen.add(index);
    vectors[index] = item["embedding"];
  }
  return vectors;
}
