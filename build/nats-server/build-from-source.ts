// nats-server from its own Go module: the committed go.sum locks the source, the flags make the result repeatable.

import { copyFile, mkdir, rm } from "node:fs/promises";
import { join } from "node:path";
import { firstProgram, runCommand } from "../run-command.ts";
import type { Target } from "../target/target.ts";
import { natsServerFileName } from "./release.ts";

const goOs = { linux: "linux", darwin: "darwin", windows: "windows" };
const goArch = { x64: "amd64", arm64: "arm64" };

export function goProgram(): string | undefined {
  return firstProgram(["go"]);
}

/** Builds in `folder` (emptied first); resolves to the program's path. Takes a minute or two. */
export async function buildNatsServer(target: Target, go: string, folder: string): Promise<string> {
  await rm(folder, { recursive: true, force: true });
  await mkdir(folder, { recursive: true });
  for (const name of ["go.mod", "go.sum"]) await copyFile(join(import.meta.dirname, name), join(folder, name));
  const program = join(folder, natsServerFileName(target));
  await runCommand(
    [
      ...[go, "build", "-trimpath", "-buildvcs=false", "-mod=readonly", "-ldflags", "-s -w -buildid="],
      ...["-o", program, "github.com/nats-io/nats-server/v2"],
    ],
    { cwd: folder, env: { CGO_ENABLED: "0", GOOS: goOs[target.os], GOARCH: goArch[target.arch], GOFLAGS: "" } },
  );
  return program;
}
