// The system's files of time zones. The runtime has zones of its own (`Intl`), but the first question to them costs 5 MB of memory: they are
// asked where these files do not tell.

import { readFileSync } from "node:fs";
import { parseZone, utcOffsets, type ZoneOffsets } from "./zone-offsets.ts";

const folder = "/usr/share/zoneinfo";
/** Names that lead to no other file, in capitals as `Intl` takes them, too. */
const named =
  /^(Africa|America|Antarctica|Arctic|Asia|Atlantic|Australia|Europe|Indian|Pacific)(\/[A-Z][A-Za-z_-]*){1,2}$/;
const known = new Map<string, ZoneOffsets>();
let local: { readonly name: string | undefined; readonly offsets: ZoneOffsets | undefined } | undefined;

/** Undefined: no file tells of a zone of this name. */
export function zoneOffsets(name: string): ZoneOffsets | undefined {
  if (name === "UTC" || name === "Etc/UTC") return utcOffsets;
  if (!named.test(name)) return undefined;
  const offsets = known.get(name) ?? readZone(`${folder}/${name}`);
  if (offsets !== undefined) known.set(name, offsets);
  return offsets;
}

/** Of the zone that this machine, or the environment (`TZ`), is in; undefined: no file tells. Read once. */
export function localOffsets(name = process.env.TZ): ZoneOffsets | undefined {
  if (local === undefined || local.name !== name)
    local = { name, offsets: name === undefined ? readZone("/etc/localtime") : zoneOffsets(name) };
  return local.offsets;
}

function readZone(path: string): ZoneOffsets | undefined {
  try {
    return parseZone(readFileSync(path));
  } catch {
    return undefined; // It is not there, or not to be read: the runtime's own zones are asked.
  }
}
