// `muster version`: which Muster this is, and with `--licenses` the notices of everything that it carries.

import type { Command } from "./command.ts";
import { exitCode } from "./command-error.ts";
import { versionText } from "./print-version.ts";

export const command: Command = {
  name: "version",
  summary: "Show which Muster this is, and the licences of what it carries",
  args: [],
  options: { licenses: { description: "print the third-party notices of everything in the executable" } },
  examples: [{ line: "muster version --licenses", does: "the notices" }],
  run: async (invocation, terminal) => {
    if (invocation.flag("licenses")) {
      const { thirdPartyNotices } = await import("../host/third-party-notices.ts");
      terminal.out(await thirdPartyNotices());
    } else {
      terminal.out(versionText());
    }
    return exitCode.ok;
  },
};
