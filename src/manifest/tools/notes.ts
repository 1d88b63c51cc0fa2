// The keys of a tool of `type: notes`.

import * as z from "zod/mini";
import { integer, size } from "../fields.ts";
import { formatSize } from "../units.ts";
import type { NotesToolConfig } from "./config.ts";
import { toolType } from "./tool-type.ts";
import { later } from "../later.ts";

const maxNotesDefault = 200;
const maxSizeDefault = 4096;

export const notesToolSchema = later(() =>
  z.strictObject(
    {
      type: toolType("notes", "Lets the model keep notes by name, over restarts (docs/tools/notes.md)."),
      max_notes: z.optional(
        integer({ description: "How many notes there may be.", default: maxNotesDefault }, 1, 10_000),
      ),
      max_size: z.optional(size({ description: "Largest note.", default: formatSize(maxSizeDefault) }, 16, 1024 ** 2)),
    },
    { error: "a map with type, max_notes and max_size" },
  ),
);

export function buildNotesTool(name: string, keys: z.infer<typeof notesToolSchema>): NotesToolConfig {
  return {
    type: "notes",
    name,
    maxNotes: keys.max_notes ?? maxNotesDefault,
    maxSizeBytes: keys.max_size ?? maxSizeDefault,
  };
}

/** In the manifest's own words. */
export function notesToolPlain({ type, maxNotes, maxSizeBytes }: NotesToolConfig): Record<string, unknown> {
  return { type, max_notes: maxNotes, max_size: formatSize(maxSizeBytes) };
}
