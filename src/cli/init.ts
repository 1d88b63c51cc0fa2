// `muster init`: a first manifest that works as it is.

import { writeFile } from "node:fs/promises";
import { resolve } from "node:path";
import { starterManifest } from "../manifest/starter.ts";
import type { Command, Invocation } from "./command.ts";
import { CommandError, exitCode } from "./command-error.ts";
import { fileOption } from "./common-options.ts";
import type { Terminal } from "./terminal.ts";

export const command: Command = {
  name: "init",
  summary: "Write a first manifest",
  details: ["Writes agents.yaml in this folder, or FILE. A file that is there is left alone."],
  args: [],
  options: {
    file: { ...fileOption.file, description: "where to write; default agents.yaml" },
    model: {
      short: "m",
      value: "MODEL",
      description: "the model of its agent, such as ollama/qwen3:1.7b",
      complete: "none",
    },
  },
  examples: [
    { line: "muster init", does: "agents.yaml here" },
    { line: "muster init --model ollama/llama3.2:1b", does: "with another model" },
  ],
  run: init,
};

async function init(invocation: Invocation, terminal: Terminal): Promise<number> {
  const file = invocation.text("file") ?? "agents.yaml";
  try {
    await writeFile(resolve(terminal.folder, file), starterManifest(invocation.text("model")), { flag: "wx" });
  } catch (cause) {
    const code = cause instanceof Error && "code" in cause ? cause.code : undefined;
    if (code === "EEXIST")
      throw new CommandError(`"${file}" is there already. Write another with --file FILE, or remove it first`);
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new CommandError(`Cannot write "${file}": ${reason}`, 1, { cause });
  }
  terminal.out(`Wrote "${file}". Run its agents with "muster run", then ask one: muster ask assistant "Hello"\n`);
  return exitCode.ok;
}
