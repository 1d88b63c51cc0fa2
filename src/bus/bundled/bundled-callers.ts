// Further callers of a bundled server that wants keys: added and removed while it runs, without its other clients noticing.

import type { Logger } from "../../telemetry/log.ts";
import { BundledServerError } from "./bundled-error.ts";
import { addCallerKey, type BundledKeys, bundledKeys, type NamedKey, removeCallerKey } from "./bundled-keys.ts";

export interface CallerChange {
  readonly action: "add" | "remove";
  readonly name: string;
}

/** Changes the keys in a folder. Resolves to the key that was added. Throws a `BundledServerError`. */
export async function changeCallerKeys(folder: string, { action, name }: CallerChange): Promise<NamedKey | undefined> {
  if (action === "add") return addCallerKey(folder, name);
  removeCallerKey(folder, name);
  return undefined;
}

export class BundledCallers {
  readonly #folder: string;
  readonly #log: Logger;
  #keys: BundledKeys | undefined;

  private constructor(folder: string, keys: BundledKeys | undefined, log: Logger) {
    this.#folder = folder;
    this.#keys = keys;
    this.#log = log;
  }

  /** Of a server that wants keys, or of one that takes everybody. Throws a `BundledServerError` for a file that is no key. */
  static async open(folder: string, auth: "none" | "nkey", log: Logger): Promise<BundledCallers> {
    const callers = new BundledCallers(folder, undefined, log);
    if (auth === "nkey") await callers.#read();
    return callers;
  }

  /** Undefined: it takes everybody. */
  get keys(): BundledKeys | undefined {
    return this.#keys;
  }

  /** `apply`: has the server take the keys. Throws a `BundledServerError`. */
  async change(change: CallerChange, apply: (keys: BundledKeys) => Promise<void>): Promise<NamedKey | undefined> {
    if (this.#keys === undefined) {
      throw new BundledServerError(
        "keys",
        'The bundled NATS server takes everybody, and has no keys: set "nats.embedded.auth: nkey" first',
      );
    }
    const added = await changeCallerKeys(this.#folder, change);
    await apply(await this.#read());
    this.#log.info(change.action === "add" ? "Added a caller" : "Removed a caller", { caller: change.name });
    return added;
  }

  async #read(): Promise<BundledKeys> {
    const keys = await bundledKeys(this.#folder);
    for (const problem of keys.problems) this.#log.warn(problem);
    this.#keys = keys;
    return keys;
  }
}
