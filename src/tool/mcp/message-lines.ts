// What an MCP server prints → JSON-RPC messages, line by line, with bounds on everything that it could print.

/** Of one message; more than any result that a model could read. */
export const maxMessageBytes = 8 * 1024 * 1024;
/** In a second: a server that sends more does not answer, it floods. */
const maxBytesPerSecond = 4 * maxMessageBytes;
const maxLinesPerSecond = 5_000;
/** Lines that are no message: banners and stray prints are common, and none of them is meant for us. */
const maxStrayLines = 200;

/** The server broke the rules of the protocol: nothing more is read of it. */
export class ServerBreach extends Error {
  override readonly name = "ServerBreach";
}

export class MessageLines {
  readonly #onMessage: (message: object) => void;
  readonly #onStray: (line: string) => void;
  readonly #now: () => number;
  readonly #decoder = new TextDecoder();
  #pieces: string[] = [];
  #pendingBytes = 0;
  #strayLines = 0;
  #windowStart = 0;
  #windowBytes = 0;
  #windowLines = 0;

  constructor(
    ports: { readonly onMessage: (message: object) => void; readonly onStray: (line: string) => void },
    now: () => number = () => performance.now(),
  ) {
    this.#onMessage = ports.onMessage;
    this.#onStray = ports.onStray;
    this.#now = now;
  }

  /** @throws {ServerBreach} when a bound is passed */
  push(bytes: Uint8Array): void {
    this.#count(bytes.byteLength);
    const text = this.#decoder.decode(bytes, { stream: true });
    const end = text.lastIndexOf("\n");
    if (end < 0) {
      this.#keep(text, bytes.byteLength);
      return;
    }
    const complete = this.#pieces.join("") + text.slice(0, end);
    this.#pieces = [];
    this.#pendingBytes = 0;
    this.#keep(text.slice(end + 1), text.length - end - 1);
    for (const line of complete.split("\n")) this.#take(line);
  }

  #keep(text: string, bytes: number): void {
    if (text === "") return;
    this.#pendingBytes += bytes;
    if (this.#pendingBytes > maxMessageBytes)
      throw new ServerBreach(`It printed a line of more than ${maxMessageBytes / 1024 ** 2} MB`);
    this.#pieces.push(text);
  }

  #take(line: string): void {
    this.#windowLines += 1;
    if (this.#windowLines > maxLinesPerSecond)
      throw new ServerBreach(`It floods: more than ${maxLinesPerSecond} lines in a second`);
    if (line.trim() === "") return;
    const message = parsed(line);
    if (message !== undefined) {
      this.#onMessage(message);
      return;
    }
    this.#strayLines += 1;
    if (this.#strayLines > maxStrayLines)
      throw new ServerBreach(
        `It printed more than ${maxStrayLines} lines that are no JSON-RPC messages; is it a server for MCP over stdio?`,
      );
    this.#onStray(line);
  }

  #count(bytes: number): void {
    const now = this.#now();
    if (now - this.#windowStart >= 1_000) {
      this.#windowStart = now;
      this.#windowBytes = 0;
      this.#windowLines = 0;
    }
    this.#windowBytes += bytes;
    if (this.#windowBytes > maxBytesPerSecond)
      throw new ServerBreach(`It floods: more than ${maxBytesPerSecond / 1024 ** 2} MB in a second`);
  }
}

function parsed(line: string): object | undefined {
  try {
    const value: unknown = JSON.parse(line);
    return typeof value === "object" && value !== null && "jsonrpc" in value ? value : undefined;
  } catch {
    return undefined; // A stray line.
  }
}
