import { afterEach, describe, expect, test } from "bun:test";
import {
  appendFileSync,
  cpSync,
  mkdirSync,
  mkdtempSync,
  renameSync,
  rmSync,
  symlinkSync,
  unlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { loadManifestSync } from "../../../src/manifest/load.ts";
import { watchManifest } from "../../../src/manifest/watch.ts";

const cleanups: (() => void)[] = [];
afterEach(() => {
  for (const cleanup of cleanups.splice(0).toReversed()) cleanup();
});

const agent = (name: string, text = "Be kind.") => `agents:\n  ${name}: { model: ollama/m, instructions: "${text}" }\n`;

/** A manifest with one drop-in, watched; `next` is the manifest after the next change that was told. */
function watched(mode: "auto" | "poll", options: { readonly hasDropIns?: boolean; readonly main?: string } = {}) {
  const root = mkdtempSync(join(tmpdir(), "muster-watch-"));
  cleanups.push(() => rmSync(root, { recursive: true, force: true }));
  const file = join(root, "agents.yaml");
  const dropIns = join(root, "agents.d");
  writeFileSync(file, options.main ?? agent("main"));
  if (options.hasDropIns !== false) {
    mkdirSync(dropIns);
    writeFileSync(join(dropIns, "one.yaml"), agent("one"));
  }
  const load = () => loadManifestSync({ file, variables: {}, hostName: "h" });
  let loads = 0;
  let told = Promise.withResolvers<number>();
  const watch = watchManifest({
    mode,
    seen: load().seen,
    onChange: () => {
      loads += 1;
      watch.saw(load().seen);
      told.resolve(performance.now());
    },
    onPolling: (why) => told.reject(why),
  });
  cleanups.push(() => watch.close());
  const next = async () => {
    await told.promise;
    told = Promise.withResolvers<number>();
    const { manifest } = load();
    return Object.fromEntries([...(manifest?.agents.values() ?? [])].map((one) => [one.name, one.instructions]));
  };
  return { root, file, dropIns, one: join(dropIns, "one.yaml"), watch, next, loads: () => loads };
}

type Place = ReturnType<typeof watched>;
const changed = agent("one", "Be brief.");

/** How editors and tools save `one.yaml`. */
const saves: Readonly<Record<string, (place: Place) => void>> = {
  "truncates and writes (nano, emacs by copy)": ({ one }) => writeFileSync(one, changed),
  "writes beside and renames over (most tools)": ({ one, dropIns }) => {
    writeFileSync(join(dropIns, ".one.yaml.tmp123"), changed);
    renameSync(join(dropIns, ".one.yaml.tmp123"), one);
  },
  "moves the old one away and writes anew (vim with a backup)": ({ one, dropIns }) => {
    writeFileSync(join(dropIns, ".one.yaml.swp"), "b0VIM");
    writeFileSync(join(dropIns, "4913"), "");
    unlinkSync(join(dropIns, "4913"));
    renameSync(one, `${one}~`);
    writeFileSync(one, changed);
    unlinkSync(`${one}~`);
    unlinkSync(join(dropIns, ".one.yaml.swp"));
  },
  "keeps a lock and a backup (emacs)": ({ one, dropIns }) => {
    symlinkSync("user@host.1:2", join(dropIns, ".#one.yaml"));
    writeFileSync(join(dropIns, "#one.yaml#"), "unsaved");
    renameSync(one, `${one}~`);
    writeFileSync(one, changed);
    unlinkSync(join(dropIns, "#one.yaml#"));
    unlinkSync(join(dropIns, ".#one.yaml"));
  },
  "replaces the whole folder": ({ dropIns, root }) => {
    cpSync(dropIns, join(root, "next"), { recursive: true });
    writeFileSync(join(root, "next", "one.yaml"), changed);
    renameSync(dropIns, join(root, "old"));
    renameSync(join(root, "next"), dropIns);
  },
  "removes and makes the folder anew": ({ dropIns, one }) => {
    rmSync(dropIns, { recursive: true });
    mkdirSync(dropIns);
    writeFileSync(one, changed);
  },
};

describe.each(["auto", "poll"] as const)("with --watch %s", (mode) => {
  test.each(Object.keys(saves))("a change is told when somebody %s", async (how) => {
    const place = watched(mode);
    saves[how]?.(place);
    expect(await place.next()).toMatchObject({ one: "Be brief." });
  });

  test("it is told well within a second of the last change, once for all that changed together", async () => {
    const { next, file, one, dropIns, loads } = watched(mode);
    writeFileSync(one, changed);
    writeFileSync(file, agent("main", "Be brave."));
    writeFileSync(join(dropIns, "two.yaml"), agent("two"));
    const writtenAt = performance.now();
    expect(await next()).toEqual({ main: "Be brave.", one: "Be brief.", two: "Be kind." });
    expect(performance.now() - writtenAt).toBeLessThan(1_000);
    expect(loads()).toBe(1);
  });

  test("a file that is still being written is waited for", async () => {
    const { next, one, loads } = watched(mode);
    writeFileSync(one, "agents:\n");
    for (const line of ["  one:\n", "    model: ollama/m\n", "    instructions: Be long.\n"]) {
      await Bun.sleep(120);
      appendFileSync(one, line);
    }
    expect(await next()).toMatchObject({ one: "Be long." });
    expect(loads()).toBe(1);
  });

  test("drop-ins are found in a folder that is made later, and gone when it is", async () => {
    const { next, dropIns, one } = watched(mode, { hasDropIns: false });
    mkdirSync(dropIns);
    writeFileSync(one, agent("one"));
    expect(await next()).toMatchObject({ one: "Be kind." });
    rmSync(dropIns, { recursive: true });
    expect(await next()).toEqual({ main: "Be kind." });
  });

  test("links are followed, also when all of them are swapped at once (Kubernetes)", async () => {
    const { next, dropIns, one, root } = watched(mode, { hasDropIns: false });
    const volume = (name: string, text: string) => {
      mkdirSync(join(dropIns, name), { recursive: true });
      writeFileSync(join(dropIns, name, "one.yaml"), text);
      symlinkSync(name, join(root, "link"));
      renameSync(join(root, "link"), join(dropIns, "..data"));
    };
    volume("..1", agent("one"));
    symlinkSync("..data/one.yaml", one);
    expect(await next()).toMatchObject({ one: "Be kind." });
    volume("..2", changed);
    rmSync(join(dropIns, "..1"), { recursive: true });
    expect(await next()).toMatchObject({ one: "Be brief." });
  });

  test("a file that the manifest names is watched, also one that is not there yet", async () => {
    const main = "agents:\n  main: { model: ollama/m, instructions_file: prompts/a.md }\n";
    const { next, root } = watched(mode, { main });
    mkdirSync(join(root, "prompts"));
    writeFileSync(join(root, "prompts", "a.md"), "From a file.");
    expect(await next()).toMatchObject({ main: "From a file." });
    writeFileSync(join(root, "prompts", "a.md"), "From it again.");
    expect(await next()).toMatchObject({ main: "From it again." });
  });

  test("nothing is told of files that are no drop-ins, and nothing after the end", async () => {
    const { next, watch, dropIns, one, loads } = watched(mode);
    writeFileSync(join(dropIns, "notes.txt"), "x");
    writeFileSync(join(dropIns, ".one.yaml.swp"), "x");
    writeFileSync(join(dropIns, "one.yaml~"), "x");
    await Bun.sleep(700);
    expect(loads()).toBe(0);
    writeFileSync(one, changed);
    await next();
    watch.close();
    writeFileSync(one, agent("one", "Be gone."));
    await Bun.sleep(700);
    expect(loads()).toBe(1);
  });
});

test("events are used where the file system has them, polling where it is asked for", () => {
  expect(watched("auto").watch.isPolling).toBe(false);
  expect(watched("poll").watch.isPolling).toBe(true);
});
