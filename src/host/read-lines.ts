// Bytes of a pipe to lines of text, with a limit on the length of one.

const maxLineChars = 64 * 1024;

/** Calls `onLine` for each line, without its end; a longer one than 64 K characters comes in pieces. Resolves when the stream ends. */
export async function readLines(stream: ReadableStream<Uint8Array>, onLine: (line: string) => void): Promise<void> {
  const decoder = new TextDecoder();
  let rest = "";
  for await (const piece of stream) {
    const lines = (rest + decoder.decode(piece, { stream: true })).split("\n");
    rest = lines.pop() ?? "";
    for (const line of lines) onLine(line.replace(/\r$/, ""));
    if (rest.length > maxLineChars) {
      onLine(rest);
      rest = "";
    }
  }
  rest += decoder.decode();
  if (rest !== "") onLine(rest);
}
