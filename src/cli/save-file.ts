// Saves a file that an agent sent into the folder of `--save`.

import { saveAttachment } from "../bus/calling/save-attachment.ts";
import type { Attachment } from "../protocol/attachment.ts";
import { CommandError } from "./command-error.ts";

/** Resolves to the path. Throws a `CommandError` when it cannot be written. */
export async function saveFile(folder: string, attachment: Pick<Attachment, "filename" | "data">): Promise<string> {
  try {
    return await saveAttachment(folder, attachment);
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new CommandError(`${reason}. Choose another folder with --save DIR`, 1, { cause });
  }
}
