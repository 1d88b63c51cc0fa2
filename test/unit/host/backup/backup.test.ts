import { Database } from "bun:sqlite";
import { afterEach, beforeEach, describe, expect, test } from "bun:test";
import {
  closeSync,
  mkdirSync,
  mkdtempSync,
  openSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { basename, dirname, join } from "node:path";
import { packTar } from "modern-tar";
import { checkedPath, digestText, encodeIndex, sha256 } from "../../../../src/host/backup/backup-index.ts";
import { BackupWriter } from "../../../../src/host/backup/backup-writer.ts";
import { keptEntries } from "../../../../src/host/backup/kept-files.ts";
import { restoreBackup } from "../../../../src/host/backup/restore-backup.ts";
import { rejection } from "../../../support/rejection.ts";

let folder: string;
let state: string;
let file: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "muster-backup-"));
  state = join(folder, "state");
  file = join(folder, "backup.tar");
  mkdirSync(state);
});
afterEach(() => rmSync(folder, { recursive: true }));

function write(path: string, text: string): void {
  mkdirSync(dirname(join(state, path)), { recursive: true });
  writeFileSync(join(state, path), text);
}

async function backUp(fill: (writer: BackupWriter) => Promise<void>): Promise<void> {
  const descriptor = openSync(file, "w");
  const writer = new BackupWriter(state, descriptor, { withModels: false });
  await fill(writer);
  await writer.finish();
  closeSync(descriptor);
}

async function restoreTo(name: string): Promise<string> {
  const target = join(folder, name);
  mkdirSync(target, { recursive: true });
  const descriptor = openSync(file, "r");
  try {
    await restoreBackup(target, descriptor);
  } finally {
    closeSync(descriptor);
  }
  return target;
}

describe("a backup", () => {
  test("leaves out what a start makes anew, models unless wanted, half-written files, and links", () => {
    for (const path of ["runtime.lock", "runtime.pid", "bus.json", "control.path", "carried/x/y", "nats-config/c"])
      write(path, "");
    for (const path of [
      "nats/nats-server.conf",
      ".format.json.new",
      "before-restore-1/nats/a",
      "models/m",
      "models/n.part",
    ])
      write(path, "");
    for (const path of ["nats/caller.nk", "nats/jetstream/a/1.blk", "what/comes/later", "format.json"]) write(path, "");
    symlinkSync("/etc/passwd", join(state, "link"));
    const files = (withModels: boolean) =>
      keptEntries(state, { withModels }).flatMap(({ path, isFolder }) => (isFolder ? [] : [path]));
    const kept = ["format.json", "nats/caller.nk", "nats/jetstream/a/1.blk", "what/comes/later"];
    expect(files(false)).toEqual(kept);
    expect(files(true)).toEqual(["format.json", "models/m", ...kept.slice(1)]);
  });

  test("has what is there when it settles, whatever changed, came or went while it was gathered", async () => {
    const deep = `nats/${"long-name-of-a-stream".repeat(10)}/${"consumer".repeat(25)}/meta.inf`;
    write("same", "as ever");
    write("changed", "before");
    write("shorter", "before, and longer");
    write("gone", "before");
    write(deep, "deep");
    mkdirSync(join(state, "empty"));
    await backUp(async (writer) => {
      await writer.gather();
      write("changed", "after!");
      write("shorter", "after");
      write("new", "after");
      rmSync(join(state, "gone"));
      await writer.settle();
    });
    const restored = await restoreTo("restored");
    const texts = keptEntries(restored, { withModels: false }).map(({ path, isFolder }) => [
      path,
      isFolder ? "" : readFileSync(join(restored, path), "utf8"),
    ]);
    expect(Object.fromEntries(texts)).toEqual({
      changed: "after!",
      empty: "",
      nats: "",
      [dirname(dirname(deep))]: "",
      [dirname(deep)]: "",
      [deep]: "deep",
      new: "after",
      same: "as ever",
      shorter: "after",
    });
  });

  test.each(["conversations/conversations.db", "triggers/runs.sqlite", "budgets.db"])(
    "has %s as it was at one moment, with what was only in the file beside it, and nothing of that file",
    async (path) => {
      mkdirSync(dirname(join(state, path)), { recursive: true });
      const database = new Database(join(state, path), { create: true });
      database.run("PRAGMA journal_mode = WAL");
      database.run("CREATE TABLE turns (text)");
      database.run("INSERT INTO turns VALUES ('gathered')");
      await backUp(async (writer) => {
        await writer.gather();
        database.run("INSERT INTO turns VALUES ('settled')");
        await writer.settle();
      });
      database.run("INSERT INTO turns VALUES ('too late')");
      const name = basename(path);
      expect(readdirSync(dirname(join(state, path))).sort()).toEqual([name, `${name}-shm`, `${name}-wal`]);
      database.close();
      const restored = join(await restoreTo("restored"), path);
      expect(readdirSync(dirname(restored))).toEqual([name]);
      const copy = new Database(restored);
      expect(copy.query("SELECT text FROM turns").values()).toEqual([["gathered"], ["settled"]]);
      copy.close();
    },
  );

  test("has a database that SQLite cannot read as it lies there", async () => {
    write("conversations/conversations.db", "broken ".repeat(1_000));
    await backUp((writer) => writer.settle());
    const restored = await restoreTo("restored");
    const text = readFileSync(join(restored, "conversations/conversations.db"), "utf8");
    expect(text).toBe("broken ".repeat(1_000));
  });

  test("of large files comes back bit for bit", async () => {
    const bytes = crypto.getRandomValues(new Uint8Array(65_536));
    const large = Buffer.concat(Array.from({ length: 200 }, () => bytes));
    writeFileSync(join(state, "large.blk"), large);
    await backUp((writer) => writer.settle());
    const restored = await restoreTo("restored");
    expect(sha256(readFileSync(join(restored, "large.blk")))).toBe(sha256(large));
  });
});

