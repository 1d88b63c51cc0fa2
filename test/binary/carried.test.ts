// The executable of this machine as a black box: that it needs nothing, what it carries, and what stands beside it.

import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { basename, join } from "node:path";
import { carriedFolder } from "../../build/carry/carried-parts.ts";
import { parseHashes } from "../../build/compile/write-hashes.ts";
import { natsServerVersion } from "../../build/nats-server/release.ts";
import { dist } from "../../build/paths.ts";
import { runCommand } from "../../build/run-command.ts";
import { hostTarget } from "../../build/target/target.ts";
import { hostExecutable as executable } from "../../build/test/executables.ts";
import { parseCarriedIndex } from "../../src/host/carried-index.ts";
import { mayRun } from "../support/may-run.ts";

const missing = existsSync(executable) ? undefined : 'it is not built: run "npm test"';

let folder = "";
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "muster-binary-"));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

interface Ended {
  readonly code: number;
  readonly out: string;
  readonly err: string;
}

async function run(args: readonly string[], cwd: string, env: Record<string, string> = {}): Promise<Ended> {
  const child = Bun.spawn([executable, ...args], { cwd, env, stdin: "ignore", stdout: "pipe", stderr: "pipe" });
  const [out, err, code] = await Promise.all([
    new Response(child.stdout).text(),
    new Response(child.stderr).text(),
    child.exited,
  ]);
  return { code, out, err };
}

function emptyFolder(name: string): string {
  const path = join(folder, name);
  mkdirSync(path);
  return path;
}

describe.if(mayRun("what the executable carries", missing))("the executable", () => {
  test("says version, commit and target in an empty folder, without any variable set", async () => {
    const cwd = emptyFolder("empty");
    const { code, out, err } = await run(["version"], cwd);
    expect({ code, err }).toEqual({ code: 0, err: "" });
    expect(out).toMatch(new RegExp(`^muster \\d+\\.\\d+\\.\\d+ \\([0-9a-z-]+, ${hostTarget().name}\\)\n$`));
    expect(readdirSync(cwd)).toEqual([]);
  });

  test("prints the whole of its notices to a slow reader", async () => {
    const cwd = emptyFolder("slow");
    const child = Bun.spawn(["/bin/sh", "-c", '"$0" version --licenses | (sleep 0.2; cat)', executable], {
      cwd,
      env: { PATH: process.env["PATH"] ?? "" },
      stdout: "pipe",
    });
    const [printed, written] = [await child.stdout.text(), readFileSync(join(dist, "THIRD-PARTY-NOTICES.txt"), "utf8")];
    expect(printed.length).toBe(written.length);
    expect(printed === written).toBe(true);
  });

  test("carries nats-server, which it extracts from itself", async () => {
    const index = parseCarriedIndex(readFileSync(join(carriedFolder(hostTarget()), "nats-server.json"), "utf8"));
    const target = join(emptyFolder("extracted"), `nats-server-${index.sha256}`);
    expect(await run(["__extract", "nats-server", target], folder)).toEqual({ code: 0, out: "", err: "" });
    expect(await runCommand([join(target, "nats-server"), "--version"])).toBe(`nats-server: v${natsServerVersion}\n`);
  });

  test("says why it cannot extract", async () => {
    const locked = emptyFolder("locked");
    writeFileSync(join(locked, "file"), "");
    const { code, err } = await run(["__extract", "nats-server", join(locked, "file", "part")], folder);
    expect(code).toBe(1);
    expect(err).toContain(join(locked, "file"));
    expect((await run(["__extract", "nothing", join(folder, "x")], folder)).err).toBe(
      'This executable carries no "nothing"\n',
    );
  });

  test("stands beside its hashes, notices and bill of materials", async () => {
    const sums = parseHashes(readFileSync(join(dist, "SHA256SUMS"), "utf8"));
    for (const name of [basename(executable), "THIRD-PARTY-NOTICES.txt", "muster.cdx.json"]) {
      const hash = new Bun.CryptoHasher("sha256").update(await Bun.file(join(dist, name)).bytes()).digest("hex");
      expect(sums.get(name)).toBe(hash);
    }
  });
});
