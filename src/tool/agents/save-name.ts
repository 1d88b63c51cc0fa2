// The name that a file of another agent gets here: safe on every operating system, visible, and never a path. The sender chose it.

const maxBytes = 200;
const maxExtensionLength = 16;

/** Controls, and the marks that reorder text. */
const unseen = /[\u0000-\u001f\u007f-\u009f\u200e\u200f\u202a-\u202e\u2066-\u2069]/gu;
const forbidden = /[<>:"|?*]/g;
const device = /^(?:con|prn|aux|nul|com[1-9¹²³]|lpt[1-9¹²³]|conin\$|conout\$)\s*(?:\.|$)/i;

/** `position`: from 1, for a name of which nothing is left. */
export function saveName(filename: string, position: number): string {
  const last = filename.slice(Math.max(filename.lastIndexOf("/"), filename.lastIndexOf("\\")) + 1);
  const plain = trimmed(last.toWellFormed().replace(unseen, "").replace(forbidden, "_"));
  const short = shortened(plain);
  if (short === "") return `attachment-${position}`;
  return device.test(short) ? shortened(`_${short}`) : short;
}

/** No hidden file, and no end that an operating system would drop. */
function trimmed(name: string): string {
  return name.replace(/^[\s.]+/u, "").replace(/[\s.]+$/u, "");
}

function shortened(name: string): string {
  if (Buffer.byteLength(name) <= maxBytes) return name;
  const dot = name.lastIndexOf(".");
  const extension = dot > 0 && name.length - dot - 1 <= maxExtensionLength ? name.slice(dot) : "";
  const stem = name.slice(0, name.length - extension.length);
  return trimmed(firstBytes(stem, maxBytes - Buffer.byteLength(extension))) + extension;
}

/** Whole characters. */
function firstBytes(text: string, limit: number): string {
  let bytes = 0;
  let end = 0;
  for (const character of text) {
    bytes += Buffer.byteLength(character);
    if (bytes > limit) break;
    end += character.length;
  }
  return text.slice(0, end);
}
