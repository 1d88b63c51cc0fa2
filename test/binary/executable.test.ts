// The compiled executable as a black box: what it needs (nothing), what it reads (nothing), what it carries.

import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { carriedFolder } from "../../build/carry/carried-parts.ts";
import { natsServerVersion } from "../../build/nats-server/release.ts";
import { dist, root } from "../../build/paths.ts";
import { runCommand } from "../../build/run-command.ts";
import { hostTarget } from "../../build/target/target.ts";
import { parseCarriedIndex } from "../../src/host/carried-index.ts";

const executable = join(dist, "muster");
let folder = "";

beforeAll(async () => {
  await runCommand([process.execPath, join(root, "build", "build.ts")]);
  folder = mkdtempSync(join(tmpdir(), "muster-binary-"));
}, 300_000);
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

describe("the executable", () => {
  test("says version, commit and target in an empty folder, without any variable set", async () => {
    const cwd = emptyFolder("empty");
    const { code, out, err } = await run(["version"], cwd);
    expect({ code, err }).toEqual({ code: 0, err: "" });
    expect(out).toMatch(new RegExp(`^muster \\d+\\.\\d+\\.\\d+ \\([0-9a-z-]+, ${hostTarget().name}\\)\n$`));
    expect(readdirSync(cwd)).toEqual([]);
  });

  test("runs no code and takes no variable of the folder that it is started in", async () => {
    const cwd = emptyFolder("poisoned");
    const trace = join(cwd, "trace");
    writeFileSync(join(cwd, "poison.ts"), `require("node:fs").writeFileSync(${JSON.stringify(trace)}, "ran");`);
    writeFileSync(join(cwd, "bunfig.toml"), 'preload = ["./poison.ts"]\n');
    writeFileSync(join(cwd, ".env"), "BUN_OPTIONS=--preload ./poison.ts\nNODE_OPTIONS=--require ./poison.ts\n");
    writeFileSync(join(cwd, "package.json"), "{ broken");
    writeFileSync(join(cwd, "tsconfig.json"), "{ broken");
    const { code, out } = await run(["version"], cwd);
    expect(code).toBe(0);
    expect(out).toStartWith("muster ");
    expect(readdirSync(cwd)).not.toContain("trace");
  });

  test("prints the whole of its notices to a slow reader", async () => {
    const cwd = emptyFolder("slow");
    const child = Bun.spawn(["/bin/sh", "-c", '"$0" version --licenses | (sleep 0.2; cat)', executable], {
      cwd,
      env: { PATH: process.env["PATH"] ?? "" },
      stdout: "pipe",
    });
    expect(await new Response(child.stdout).text()).toBe(readFileSync(join(dist, "THIRD-PARTY-NOTICES.txt"), "utf8"));
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

  test("stands beside its hashes and bill of materials", async () => {
    const sums = readFileSync(join(dist, "SHA256SUMS"), "utf8");
    for (const name of ["muster", "THIRD-PARTY-NOTICES.txt", "muster.cdx.json"]) {
      const hash = new Bun.CryptoHasher("sha256").update(await Bun.file(join(dist, name)).bytes()).digest("hex");
      expect(sums).toContain(`${hash}  ${name}\n`);
    }
  });
});
