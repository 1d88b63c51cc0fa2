import { afterEach, beforeEach, describe, expect, test } from "bun:test";
import { chmod, mkdir, mkdtemp, readdir, readFile, rm, stat, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import type { BundleIndex } from "../../../../src/host/upgrade/bundle-index.ts";
import { missingModels, placeModels } from "../../../../src/host/upgrade/bundled-models.ts";
import { changedManifests, writePending } from "../../../../src/host/upgrade/pending-switch.ts";
import { type UpgradePlaces, upgradePlaces } from "../../../../src/host/upgrade/places.ts";
import { stateChange } from "../../../../src/host/upgrade/state-change.ts";
import { currentVersion, keepVersions, placeVersion } from "../../../../src/host/upgrade/versions.ts";
import { rejection } from "../../../support/rejection.ts";

let folder: string;
let places: UpgradePlaces;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "muster-staged-"));
  places = upgradePlaces(folder);
  for (const path of [places.versions, places.incoming, places.config]) await mkdir(path, { recursive: true });
});

afterEach(() => rm(folder, { recursive: true }));

describe("manifests", () => {
  test("that change are kept as they are and as they will be, with their mode; others are not touched", async () => {
    await put(join(places.config, "agents.yaml"), "old");
    await chmod(join(places.config, "agents.yaml"), 0o640);
    await put(join(places.config, "agents.d/same.yaml"), "same");
    for (const [path, text] of Object.entries({
      "agents.yaml": "new",
      "agents.d/same.yaml": "same",
      "a/b.md": "more",
    })) {
      await put(join(places.incoming, "manifests", path), text);
    }
    const index = indexOf("manifests/agents.yaml", "manifests/agents.d/same.yaml", "manifests/a/b.md");
    const manifests = await changedManifests(index, places, places.incoming);
    expect(manifests).toEqual(["agents.yaml", "a/b.md"]);
    await writePending({ from: "1.0.0", to: "2.0.0", manifests, keepsState: false }, places);
    expect(await readFile(join(places.pending, "files"), "utf8")).toBe("agents.yaml\na/b.md\n");
    expect(await readFile(join(places.pending, "from"), "utf8")).toBe("1.0.0\n");
    expect(await readFile(join(places.pending, "new/agents.yaml"), "utf8")).toBe("new");
    expect((await stat(join(places.pending, "new/agents.yaml"))).mode & 0o777).toBe(0o640);
    expect(await readFile(join(places.pending, "old/agents.yaml"), "utf8")).toBe("old");
    expect(await readdir(join(places.pending, "old"))).toEqual(["agents.yaml"]);
    expect((await stat(places.pending)).mode & 0o777).toBe(0o700);
    expect(await readFile(join(places.config, "agents.yaml"), "utf8")).toBe("old");
  });
});

describe("the state", () => {
  test("is kept while a version is tried that changes its format, and only then", async () => {
    await put(join(places.state, "format.json"), '{"format":2,"writtenBy":"1.0.0"}');
    await put(join(places.state, "nats/store"), "12345");
    expect(stateChange({ version: "2.0.0", stateFormat: 2 }, places)).toEqual({ isKept: false, keptBytes: 0 });
    const { isKept, keptBytes } = stateChange({ version: "2.0.0", stateFormat: 3 }, places);
    expect([isKept, keptBytes]).toEqual([true, 37]);
  });

  test("of a newer format is no older version's", async () => {
    await put(join(places.state, "format.json"), '{"format":2,"writtenBy":"2.0.0"}');
    expect(() => stateChange({ version: "1.0.0", stateFormat: 1 }, places)).toThrow(
      "The state has format 2, written by Muster 2.0.0, and 1.0.0 reads formats up to 1",
    );
  });
});

describe("models", () => {
  test("that are not here are moved to their places, those that are here are left", async () => {
    const index = indexOf("models/here.gguf", "models/new.gguf");
    await put(join(places.models, "here.gguf"), "");
    await put(join(places.incoming, "models/new.gguf"), "");
    const missing = await missingModels(index, places);
    expect(missing.map(({ path }) => path)).toEqual(["models/new.gguf"]);
    await placeModels(missing, places);
    expect((await readdir(places.models)).sort()).toEqual(["here.gguf", "new.gguf"]);
  });

  test("are never replaced by another content", async () => {
    await put(join(places.models, "here.gguf"), "of somebody else");
    expect(await rejection(missingModels(indexOf("models/here.gguf"), places))).toContain("a model is never replaced");
  });
});

describe("versions", () => {
  test("that serve are named by the link; without one there is nothing to upgrade", async () => {
    expect(await rejection(currentVersion(places))).toContain("muster install");
    await symlink("versions/1.2.3", places.current);
    expect(await currentVersion(places)).toBe("1.2.3");
  });

  test("take the place of a former one of the same name, and all but the last two go", async () => {
    for (const name of ["1.0.0", "1.1.0", "2.0.0"]) await put(join(places.versions, name, "muster"), `was ${name}`);
    await put(join(places.incoming, "version", "muster"), "again");
    await placeVersion(places, "2.0.0", join(places.incoming, "version"));
    expect(await readFile(join(places.versions, "2.0.0", "muster"), "utf8")).toBe("again");
    expect(await keepVersions(places, ["1.1.0", "2.0.0"])).toEqual(["1.0.0"]);
    expect((await readdir(places.versions)).sort()).toEqual(["1.1.0", "2.0.0"]);
  });
});

function indexOf(...paths: readonly string[]): BundleIndex {
  const sha256 = new Bun.CryptoHasher("sha256").digest("hex");
  const files = ["muster", ...paths].map((path) => ({ path, sizeBytes: 0, sha256 }));
  return { version: "2.0.0", commit: "abc", target: "linux-x64", stateFormat: 1, files };
}

async function put(path: string, text: string): Promise<void> {
  await mkdir(dirname(path), { recursive: true });
  await writeFile(path, text);
}
