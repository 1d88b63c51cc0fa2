// Changes of files by our own commands, and what must be there after each of them ended well: drop-ins that come, change and go, and backups.

import { existsSync } from "node:fs";
import { closeSync, openSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import { unpackBackup } from "../../../src/host/backup/unpack-backup.ts";

interface Place {
  readonly program: readonly string[];
  readonly state: string;
  /** Main file; `agents.d` is beside it. */
  readonly manifest: string;
  /** A folder that no power cut reaches. */
  readonly scratch: string;
}

/** What a file may be: a text, absent, or either of two while a change of it was not said to be done. */
type Expected = readonly (string | undefined)[];

export class KeptFiles {
  readonly #place: Place;
  readonly #expected = new Map<string, Expected>();
  #running: Bun.Subprocess | undefined;
  #isBackedUp = false;
  #changes = 0;

  constructor(place: Place) {
    this.#place = place;
  }

  /** How many ended well. */
  changes(): number {
    return this.#changes;
  }

  pids(): readonly number[] {
    return this.#running === undefined ? [] : [this.#running.pid];
  }

  /** One after the other until told to stop. */
  async change(over: AbortSignal): Promise<void> {
    const steps = [() => this.#add(), () => this.#backUp(), () => this.#add(), () => this.#remove()];
    for (let at = this.#changes; !over.aborted; at++) await steps[at % steps.length]?.();
  }

  /** Throws when a file is not what it was said to be. */
  async check(): Promise<void> {
    for (const [path, expected] of this.#expected) {
      const found = existsSync(path) ? readFileSync(path, "utf8") : undefined;
      if (!expected.includes(found)) {
        throw new Error(`"${path}" is ${JSON.stringify(found)}, and was said to be ${JSON.stringify(expected)}`);
      }
      this.#expected.set(path, [found]);
    }
    if (this.#isBackedUp) await this.#checkBackup();
  }

  async #checkBackup(): Promise<void> {
    const folder = join(this.#place.scratch, "unpacked");
    const descriptor = openSync(this.#backupFile(), "r");
    try {
      await unpackBackup(descriptor, folder);
    } finally {
      closeSync(descriptor);
      rmSync(folder, { recursive: true, force: true });
    }
  }

  async #add(): Promise<void> {
    const source = join(this.#place.scratch, `extra-${this.#changes % 3}.yaml`);
    const text = `agents:\n  extra-${this.#changes % 3}: { model: worker, instructions: "${"x".repeat(this.#changes % 5_000)}" }\n`;
    writeFileSync(source, text);
    await this.#do(["add", source, "--replace"], basename(source), text);
  }

  async #remove(): Promise<void> {
    const [path] = [...this.#expected].find(([, expected]) => expected.every((text) => text !== undefined)) ?? [];
    if (path !== undefined) await this.#do(["remove", basename(path)], basename(path), undefined);
  }

  async #do(args: readonly string[], name: string, after: string | undefined): Promise<void> {
    const path = join(dirname(this.#place.manifest), "agents.d", name);
    const before = this.#expected.get(path) ?? [undefined];
    this.#expected.set(path, [...before, after]);
    if (await this.#run([...args, "-f", this.#place.manifest])) this.#expected.set(path, [after]);
  }

  async #backUp(): Promise<void> {
    if (await this.#run(["backup", this.#backupFile(), "--replace"])) this.#isBackedUp = true;
  }

  #backupFile(): string {
    return join(dirname(this.#place.manifest), "backup.tar");
  }

  async #run(args: readonly string[]): Promise<boolean> {
    const { program, state } = this.#place;
    const child = Bun.spawn([...program, ...args, "--state", state], {
      stdin: "ignore",
      stdout: "ignore",
      stderr: "ignore",
    });
    this.#running = child;
    const isDone = (await child.exited) === 0;
    this.#running = undefined;
    if (isDone) this.#changes += 1;
    return isDone;
  }
}
