// An MCP server as a child process, over its standard input and output.

import type { Transport } from "@modelcontextprotocol/sdk/shared/transport.js";
import type { JSONRPCMessage } from "@modelcontextprotocol/sdk/types.js";
import { type SpokenChild, startSpokenChild } from "../../host/spoken-child.ts";
import type { McpStdioConfig } from "../../manifest/tools/config.ts";
import type { Logger } from "../../telemetry/log.ts";
import { neutraliseLine } from "../../telemetry/neutralise.ts";
import { maxMessageBytes, MessageLines, ServerBreach } from "./message-lines.ts";
import { readMessage } from "./read-message.ts";
import { serverEnvironment } from "./server-environment.ts";
import { endedByUs, type ServerLink } from "./server-link.ts";
import { StderrTail } from "./stderr-tail.ts";

const maxStrayChars = 200;
/** For what it still prints when it is told that it failed. */
const failGraceMs = 200;

export interface StdioLinkPorts {
  readonly log: Logger;
  /** The text without the entry's secrets. */
  readonly hide: (text: string) => string;
}

/** Starts the server. Throws when the program cannot be run. */
export function openStdioLink(config: McpStdioConfig, ports: StdioLinkPorts): ServerLink {
  const child = startSpokenChild({
    argv: config.command,
    environment: serverEnvironment(config),
    cwd: config.cwd ?? "/",
  });
  return new StdioLink(child, ports);
}

class StdioLink implements ServerLink, Transport {
  onclose?: (() => void) | undefined;
  onerror?: ((error: Error) => void) | undefined;
  onmessage?: Transport["onmessage"];
  readonly transport = this;
  readonly lost: Promise<string>;
  readonly #child: SpokenChild;
  readonly #ports: StdioLinkPorts;
  readonly #stderr = new StderrTail();
  readonly #loss = Promise.withResolvers<string>();
  readonly #lines: MessageLines;
  #isLost = false;

  constructor(child: SpokenChild, ports: StdioLinkPorts) {
    this.#child = child;
    this.#ports = ports;
    this.lost = this.#loss.promise;
    this.#lines = new MessageLines({
      onMessage: (message) => {
        const read = readMessage(message);
        if (read !== undefined) this.onmessage?.(read);
      },
      onStray: (line) =>
        ports.log.debug("An MCP server printed what is no message", {
          line: ports.hide(neutraliseLine(line.slice(0, maxStrayChars))),
        }),
    });
  }

  start(): Promise<void> {
    void this.#readOutput();
    void this.#readErrors();
    void this.#untilEnd();
    return Promise.resolve();
  }

  send(message: JSONRPCMessage): Promise<void> {
    if (this.#isLost) return Promise.reject(new Error("The server has ended"));
    this.#child.write(`${JSON.stringify(message)}\n`);
    if (this.#child.pending() > maxMessageBytes) this.fail("It does not read what it is sent");
    return Promise.resolve();
  }

  fail(reason: string): void {
    this.#lose(reason);
    void this.#child.stop(failGraceMs);
  }

  async close(graceMs = 1_000): Promise<void> {
    this.#lose(endedByUs);
    await this.#child.stop(graceMs);
  }

  async #readOutput(): Promise<void> {
    try {
      for await (const bytes of this.#child.stdout) {
        if (this.#isLost) return;
        this.#lines.push(bytes);
      }
    } catch (error) {
      this.fail(error instanceof ServerBreach ? error.message : `Its output cannot be read: ${String(error)}`);
    }
  }

  async #readErrors(): Promise<void> {
    try {
      for await (const bytes of this.#child.stderr) this.#stderr.push(bytes);
    } catch (error) {
      this.fail(error instanceof ServerBreach ? error.message : `Its errors cannot be read: ${String(error)}`);
    }
  }

  async #untilEnd(): Promise<void> {
    const { code, signal } = await this.#child.ended;
    const how = signal === undefined ? `It ended with code ${String(code)}` : `It was ended by ${signal}`;
    const words = this.#ports.hide(this.#stderr.text());
    this.#lose(words === "" ? how : `${how}; its last words: ${JSON.stringify(words)}`);
  }

  #lose(reason: string): void {
    if (this.#isLost) return;
    this.#isLost = true;
    this.#loss.resolve(reason);
    this.onclose?.();
  }
}
