// A step as `--dry-run` shows it: each path with its mode and whole content, each command.

import type { Step } from "./step.ts";

export function stepText(step: Step, root = ""): string {
  switch (step.type) {
    case "folder":
      return `folder ${root}${step.path} (mode ${octal(step.mode)})\n`;
    case "file": {
      const kept = step.isConfiguration ? ", left alone where one is there" : "";
      return `file ${root}${step.path} (mode ${octal(step.mode)}${kept})\n${indented(step.content)}`;
    }
    case "copy":
      return `file ${root}${step.path} (mode ${octal(step.mode)}), a copy of ${step.from}\n`;
    case "link":
      return `link ${root}${step.path} -> ${step.to}\n`;
    case "remove":
      return `remove ${root}${step.path}\n`;
    case "command":
      return `command ${step.argv.map(quotedWord).join(" ")}${step.isOptional ? " (may fail)" : ""}\n`;
  }
}

function indented(content: string): string {
  return content.replace(/^(?=.)/gm, "    ");
}

function octal(mode: number): string {
  return `0${mode.toString(8)}`;
}

function quotedWord(word: string): string {
  return /^[\w@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", "'\\''")}'`;
}
