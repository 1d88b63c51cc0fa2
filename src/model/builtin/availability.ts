// Whether the engine exists on a platform, for a clear text when a manifest is checked.

import { carriedPart } from "../../host/carried-parts.ts";
import { isMusl } from "../../host/is-musl.ts";

export interface EngineAvailability {
  readonly available: boolean;
  /** Why not, and what to use instead; empty when it is available. */
  readonly reason: string;
}

export interface EngineTarget {
  /** As `process.platform` says it. */
  readonly platform: string;
  readonly arch: string;
  readonly isMusl: boolean;
}

/** What a target has. */
export function engineAvailability({ platform, arch, isMusl }: EngineTarget): EngineAvailability {
  if (platform === "linux" && (arch === "x64" || arch === "arm64") && !isMusl) return { available: true, reason: "" };
  const name = `${platform}-${arch}${isMusl ? "-musl" : ""}`;
  const reason = `The model engine is not part of Muster for ${name}, only for linux-x64 and linux-arm64 with glibc. Use provider "ollama" or "openai"`;
  return { available: false, reason };
}

/** What this machine has: the platform's engine, when it was built in too. */
export function engineHere(): EngineAvailability {
  const target = engineAvailability({ platform: process.platform, arch: process.arch, isMusl: isMusl() });
  if (!target.available || carriedPart("engine") !== undefined) return target;
  return { available: false, reason: 'This Muster was built without the model engine. Build it with "npm run build"' };
}
