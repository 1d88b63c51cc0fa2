// The texts of an installation that are made from the command tables: the manual page and the completion scripts.

import { build } from "../host/build-facts.ts";
import type { Documents } from "../host/install/install-plan.ts";
import { commands } from "./commands.ts";
import { bashCompletion } from "./completion/bash.ts";
import { fishCompletion } from "./completion/fish.ts";
import { zshCompletion } from "./completion/zsh.ts";
import { manPage } from "./man-page.ts";

export async function installDocuments(version: string = build.version): Promise<Documents> {
  const specs = await Promise.all(commands.map((entry) => entry.load()));
  return {
    manPage: manPage(specs, version),
    completions: { bash: bashCompletion(specs), zsh: zshCompletion(specs), fish: fishCompletion(specs) },
  };
}
