// `muster uninstall`: takes the service and its files away; configuration and state stay unless they are to go, too.

import { findNatsContext } from "../bus/bundled/write-nats-context.ts";
import { uninstallPlan } from "../host/install/install-plan.ts";
import { stepText } from "../host/install/step-text.ts";
import { userFolders } from "../host/install/user-folders.ts";
import { stateFolder } from "../host/systemd-unit.ts";
import { exitCode } from "./command-error.ts";
import type { Command } from "./command.ts";
import { applySteps, checkMayChange, layoutOf } from "./install.ts";

export const command: Command = {
  name: "uninstall",
  summary: "Stop and remove the installed service",
  details: ["Configuration, credentials, state and the service's user stay, unless --purge is given."],
  args: [],
  options: {
    "dry-run": { description: "print what would be removed and run, and touch nothing" },
    user: { description: "the service of the user who asks" },
    purge: { description: "remove configuration, credentials, state and user, too" },
  },
  examples: [
    { line: "sudo muster uninstall", does: "keeps configuration and state" },
    { line: "sudo muster uninstall --purge", does: "leaves nothing" },
  ],
  run: async (invocation, terminal) => {
    const isUser = invocation.flag("user");
    const layout = layoutOf(isUser, terminal);
    const folders = userFolders(terminal.environment);
    const state = isUser ? `${folders.state}/muster` : stateFolder;
    const natsContext = isUser ? findNatsContext(folders.config, state) : undefined;
    const isPurge = invocation.flag("purge");
    const steps = uninstallPlan(layout, { isPurge, state, ...(natsContext === undefined ? {} : { natsContext }) });
    if (invocation.flag("dry-run")) {
      for (const step of steps) terminal.out(stepText(step));
      return exitCode.ok;
    }
    checkMayChange(layout);
    await applySteps(steps, "", terminal);
    const kept = isPurge ? "" : `. Kept: ${layout.configFolder}, ${state}`;
    terminal.out(`Uninstalled${kept}\n`);
    return exitCode.ok;
  },
};
