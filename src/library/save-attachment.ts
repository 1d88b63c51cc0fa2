// Files to disk, where there is one.

import type { Attachment } from "../protocol/attachment.ts";

/**
 * Writes a file that an agent sent into the folder as it arrives, and resolves to its path (Node and Bun). Its name is made safe, it stays in the
 * folder, and nothing is overwritten: a taken name gets a number. Rejects with an `Error` that says why it cannot be written.
 */
export async function saveAttachment(
  folder: string,
  attachment: Pick<Attachment, "filename" | "data">,
): Promise<string> {
  // Loaded on use: a browser has no such thing.
  const files = await import("../bus/calling/save-attachment.ts");
  return files.saveAttachment(folder, attachment);
}
