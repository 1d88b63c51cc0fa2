// Which files the service's confinement hides from it, and the drop-in for the unit that shows them to it.

import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { configFolder, credentialsFolder, stateFolder, unitName } from "./systemd-unit.ts";

export const unitDropInFolder = `/etc/systemd/system/${unitName}.d`;

export interface UnitReach {
  /** Absolute paths of the given ones that the service does not see as they are. */
  readonly hidden: readonly string[];
  /** What to write to `${unitDropInFolder}/files.conf` so that it sees them; undefined where nothing is hidden. */
  readonly dropIn: string | undefined;
}

/** `dropIns`: texts of the unit's drop-ins, in their order. Pure. */
export function unitReach(paths: readonly string[], dropIns: readonly string[]): UnitReach {
  const settings = dropIns.flatMap(settingsOf);
  const shown = settings.filter(([key]) => /^Bind(ReadOnly)?Paths$/.test(key)).flatMap(([, value]) => sources(value));
  const last = (key: string): string | undefined => settings.findLast(([name]) => name === key)?.[1];
  const places = [
    ...(/^(no|false|0|off|read-only)$/.test(last("ProtectHome") ?? "") ? [] : homes),
    ...(/^(no|false|0|off)$/.test(last("PrivateTmp") ?? "") ? [] : temporary),
  ];
  const hidden = [...new Set(paths)]
    .filter((path) => places.some((place) => isWithin(path, place)))
    .filter((path) => !shown.some((place) => isWithin(path, place)))
    .sort();
  return { hidden, dropIn: hidden.length === 0 ? undefined : dropInFor([...shown, ...hidden]) };
}

/** Whether the service may write to a path that it sees. `dropIns` as above. Pure. */
export function unitWrites(path: string, dropIns: readonly string[]): boolean {
  const settings = dropIns.flatMap(settingsOf);
  const isOpen = /^(no|false|0|off)$/.test(settings.findLast(([key]) => key === "ProtectSystem")?.[1] ?? "");
  const opened = settings
    .filter(([key]) => /^(ReadWritePaths|BindPaths)$/.test(key))
    .flatMap(([, value]) => sources(value));
  return isOpen || [stateFolder, ...temporary, ...opened].some((place) => isWithin(path, place));
}

/** The drop-ins that are there; of a folder that can't be read, none. */
export function readUnitDropIns(folder = unitDropInFolder): readonly string[] {
  try {
    const names = readdirSync(folder).filter((name) => name.endsWith(".conf"));
    return names.sort().map((name) => readFileSync(join(folder, name), "utf8"));
  } catch {
    return []; // None, or none for us to see: then what they allow is unknown, and the advice stands.
  }
}

/** Whether a manifest is the installed service's. */
export function isServiceManifest(path: string): boolean {
  return isWithin(path, configFolder);
}

/**
 * The variables under which the service would read its manifest: outside of it, a credential is the file that systemd would load.
 * `path` is absolute.
 */
export function serviceVariables<Variables extends Readonly<Record<string, string | undefined>>>(
  path: string,
  variables: Variables,
): Variables | (Variables & { readonly CREDENTIALS_DIRECTORY: string }) {
  const isOutside = isServiceManifest(path) && (variables["CREDENTIALS_DIRECTORY"] ?? "") === "";
  return isOutside ? { ...variables, CREDENTIALS_DIRECTORY: credentialsFolder } : variables;
}

/** ProtectHome= and PrivateTmp= put other, empty folders there. */
const homes = ["/home", "/root", "/run/user"];
const temporary = ["/tmp", "/var/tmp"];

function dropInFor(paths: readonly string[]): string {
  const needsHome = paths.some((path) => homes.some((home) => isWithin(path, home)));
  return [
    "[Service]",
    ...(needsHome ? ["ProtectHome=tmpfs"] : []),
    ...[...new Set(paths)].map((path) => `BindReadOnlyPaths=-${path}`),
    "",
  ].join("\n");
}

function settingsOf(text: string): [key: string, value: string][] {
  return [...text.matchAll(/^([A-Za-z]+)=(.*)$/gm)].map(([, key = "", value = ""]) => [key, value.trim()]);
}

/** `-/a:/b:rbind /c` → `/a`, `/c` */
function sources(value: string): string[] {
  return value.split(/\s+/).flatMap((entry) => {
    const [source = ""] = entry.replace(/^-/, "").split(":");
    return source === "" ? [] : [source];
  });
}

function isWithin(path: string, folder: string): boolean {
  return path === folder || path.startsWith(`${folder}/`);
}
