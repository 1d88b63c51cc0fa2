// Where an upgrade keeps what it needs on a machine that `muster install` set up.

import { join } from "node:path";
import { libraryFolder } from "../install/layout.ts";
import { configFolder, stateFolder } from "../systemd-unit.ts";

export interface UpgradePlaces {
  /** Versions stand here side by side, and models beside them. */
  readonly library: string;
  readonly versions: string;
  readonly models: string;
  /** The link that says which version serves. */
  readonly current: string;
  /** The work of an upgrade. */
  readonly work: string;
  /** A verified bundle is unpacked here. */
  readonly incoming: string;
  /** The new version proves itself here. */
  readonly proof: string;
  /** A switch that is not confirmed yet, with all that the way back needs. There or not there at any time. */
  readonly pending: string;
  /** The last switch that was confirmed, with all that the way back needs. */
  readonly done: string;
  /** How the last switch ended. */
  readonly outcome: string;
  readonly config: string;
  /** The state directory of the service. */
  readonly state: string;
  /** The keys that bundles are checked with. */
  readonly key: string;
}

/** `root` goes before every path. */
export function upgradePlaces(root = ""): UpgradePlaces {
  const library = join(root, libraryFolder) || libraryFolder;
  const work = join(library, "upgrade");
  const config = join(root, configFolder) || configFolder;
  return {
    library,
    versions: join(library, "versions"),
    models: join(library, "models"),
    current: join(library, "current"),
    work,
    incoming: join(work, "incoming"),
    proof: join(work, "proof"),
    pending: join(work, "pending"),
    done: join(work, "done"),
    outcome: join(work, "outcome"),
    config,
    state: join(root, stateFolder) || stateFolder,
    key: join(config, "upgrade.pub"),
  };
}
