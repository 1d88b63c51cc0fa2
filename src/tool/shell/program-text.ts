// What a program printed, as text for a model: without what only a terminal acts on, and with what is left out said.

import type { ProgramEnd } from "../../host/run-program.ts";
import { neutralise } from "../../telemetry/neutralise.ts";
import { formatBytes } from "../format-bytes.ts";
import type { Redaction } from "../redact.ts";

/** `redact` is told of a cut: what is left of a secret there goes, too. */
export function programText({ output }: Pick<ProgramEnd, "output">, redact: Redaction): string {
  const { head, tail, leftOut } = output.parts();
  if (output.totalBytes === 0) return "[No output]";
  if (head.includes(0) || tail.includes(0)) return `[Binary output of ${formatBytes(output.totalBytes)}]`;
  if (leftOut === 0) return redact(plain(Buffer.concat([head, tail]))).trimEnd() || "[No output]";
  const first = redact(plain(head));
  const last = redact(plain(tail));
  const cut = redact.longest;
  return `${first.slice(0, Math.max(0, first.length - cut))}\n[… ${formatBytes(leftOut)} left out …]\n${last.slice(cut).trimEnd()}`;
}

/** A character that a cut went through goes. */
function plain(bytes: Uint8Array): string {
  const text = new TextDecoder().decode(bytes);
  return neutralise(Bun.stripANSI(text)).replace(/^\uFFFD{1,3}|\uFFFD{1,3}$/g, "");
}
