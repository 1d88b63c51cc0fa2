// The engine's child as a process: lines in, lines out, what it last printed, and how it ended.

import { tmpdir } from "node:os";
import { childEnvironment } from "../../host/child-environment.ts";
import { tailBuffer } from "../../host/tail-buffer.ts";
import { LineSplitter } from "../line-splitter.ts";
import { maxLineBytes } from "./engine-message.ts";

/** What the child needs of our environment; nothing secret is in it. */
const keptVariables = ["PATH", "HOME", "TMPDIR", "LANG", "LC_ALL", "TZ"];

export class EngineChild {
  readonly #process: Bun.Subprocess<"pipe", "pipe", "pipe">;
  readonly #printed = tailBuffer();

  /** Throws when the program can't be started. */
  constructor(argv: readonly string[]) {
    this.#process = Bun.spawn([...argv], {
      env: engineEnvironment(),
      // A session of its own: a Ctrl-C reaches us first, and turns are finished.
      detached: process.platform !== "win32",
      stdin: "pipe",
      stdout: "pipe",
      stderr: "pipe",
    });
  }

  get pid(): number {
    return this.#process.pid;
  }

  /** A child that is gone does not take it: its end tells. */
  send(text: string): void {
    const write = async () => {
      await this.#process.stdin.write(text);
      await this.#process.stdin.flush();
    };
    write().catch(toldByItsEnd);
  }

  /** Tells it to finish. */
  closeInput(): void {
    const close = async () => this.#process.stdin.end();
    close().catch(toldByItsEnd);
  }

  kill(): void {
    this.#process.kill("SIGKILL");
  }

  /** To be shown with its end. */
  keepPrinted(line: string): void {
    this.#printed.add(line);
  }

  /** Calls `onLine` for each line of its output. Resolves, when it is gone and its output is read, with how it ended. */
  async follow(onLine: (line: string) => void): Promise<string> {
    const output = Promise.allSettled([
      readLines(this.#process.stdout, onLine),
      readLines(this.#process.stderr, (line) => this.#printed.add(line)),
    ]);
    await this.#process.exited;
    await output;
    return this.#obituary();
  }

  #obituary(): string {
    const { exitCode, signalCode } = this.#process;
    const how = signalCode === null ? `ended with code ${String(exitCode)}` : `was ended by ${String(signalCode)}`;
    const tail = this.#printed.text();
    return tail === "" ? how : `${how}; its last words: ${JSON.stringify(tail.slice(-500))}`;
  }
}

async function readLines(stream: ReadableStream<Uint8Array>, onLine: (line: string) => void): Promise<void> {
  const lines = new LineSplitter(maxLineBytes);
  for await (const bytes of stream) {
    for (const line of lines.push(bytes)) onLine(line);
  }
}

/** The engine's library asks for the user's home when it is loaded, and fails for a user that the machine has no name for, such as a container's. */
function engineEnvironment(): Record<string, string> {
  const own = Object.fromEntries(keptVariables.map((name) => [name, process.env[name]]));
  return childEnvironment({ NODE_LLAMA_CPP_SKIP_DOWNLOAD: "true", HOME: own["HOME"] ?? tmpdir() }, own);
}

function toldByItsEnd(): void {
  return;
}
