// Has a new version prove that it works here: it runs in a scratch state directory with its own bundled server on a free port, no hub and no trigger,
// and answers a prompt over the bus. The model is a stand-in of ours on loopback, so that no memory is needed for a real one.

import { chown, mkdir, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { startChild } from "../child-process.ts";
import { runQuietly, withEnvironment } from "./run-quietly.ts";
import { startStandInModel } from "./stand-in-model.ts";
import { UpgradeError } from "./upgrade-error.ts";

export interface ProofOptions {
  /** The new version's. */
  readonly executable: string;
  /** Made for it, and removed. */
  readonly folder: string;
  /** Whom it runs as; undefined: as we do. */
  readonly user?: { readonly uid: number; readonly gid: number } | undefined;
  /** How long it may take to answer. */
  readonly limitMs: number;
}

const pauseMs = 500;
const answerMs = 20_000;
const stopMs = 10_000;

/** Throws an `UpgradeError` that says how it failed. */
export async function proveAnswer(options: ProofOptions): Promise<void> {
  const { folder, user } = options;
  await rm(folder, { recursive: true, force: true });
  await mkdir(join(folder, "state"), { recursive: true, mode: 0o700 });
  const model = startStandInModel();
  try {
    await writeFile(join(folder, "agents.yaml"), proofManifest(model.url));
    if (user !== undefined) {
      for (const path of ["", "state", "agents.yaml"]) await chown(join(folder, path), user.uid, user.gid);
    }
    await runAndAsk(options, model.answer);
  } finally {
    await model.close();
    await rm(folder, { recursive: true, force: true });
  }
}

async function runAndAsk(options: ProofOptions, answer: string): Promise<void> {
  const command = proofCommand(options);
  const running = startChild({ argv: command(["run", "--log-format", "human", "--watch", "off"]) });
  const state = { hasEnded: false };
  void running.ended.then(() => (state.hasEnded = true));
  try {
    const said = await askUntilAnswered(options, answer, () => state.hasEnded);
    if (said === undefined) return;
    const { tail, code, signal } = await running.stop(stopMs);
    const end = state.hasEnded ? ` (ended: ${signal ?? `code ${code ?? "unknown"}`})` : "";
    throw new UpgradeError(
      `The new version does not answer its own prompt here${end}: ${lastLine(said) || lastLine(tail)}`,
    );
  } finally {
    await running.stop(stopMs);
  }
}

/** Undefined once it answered; else what it said last. */
async function askUntilAnswered(
  options: ProofOptions,
  answer: string,
  hasEnded: () => boolean,
): Promise<string | undefined> {
  const argv = proofCommand(options)(["ask", "proof", "ping", "--timeout", "15s"]);
  const end = performance.now() + options.limitMs;
  for (;;) {
    if (hasEnded()) return "";
    const { code, output } = await runQuietly({ argv, environment: {}, limitMs: answerMs });
    if (code === 0 && output.includes(answer)) return undefined;
    if (performance.now() > end) return output;
    await Bun.sleep(pauseMs);
  }
}

/** The argv of one of its commands, as that user, with nothing of our environment. */
function proofCommand({
  executable,
  folder,
  user,
}: ProofOptions): (args: readonly string[]) => readonly [string, ...string[]] {
  const as =
    user === undefined ? [] : ["setpriv", `--reuid=${user.uid}`, `--regid=${user.gid}`, "--clear-groups", "--"];
  const places = ["--file", join(folder, "agents.yaml"), "--state", join(folder, "state")];
  const environment = { PATH: "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin", HOME: folder };
  return (args) => withEnvironment([...as, executable, ...args, ...places], environment);
}

function proofManifest(url: string): string {
  return `nats: { mode: embedded, embedded: { port: 0 } }
models:
  proof: { provider: openai, url: "${url}", model: proof }
agents:
  proof: { model: proof, instructions: You answer. }
`;
}

function lastLine(text: string): string {
  return text.trim().split("\n").at(-1)?.slice(0, 500) ?? "";
}
