import { expect, test } from "bun:test";
import { installCommands, installFiles, uninstallPlan } from "../../../../src/host/install/install-plan.ts";
import { packageLayout, systemLayout, userLayout } from "../../../../src/host/install/layout.ts";
import { stepText } from "../../../../src/host/install/step-text.ts";

const documents = { manPage: ".TH", completions: { bash: "b", zsh: "z", fish: "f" } };
const system = systemLayout("1.2.3");

function paths(layout = system): string[] {
  return installFiles({ layout, from: "/root/muster", documents }).flatMap((step) =>
    "path" in step ? [step.path] : [],
  );
}

test("an installation keeps versions side by side and says which one serves", () => {
  const steps = installFiles({ layout: system, from: "/root/muster", documents });
  expect(steps.slice(0, 3).map((step) => stepText(step))).toEqual([
    "file /usr/local/lib/muster/versions/1.2.3/muster (mode 0755), a copy of /root/muster\n",
    "link /usr/local/lib/muster/current -> versions/1.2.3\n",
    "link /usr/local/bin/muster -> ../lib/muster/current/muster\n",
  ]);
});

test("only the manifest is the user's own; secrets lie where only root looks", () => {
  const steps = installFiles({ layout: system, from: "/root/muster", documents });
  expect(steps.filter((step) => step.type === "file" && step.isConfiguration).map(pathOf)).toEqual([
    "/etc/muster/agents.yaml",
  ]);
  expect(steps).toContainEqual({ type: "folder", path: "/etc/muster/credentials", mode: 0o700 });
});

test("a package owns nothing below /usr/local, a user's installation nothing outside of the home", () => {
  expect(paths(packageLayout).filter((path) => path.startsWith("/usr/local"))).toEqual([]);
  const user = userLayout({ home: "/home/a", config: "/home/a/.config", data: "/home/a/.local/share" });
  expect(paths(user).filter((path) => !path.startsWith("/home/a/"))).toEqual([]);
  expect(installCommands(user).map((step) => stepText(step))).toEqual([
    "command systemctl --user daemon-reload\n",
    "command systemctl --user enable muster.service\n",
    "command systemctl --user restart muster.service\n",
  ]);
});

test("every file that is installed is removed again, but configuration and state", () => {
  const removed = uninstallPlan(system, { isPurge: false, state: "/var/lib/muster" }).map(pathOf);
  const left = paths().filter((path) => !removed.some((gone) => path === gone || path.startsWith(`${gone ?? " "}/`)));
  expect(left).toEqual([
    "/etc/muster",
    "/etc/muster/agents.d",
    "/etc/muster/credentials",
    "/etc/muster/agents.yaml",
    "/etc/sysusers.d/muster.conf",
  ]);
  expect(removed).not.toContain("/var/lib/muster");
});

test("a purge takes configuration, state and user, too", () => {
  const steps = uninstallPlan(system, { isPurge: true, state: "/var/lib/muster" });
  expect(steps.map(pathOf)).toContain("/etc/muster");
  expect(steps.map(pathOf)).toContain("/var/lib/muster");
  expect(stepText(steps.at(-1) ?? { type: "remove", path: "" })).toBe("command userdel muster (may fail)\n");
});

test("a purge takes the NATS context along that was written for the state, and an uninstallation leaves it", () => {
  const choice = { state: "/home/ada/state", natsContext: "/home/ada/.config/nats/context/muster.json" };
  expect(uninstallPlan(system, { ...choice, isPurge: true }).map(pathOf)).toContain(choice.natsContext);
  expect(uninstallPlan(system, { ...choice, isPurge: false }).map(pathOf)).not.toContain(choice.natsContext);
});

function pathOf(step: object): string | undefined {
  return "path" in step && typeof step.path === "string" ? step.path : undefined;
}
