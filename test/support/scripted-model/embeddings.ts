// The scripted model's vectors: a bag of words, so that texts with the same words are near each other, always in the same way.

import type { Script } from "./script.ts";

const bytesPerToken = 4;

/** One vector, not of length 1. Equal texts give equal ones. */
export function bagOfWords(text: string, dimension = 64): number[] {
  const vector = new Array<number>(dimension).fill(0.01);
  for (const word of text.toLowerCase().match(/[\p{L}\p{N}]+/gu) ?? []) {
    const at = Bun.hash.crc32(word) % dimension;
    vector[at] = (vector[at] ?? 0) + 1;
  }
  return vector;
}

export function embeddingAnswer(
  dialect: "ollama" | "openai",
  script: Script,
  body: Readonly<Record<string, unknown>>,
): Response {
  const texts = textsOf(body["input"]);
  if (script.embeds === false) return refusal(dialect, 501, "this model does not support embeddings");
  const tokens = texts.map((text) => Math.ceil(Buffer.byteLength(text) / bytesPerToken));
  if (tokens.some((count) => count > (script.contextTokens ?? 8192))) {
    return refusal(dialect, 400, "the input length exceeds the context length");
  }
  const vectors = spoilt(
    texts.map((text) => bagOfWords(text, script.dimension)),
    script.vectors,
  );
  const used = tokens.reduce((sum, count) => sum + count, 0);
  const counts = script.usage === "none" ? undefined : used;
  if (dialect === "ollama")
    return Response.json({ model: body["model"], embeddings: vectors, prompt_eval_count: counts });
  const data = vectors.map((vector, index) => ({
    object: "embedding",
    index,
    embedding: script.vectors === "base64" ? base64(vector) : vector,
  }));
  if (script.vectors === "shuffled") data.reverse();
  return Response.json({
    object: "list",
    data,
    ...(counts === undefined ? {} : { usage: { prompt_tokens: counts, total_tokens: counts } }),
  });
}

function textsOf(input: unknown): string[] {
  return (Array.isArray(input) ? input : [input]).map(String);
}

function spoilt(vectors: readonly number[][], how: Script["vectors"]): unknown[] {
  const last = vectors.at(-1) ?? [];
  const others = vectors.slice(0, -1);
  switch (how) {
    case "missing":
      return others;
    case "ragged":
      return [...others, last.slice(1)];
    case "nan":
      return [...others, [null, ...last.slice(1)]];
    case "zeros":
      return [...others, last.map(() => 0)];
    case "text":
      return [...others, "no vector!"];
    case "base64":
    case "shuffled":
    case undefined:
      return [...vectors];
  }
}

function base64(vector: unknown): string {
  return Buffer.from(Float32Array.from(Array.isArray(vector) ? vector.map(Number) : []).buffer).toString("base64");
}

function refusal(dialect: "ollama" | "openai", status: number, message: string): Response {
  return Response.json(
    { error: dialect === "ollama" ? message : { message, type: "invalid_request_error" } },
    { status },
  );
}
