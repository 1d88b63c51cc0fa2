// What the runtime logged of a model call, for the line under the answer.

export interface CallFigures {
  readonly inputTokens: number;
  readonly outputTokens: number;
  readonly firstTokenMs: number;
  readonly totalMs: number;
}

/** The last "Model call" line of a JSON log, or undefined. */
export function lastCall(log: string): CallFigures | undefined {
  for (const line of log.split("\n").toReversed()) {
    if (!line.includes('"Model call"')) continue;
    const fields = parse(line);
    return {
      inputTokens: number(fields["tokens_in"]),
      outputTokens: number(fields["tokens_out"]),
      firstTokenMs: number(fields["first_token_ms"]),
      totalMs: number(fields["total_ms"]),
    };
  }
  return undefined;
}

/** `31 tokens in, 42 tokens out, first token after 120 ms, 72.4 tokens/s`. */
export function callText({ inputTokens, outputTokens, firstTokenMs, totalMs }: CallFigures): string {
  const generatedInS = (totalMs - firstTokenMs) / 1000;
  const rate = generatedInS > 0 ? ((outputTokens - 1) / generatedInS).toFixed(1) : "–";
  return `${inputTokens} tokens in, ${outputTokens} tokens out, first token after ${firstTokenMs.toFixed(0)} ms, ${rate} tokens/s`;
}

function parse(line: string): Record<string, unknown> {
  const value: unknown = JSON.parse(line);
  return typeof value === "object" && value !== null ? { ...value } : {};
}

function number(value: unknown): number {
  return typeof value === "number" ? value : 0;
}