describe("an archive of a stranger", () => {
  const text = new TextEncoder();

  async function archive(
    entries: readonly { readonly name: string; readonly body: string; readonly type?: "file" | "symlink" }[],
    format = 1,
  ) {
    const files = entries.map(({ name, body }) => ({
      path: name.replace(/^state\//, ""),
      sizeBytes: body.length,
      sha256: sha256(text.encode(body)),
    }));
    const index = encodeIndex({ format, writtenBy: "9.9.9", createdAt: "then", folders: [], files });
    const digest = text.encode(digestText(index));
    const all = [
      ...entries,
      { name: "muster-backup.json", body: index },
      { name: "muster-backup.sha256", body: digest },
    ];
    const packed = all.map((entry) => {
      const type = "type" in entry ? entry.type : "file";
      const isLink = type === "symlink";
      return {
        header: {
          name: entry.name,
          size: isLink ? 0 : entry.body.length,
          type,
          ...(isLink ? { linkname: "/etc" } : {}),
        },
        ...(isLink ? {} : { body: entry.body }),
      };
    });
    writeFileSync(file, await packTar(packed));
  }

  test("that fits is taken", async () => {
    await archive([{ name: "state/nats/a", body: "x" }]);
    expect(readFileSync(join(await restoreTo("restored"), "nats/a"), "utf8")).toBe("x");
  });

  test.each([
    "state/../../outside",
    "state//etc/x",
    "state/a/../b",
    "/etc/x",
    "other/x",
    "state/runtime.lock",
    "state/a\\b",
  ])("with the path %s is refused, and nothing is changed", async (name) => {
    await archive([{ name, body: "x" }]);
    expect(await rejection(restoreTo("restored"))).toContain("This is no whole backup");
    expect(keptEntries(join(folder, "restored"), { withModels: true })).toEqual([]);
  });

  test("with a link is refused", async () => {
    await archive([{ name: "state/a", body: "", type: "symlink" }]);
    expect(await rejection(restoreTo("restored"))).toContain("has no place in it");
  });

  test("of a newer format is refused with both versions", async () => {
    await archive([{ name: "state/a", body: "" }], 9);
    expect(await rejection(restoreTo("restored"))).toMatch(
      /^The backup has format 9, written by Muster 9\.9\.9; this is Muster .*, which knows formats up to 1\. Restore it with that version or a newer one$/,
    );
    expect(keptEntries(join(folder, "restored"), { withModels: true })).toEqual([]);
  });

  test("has no path that is empty, too long or with control characters", () => {
    for (const path of ["", "a//b", "a/", ".", "a\nb", "x".repeat(1025), undefined]) {
      expect(() => checkedPath(path)).toThrow("has no place in a state directory");
    }
  });
});
