// Who may read and change what the runtime keeps, its manifest and its secrets; and may the runtime itself?

import type { Stats } from "node:fs";
import { lstat, readdir, readFile, stat } from "node:fs/promises";
import { join } from "node:path";
import type { SystemUser } from "../../host/system-user.ts";
import { credentialsFolder } from "../../host/systemd-unit.ts";
import type { Check } from "./check.ts";
import { type Finding, ok, problem, skipped, warning } from "./finding.ts";
import { mayRead, mayUse } from "./may-use.ts";

export interface PermissionFacts {
  readonly stateDirectory: string;
  /** Every file that the manifest consists of or names, absolute. */
  readonly manifestFiles: readonly string[];
  /** Plain values; a file that everybody may read should hold none of them. */
  readonly secrets: readonly string[];
  /** Files that are secrets as a whole. */
  readonly secretFiles: readonly string[];
  /** Who the installed service runs as, where the manifest is the service's. */
  readonly serviceUser: SystemUser | undefined;
  readonly platform: string;
}

const others = { read: 0o004, write: 0o002 };
const maxEntries = 1_000;
const maxSecretFileBytes = 1024 * 1024;

export function checkPermissions(facts: PermissionFacts): Check {
  return { name: "permissions", deadlineMs: 10_000, examine: () => permissionFindings(facts) };
}

async function permissionFindings(facts: PermissionFacts): Promise<readonly Finding[]> {
  if (facts.platform === "win32") return [skipped("Windows has other permissions: see those of the folder")];
  const findings = [
    ...(await stateFindings(facts.stateDirectory)),
    ...(await Promise.all(facts.manifestFiles.map((path) => fileFindings(path, facts)))).flat(),
    ...(await Promise.all(facts.secretFiles.map(secretFileFindings))).flat(),
  ];
  return findings.length > 0
    ? findings
    : [ok("State directory, manifest and secrets are open to whom they should be, and to no other")];
}

async function stateFindings(directory: string): Promise<Finding[]> {
  const found = await statOf(directory);
  if (found?.isDirectory() !== true) return [];
  const mode = found.mode & 0o777;
  const open = (mode & 0o077) === 0 ? [] : [openDirectory(directory, mode)];
  const inside = (await Promise.all([directory, join(directory, "nats")].map(entriesOf))).flat();
  const foreign = inside.filter(({ stats }) => stats.uid !== found.uid).map(({ path }) => path);
  const bare = inside.filter(({ path, stats }) => isPrivate(path) && (stats.mode & 0o077) !== 0);
  return [
    ...open,
    ...(foreign.length === 0 ? [] : [foreignFiles(directory, foreign)]),
    ...bare.map(({ path }) => problem(`Others may use "${path}", which is the runtime's own`, `chmod 600 "${path}"`)),
  ];
}

function openDirectory(directory: string, mode: number): Finding {
  const text = `The state directory "${directory}" is open to others (mode ${mode.toString(8)})`;
  return (mode & 0o022) === 0 ? warning(text, `chmod 700 "${directory}"`) : problem(text, `chmod 700 "${directory}"`);
}

/** A runtime that was once started by root leaves what its own user cannot write to. */
function foreignFiles(directory: string, paths: readonly string[]): Finding {
  const [first = ""] = paths;
  const more = paths.length === 1 ? "" : ` and ${paths.length - 1} more`;
  return problem(
    `"${first}"${more} belongs to another user than the state directory`,
    `Stop the runtime, then: chown -R --reference="${directory}" "${directory}"`,
  );
}

function isPrivate(path: string): boolean {
  return /\.nk$|\/(control\.sock|bus\.json|nats-server\.conf)$/.test(path);
}

interface Entry {
  readonly path: string;
  readonly stats: Stats;
}

async function entriesOf(folder: string): Promise<Entry[]> {
  try {
    const names = (await readdir(folder)).slice(0, maxEntries);
    const entries = names.map(async (name) => ({ path: join(folder, name), stats: await lstat(join(folder, name)) }));
    return (await Promise.allSettled(entries)).flatMap((entry) => (entry.status === "fulfilled" ? [entry.value] : []));
  } catch {
    return []; // Not there, or not for us to see: the check of the state directory says so.
  }
}

async function fileFindings(path: string, { secrets, serviceUser }: PermissionFacts): Promise<Finding[]> {
  const found = await statOf(path);
  if (found?.isFile() !== true) return [];
  return [
    ...((found.mode & others.write) === 0
      ? []
      : [problem(`Everybody on this machine may change "${path}"`, `chmod o-w "${path}"`)]),
    ...((await holdsSecret(path, found, secrets))
      ? [
          warning(
            `"${path}" holds a secret, and everybody on this machine may read it`,
            `Keep it for the runtime's user: chmod o-r "${path}"${serviceUser === undefined ? "" : `, chgrp ${serviceUser.name} "${path}"`}. Or put the secret into a credential (docs/systemd.md)`,
          ),
        ]
      : []),
    ...(serviceUser !== undefined && !(await canRead(path, serviceUser))
      ? [
          problem(
            `The service's user "${serviceUser.name}" may not read "${path}"`,
            `chgrp ${serviceUser.name} "${path}" and chmod g+r "${path}"; the folders above it need g+x or o+x`,
          ),
        ]
      : []),
  ];
}

async function holdsSecret(path: string, { mode, size }: Stats, secrets: readonly string[]): Promise<boolean> {
  if ((mode & others.read) === 0 || size > maxSecretFileBytes || secrets.length === 0) return false;
  try {
    const text = await readFile(path, "utf8");
    return secrets.some((secret) => text.includes(secret));
  } catch {
    return false; // Not for us to read, and gone, are no secret told.
  }
}

async function secretFileFindings(path: string): Promise<Finding[]> {
  const found = await statOf(path);
  if (found?.isFile() !== true || (found.mode & others.read) === 0) return [];
  return [warning(`Everybody on this machine may read "${path}", which is a secret`, `chmod o-r "${path}"`)];
}

/** systemd reads credentials itself, as root. */
async function canRead(path: string, user: SystemUser): Promise<boolean> {
  return path.startsWith(`${credentialsFolder}/`) || (await mayUse(path, mayRead, user));
}

async function statOf(path: string): Promise<Stats | undefined> {
  try {
    return await stat(path);
  } catch {
    return undefined; // Not there, or not for us to see.
  }
}
