// A small Debian with systemd, made once by debootstrap and kept for later runs.

import { existsSync } from "node:fs";
import { mkdir, rename, rm } from "node:fs/promises";
import { join } from "node:path";
import { runCommand } from "../../build/run-command.ts";
import { testCache } from "./test-cache.ts";

const packages = [
  "systemd",
  "systemd-sysv",
  "dbus",
  "init-system-helpers",
  "iproute2",
  "libstdc++6",
  "man-db",
  "procps",
];

/** Its folder, nothing of which may be changed. Made where it is missing: a minute, and a Debian mirror, the one that apt uses here. */
export async function debianRoot(): Promise<string> {
  const folder = join(testCache, `debian-${Bun.hash(packages.join()).toString(16)}`);
  if (existsSync(folder)) return folder;
  const { mirror, suite } = await mirrorOfApt();
  const partial = `${folder}.partial`;
  await rm(partial, { recursive: true, force: true });
  await mkdir(partial, { recursive: true });
  await runCommand(["debootstrap", "--variant=minbase", `--include=${packages.join()}`, suite, partial, mirror]);
  await rm(join(partial, "var", "cache", "apt", "archives"), { recursive: true, force: true });
  await rename(partial, folder);
  return folder;
}

async function mirrorOfApt(): Promise<{ mirror: string; suite: string }> {
  const format = "$(ORIGIN) $(CODENAME) $(COMPONENT) $(REPO_URI)";
  const text = await runCommand(["apt-get", "indextargets", "--format", format, "Created-By: Packages"]);
  const found = /^Debian (?<suite>[a-z]+) main (?<mirror>\S+)$/m.exec(text)?.groups;
  if (found?.["suite"] === undefined || found["mirror"] === undefined) {
    throw new Error('apt knows no Debian mirror here: run "apt-get update"');
  }
  return { mirror: found["mirror"], suite: found["suite"] };
}
