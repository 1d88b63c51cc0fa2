// Where a runtime's control socket is. Usually in its state directory; the name of a unix socket may not be long, so that a deep state
// directory holds a note of where it is instead.

import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";

/** macOS takes 103 bytes, Linux 107. */
const maxSocketPathBytes = 103;
const socketName = "control.sock";
const noteName = "control.path";

/** Where to reach the runtime of a state directory. It need not run. */
export function controlPath(stateDirectory: string, platform: string = process.platform): string {
  if (platform === "win32") return pipeName(stateDirectory);
  const usual = join(stateDirectory, socketName);
  return isShort(usual) ? usual : (readNote(stateDirectory) ?? usual);
}

/**
 * Where to listen: nothing is there any more. Only for the holder of the state directory's lock, since what is left of another runtime is
 * removed.
 */
export function freshControlPath(stateDirectory: string, platform: string = process.platform): string {
  if (platform === "win32") return pipeName(stateDirectory);
  const usual = join(stateDirectory, socketName);
  removeControlPath(stateDirectory, platform);
  if (isShort(usual)) return usual;
  const folder = mkdtempSync(join(process.env["XDG_RUNTIME_DIR"] ?? tmpdir(), "muster-"));
  const path = join(folder, socketName);
  writeFileSync(join(stateDirectory, noteName), path, { mode: 0o600 });
  return path;
}

/** Removes socket and note. */
export function removeControlPath(stateDirectory: string, platform: string = process.platform): void {
  if (platform === "win32") return;
  rmSync(join(stateDirectory, socketName), { force: true });
  const noted = readNote(stateDirectory);
  if (noted === undefined) return;
  rmSync(dirname(noted), { recursive: true, force: true });
  rmSync(join(stateDirectory, noteName), { force: true });
}

function isShort(path: string): boolean {
  return Buffer.byteLength(path) <= maxSocketPathBytes;
}

function pipeName(stateDirectory: string): string {
  return `\\\\.\\pipe\\muster-${Bun.hash(stateDirectory.toLowerCase()).toString(16)}`;
}

/** A note that names anything but a folder made for this is no note of ours. */
function readNote(stateDirectory: string): string | undefined {
  try {
    const path = readFileSync(join(stateDirectory, noteName), "utf8");
    return /[/]muster-[A-Za-z0-9]{6}[/]control\.sock$/.test(path) ? path : undefined;
  } catch {
    return undefined; // No note: the socket is where it usually is.
  }
}
