// The Go program of the peer tests, built from `test/peers/go` with its committed go.sum.

import { existsSync } from "node:fs";
import { mkdir } from "node:fs/promises";
import { dirname, join } from "node:path";
import { cache, root } from "../paths.ts";
import { firstProgram, runCommand } from "../run-command.ts";

export const goPeer = join(cache, "peers", "go-peer");

/** What is missing for the Go peer, or undefined. */
export function missingForGoPeer(): string | undefined {
  if (existsSync(goPeer)) return undefined;
  return firstProgram(["go"]) === undefined ? "Go is not on PATH" : `it is not built: run "npm test"`;
}

/** Builds it; Go's own cache makes a repeat quick. Throws when Go is missing or fails. */
export async function buildGoPeer(): Promise<void> {
  const go = firstProgram(["go"]);
  if (go === undefined) throw new Error("Go is not on PATH");
  await mkdir(dirname(goPeer), { recursive: true });
  await runCommand([go, "build", "-trimpath", "-mod=readonly", "-o", goPeer, "."], {
    cwd: join(root, "test", "peers", "go"),
    env: { CGO_ENABLED: "0", GOFLAGS: "" },
  });
}
