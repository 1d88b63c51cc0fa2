// `muster completion`: a script for the user's shell, made from the command tables.

import type { Command } from "./command.ts";
import { exitCode, usageError } from "./command-error.ts";
import { bashCompletion } from "./completion/bash.ts";
import { fishCompletion } from "./completion/fish.ts";
import { zshCompletion } from "./completion/zsh.ts";
import { commands } from "./commands.ts";

const shells = ["bash", "zsh", "fish"] as const;

export const command: Command = {
  name: "completion",
  summary: "Print the completion script for a shell",
  args: [{ name: "SHELL", description: "bash, zsh or fish", complete: shells }],
  options: {},
  examples: [
    { line: "muster completion bash > ~/.local/share/bash-completion/completions/muster", does: "bash, for good" },
    { line: 'muster completion zsh > "${fpath[1]}/_muster"', does: "zsh, for good" },
    { line: "muster completion fish > ~/.config/fish/completions/muster.fish", does: "fish, for good" },
  ],
  run: async ({ args: [shell = ""] }, terminal) => {
    const specs = await Promise.all(commands.map((entry) => entry.load()));
    terminal.out(scriptFor(shell, specs));
    return exitCode.ok;
  },
};

function scriptFor(shell: string, specs: readonly Command[]): string {
  switch (shell) {
    case "bash":
      return bashCompletion(specs);
    case "zsh":
      return zshCompletion(specs);
    case "fish":
      return fishCompletion(specs);
    default:
      throw usageError(`No completion for "${shell}"; there is ${shells.join(", ")}`);
  }
}
