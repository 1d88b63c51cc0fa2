// `type: notes`: four tools of one entry, over notes of their agent that last.

import { join } from "node:path";
import * as z from "zod/mini";
import type { NotesToolConfig } from "../../manifest/tools/config.ts";
import { boundedText } from "../bounded-text.ts";
import { ToolError, type Tool, type ToolOutput, type ToolSource } from "../contract.ts";
import { described } from "../described.ts";
import { fixedSource } from "../fixed-source.ts";
import { formatBytes } from "../format-bytes.ts";
import { parametersOf, readInput } from "../parameters.ts";
import { NoteStore } from "./note-store.ts";

const maxKeyChars = 128;
const maxListBytes = 16 * 1024;
/** Of a note in the list. */
const shownChars = 60;

const key = described(
  z.string().check(z.minLength(1), z.maxLength(maxKeyChars), z.refine(isName, { error: "a name on one line" })),
  "A short name, such as line-3",
);
const keyInput = z.strictObject({ key });
const noteInput = z.strictObject({ key, text: described(z.string(), "What to keep") });
const noInput = z.strictObject({});

/** `stateDirectory`: where notes are kept, below `notes`, by agent and entry. */
export function notesSource(config: NotesToolConfig, agent: string, stateDirectory: string): ToolSource {
  const store = new NoteStore(join(stateDirectory, "notes", agent, config.name));
  const tools = [getTool(config, store), listTool(config, store), setTool(config, store), deleteTool(config, store)];
  return fixedSource(config.name, tools);
}

function getTool({ name }: NotesToolConfig, store: NoteStore): Tool {
  return noteTool(`${name}_get`, "Gives the note that was kept by that name.", keyInput, true, (given) => {
    const wanted = readInput(keyInput, given).key;
    const text = store.get(wanted);
    if (text === undefined) throw missing(wanted, name);
    return text === "" ? "[The note is empty]" : text;
  });
}

function listTool({ name }: NotesToolConfig, store: NoteStore): Tool {
  return noteTool(`${name}_list`, "Lists all notes by name, with how each begins.", noInput, true, (given) => {
    readInput(noInput, given);
    const lines = store.list().map((note) => `${note.key}: ${beginningOf(note.text)}`);
    return lines.length === 0 ? "[There are no notes]" : boundedText(lines.join("\n"), maxListBytes);
  });
}

function setTool(config: NotesToolConfig, store: NoteStore): Tool {
  const description = "Keeps a note by a name, for later turns too. A note of that name is replaced.";
  return noteTool(`${config.name}_set`, description, noteInput, false, (given) => {
    const note = readInput(noteInput, given);
    const bytes = Buffer.byteLength(note.text);
    if (bytes > config.maxSizeBytes)
      throw new ToolError("limit", `That is ${formatBytes(bytes)}; a note holds ${formatBytes(config.maxSizeBytes)}`);
    if (store.get(note.key) === undefined && store.count() >= config.maxNotes)
      throw new ToolError("limit", `There are ${config.maxNotes} notes, the most there may be. Delete one first`);
    store.set(note);
    return `Kept "${note.key}"`;
  });
}

function deleteTool({ name }: NotesToolConfig, store: NoteStore): Tool {
  return noteTool(`${name}_delete`, "Deletes the note of that name.", keyInput, false, (given) => {
    const wanted = readInput(keyInput, given).key;
    if (!store.delete(wanted)) throw missing(wanted, name);
    return `Deleted "${wanted}"`;
  });
}

function noteTool(
  name: string,
  description: string,
  input: z.core.$ZodType,
  isReadOnly: boolean,
  act: (given: Parameters<Tool["run"]>[0]) => string,
): Tool {
  const run = async (given: Parameters<Tool["run"]>[0]): Promise<ToolOutput> => {
    await Promise.resolve();
    try {
      return { text: act(given) };
    } catch (cause) {
      if (cause instanceof ToolError) throw cause;
      const code = cause instanceof Error && "code" in cause ? String(cause.code) : "it failed";
      throw new ToolError("failed", `Notes cannot be used now: ${code}`, { cause });
    }
  };
  return { name, description, parameters: parametersOf(input), isReadOnly, run };
}

function missing(key: string, name: string): ToolError {
  return new ToolError("failed", `There is no note "${key}". ${name}_list shows which there are`);
}

function beginningOf(text: string): string {
  const line = text.replaceAll(/\s+/g, " ").trim();
  return line.length > shownChars ? `${line.slice(0, shownChars)}…` : line;
}

function isName(text: string): boolean {
  return text.trim() !== "" && !/\p{Cc}/u.test(text);
}
