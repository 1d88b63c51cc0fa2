// What an agent does with files: images go to models that see, text goes into the prompt under its name, anything else is refused.

import type { ModelImage } from "../model/contract.ts";
import type { PromptFile, RefusedFile } from "./contract.ts";

export type FileContent =
  | { readonly type: "text"; readonly text: string }
  | { readonly type: "image"; readonly image: ModelImage }
  | { readonly type: "other" };

/** Any valid UTF-8 without NUL is text, an empty file too; an image is known by its first bytes, whatever its name. */
export function classifyFile(data: Uint8Array): FileContent {
  const text = decodeText(data);
  if (text !== undefined) return { type: "text", text };
  const mediaType = imageType(data);
  return mediaType === undefined ? { type: "other" } : { type: "image", image: { mediaType, data } };
}

/** The first file that cannot be taken, and why. `sees` is undefined when it is not known whether the model takes images: it is asked then. */
export function refusedFile(files: readonly PromptFile[], sees: boolean | undefined): RefusedFile | undefined {
  for (const { filename, data } of files) {
    const { type } = classifyFile(data);
    if (type === "other") return { filename, reason: "it is neither text (UTF-8) nor a PNG, JPEG, WebP or GIF image" };
    if (type === "image" && sees === false)
      return { filename, reason: "it is an image, and the agent's model does not see" };
  }
  return undefined;
}

/** The text and images of one prompt. Files of another kind were refused before: they are left out here. */
export function promptWithFiles(
  text: string,
  files: readonly PromptFile[],
): { text: string; images: readonly ModelImage[] } {
  const parts = [text];
  const images: ModelImage[] = [];
  for (const { filename, data } of files) {
    const content = classifyFile(data);
    if (content.type === "text") parts.push(`<file name=${JSON.stringify(filename)}>\n${content.text}\n</file>`);
    else if (content.type === "image") images.push(content.image);
  }
  return { text: parts.join("\n\n"), images };
}

function decodeText(data: Uint8Array): string | undefined {
  if (data.includes(0)) return undefined;
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(data);
  } catch {
    return undefined; // Not UTF-8, hence no text.
  }
}

function imageType(data: Uint8Array): string | undefined {
  if (startsWith(data, [0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a])) return "image/png";
  if (startsWith(data, [0xff, 0xd8, 0xff])) return "image/jpeg";
  if (startsWith(data, [0x47, 0x49, 0x46, 0x38])) return "image/gif";
  const isWebp = startsWith(data, [0x52, 0x49, 0x46, 0x46]) && startsWith(data.subarray(8), [0x57, 0x45, 0x42, 0x50]);
  return isWebp ? "image/webp" : undefined;
}

function startsWith(data: Uint8Array, bytes: readonly number[]): boolean {
  return bytes.every((byte, index) => data[index] === byte);
}
