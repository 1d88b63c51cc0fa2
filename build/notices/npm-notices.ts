// Notices of the npm packages that the executable may hold: all that `package-lock.json` doesn't mark as for development.

import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import type { Notice } from "./notice.ts";

interface LockedPackage {
  /** Folder below the project, such as `node_modules/zod`. */
  readonly folder: string;
  readonly version: string;
  readonly licence: string;
}

/** Reads the lock and the installed packages' licence files below `root`. A package without a file is noticed by its licence's name. */
export function npmNotices(root: string): Notice[] {
  const lock: unknown = JSON.parse(readFileSync(join(root, "package-lock.json"), "utf8"));
  return bundledPackages(lock).map((found): Notice => {
    const name = found.folder.slice(found.folder.lastIndexOf("node_modules/") + "node_modules/".length);
    return {
      name,
      version: found.version,
      licence: found.licence,
      text: licenceText(join(root, found.folder)) ?? `Licensed under ${found.licence}, as its package.json says.\n`,
      purl: `pkg:npm/${name.replace("@", "%40")}@${found.version}`,
    };
  });
}

/** The lock's packages that are not for development only. */
export function bundledPackages(lock: unknown): LockedPackage[] {
  if (!isRecord(lock) || !isRecord(lock["packages"]))
    throw new Error("Not a package-lock.json of version 3: no packages");
  const found: LockedPackage[] = [];
  for (const [folder, entry] of Object.entries(lock["packages"])) {
    if (folder === "" || !isRecord(entry) || entry["dev"] === true || entry["optional"] === true) continue;
    const { version, license } = entry;
    if (typeof version !== "string" || typeof license !== "string") {
      throw new Error(`Cannot tell the licence of "${folder}": package-lock.json has no version or license for it`);
    }
    found.push({ folder, version, licence: license });
  }
  return found;
}

/** The licence files of an installed package, joined; undefined when it ships none. */
export function licenceText(folder: string): string | undefined {
  const names = readdirSync(folder).filter((name) => /^(licen[cs]e|copying|notice)/i.test(name));
  if (names.length === 0) return undefined;
  return names
    .sort()
    .map((name) => readFileSync(join(folder, name), "utf8"))
    .join("\n");
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null;
}
