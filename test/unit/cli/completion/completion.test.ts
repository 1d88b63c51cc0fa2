import { expect, test } from "bun:test";
import { commands } from "../../../../src/cli/commands.ts";
import { bashCompletion } from "../../../../src/cli/completion/bash.ts";
import { fishCompletion } from "../../../../src/cli/completion/fish.ts";
import { zshCompletion } from "../../../../src/cli/completion/zsh.ts";

const specs = await Promise.all(commands.map((entry) => entry.load()));

/** What bash offers for a line whose last word is being typed. */
function offered(...words: string[]): string[] {
  const script = `${bashCompletion(specs)}
COMP_WORDS=(${words.map((word) => `'${word}'`).join(" ")}); COMP_CWORD=${words.length - 1}; _muster; printf '%s\\n' "\${COMPREPLY[@]}"`;
  const { stdout, stderr } = Bun.spawnSync(["bash", "-c", script], { cwd: import.meta.dirname });
  expect(stderr.toString()).toBe("");
  return stdout
    .toString()
    .split("\n")
    .filter((line) => line !== "");
}

test("bash offers commands, then the options of the command, then files where a value is one", () => {
  expect(offered("muster", "c")).toEqual(["check", "chat", "conversations", "completion"]);
  expect(offered("muster", "ps", "--w")).toEqual(["--watch", "--wait"]);
  expect(offered("muster", "check", "--file", "comp")).toEqual(["completion.test.ts"]);
  expect(offered("muster", "completion", "")).toEqual(["bash", "zsh", "fish"]);
  expect(offered("muster", "ask", "--timeout", "")).toEqual([]);
});

test("zsh and fish scripts name every command and option", () => {
  const [zsh, fish] = [zshCompletion(specs), fishCompletion(specs)];
  for (const { name, options } of specs) {
    expect(zsh).toContain(`    ${name})`);
    expect(fish).toContain(`-a ${name} -d `);
    for (const option of Object.keys(options)) {
      expect(zsh).toContain(`--${option}[`);
      expect(fish).toContain(`-l ${option} `);
    }
  }
});
