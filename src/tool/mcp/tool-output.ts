// What a server's tool answered → what the model reads. Images, sound and other bytes become files in the turn's folder.

import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import * as z from "zod/mini";
import { neutralise, neutraliseLine } from "../../telemetry/neutralise.ts";
import { boundedText } from "../bounded-text.ts";
import type { ToolContext, ToolOutput } from "../contract.ts";
import { ToolError } from "../contract.ts";
import type { RawResult } from "./session.ts";

const maxParts = 100;
const maxFiles = 16;
const maxFileBytes = 8 * 1024 * 1024;
const maxUriChars = 300;

const media = z.looseObject({ data: z.string(), mimeType: z.optional(z.string()) });
const resource = z.looseObject({
  uri: z.string(),
  mimeType: z.optional(z.string()),
  text: z.optional(z.string()),
  blob: z.optional(z.string()),
});
const part = z.discriminatedUnion("type", [
  z.looseObject({ type: z.literal("text"), text: z.string() }),
  z.looseObject({ type: z.literal("image"), ...media.shape }),
  z.looseObject({ type: z.literal("audio"), ...media.shape }),
  z.looseObject({ type: z.literal("resource_link"), uri: z.string(), name: z.optional(z.string()) }),
  z.looseObject({ type: z.literal("resource"), resource }),
]);

type Part = z.infer<typeof part>;

/** @throws {ToolError} `failed` with the tool's own words when it says that it failed */
export async function toolOutput(result: RawResult, context: ToolContext, maxBytes: number): Promise<ToolOutput> {
  const content = result.content ?? [];
  const files = new ResultFiles(context);
  const texts: string[] = [];
  for (const one of content.slice(0, maxParts)) texts.push(await textOf(one, files));
  if (content.length > maxParts) texts.push(`[${content.length - maxParts} more parts left out]`);
  if (content.length === 0 && result.structuredContent !== undefined)
    texts.push(JSON.stringify(result.structuredContent));
  const text = boundedText(neutralise(texts.join("\n")), maxBytes);
  if (result.isError === true)
    throw new ToolError("failed", text === "" ? "The tool failed and does not say why" : text);
  return { text: text === "" ? "(The tool gave no result)" : text };
}

async function textOf(value: unknown, files: ResultFiles): Promise<string> {
  const read = z.safeParse(part, value);
  if (!read.success) return "[a part of an unknown form left out]";
  const given: Part = read.data;
  switch (given.type) {
    case "text":
      return given.text;
    case "image":
    case "audio":
      return files.keep(given.type, given.data, given.mimeType);
    case "resource_link":
      return `[link: ${shownUri(given.uri)}]`;
    case "resource":
      return resourceText(given.resource, files);
  }
}

async function resourceText(given: z.infer<typeof resource>, files: ResultFiles): Promise<string> {
  const place = shownUri(given.uri);
  if (given.text !== undefined) return `[${place}]\n${given.text}`;
  return given.blob === undefined ? `[${place}: empty]` : files.keep(place, given.blob, given.mimeType);
}

function shownUri(uri: string): string {
  return neutraliseLine(uri.slice(0, maxUriChars));
}

/** Names are ours: nothing of a server's gets into a path. */
class ResultFiles {
  readonly #context: ToolContext;
  #count = 0;

  constructor(context: ToolContext) {
    this.#context = context;
  }

  async keep(what: string, base64: string, mimeType = "application/octet-stream"): Promise<string> {
    const type = neutraliseLine(mimeType.slice(0, 100));
    if (this.#count >= maxFiles) return `[${what}, ${type}: left out, ${maxFiles} files are kept of one result]`;
    const bytes = Buffer.from(base64, "base64");
    if (bytes.length > maxFileBytes) return `[${what}, ${type}: left out, ${bytes.length} bytes are too many]`;
    try {
      this.#count += 1;
      const path = join(
        await this.#context.folder(),
        `${crypto.randomUUID().slice(0, 8)}-${this.#count}${endingOf(type)}`,
      );
      await writeFile(path, bytes, { mode: 0o600, flag: "wx" });
      return `[${what}, ${type}, ${bytes.length} bytes: in the file ${path}]`;
    } catch (error) {
      this.#context.log.warn("A file of an MCP tool's result cannot be kept", { error });
      return `[${what}, ${type}, ${bytes.length} bytes: left out, it cannot be kept here]`;
    }
  }
}

/** Where the second half of the type is not the usual ending. */
const usualEndings: Readonly<Record<string, string>> = {
  "text/plain": ".txt",
  "text/markdown": ".md",
  "audio/mpeg": ".mp3",
  "application/gzip": ".gz",
};

function endingOf(mimeType: string): string {
  const usual = usualEndings[mimeType.replace(/;.*$/s, "").trim().toLowerCase()];
  if (usual !== undefined) return usual;
  const ending = /^[a-z]+\/([a-z0-9]{1,8})(\+|;|$)/.exec(mimeType)?.[1];
  return ending === undefined ? ".bin" : `.${ending}`;
}
