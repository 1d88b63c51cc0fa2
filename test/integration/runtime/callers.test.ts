// `muster identity`: who we are, and further callers of the bundled server, made and removed while it runs.

import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { copyFile, mkdir, stat, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { jsonRecord } from "../../support/json-record.ts";
import { startKeyedMuster } from "../../support/keyed-muster.ts";
import { fromSource, type RunningMuster, startMuster } from "../../support/muster.ts";
import { type ProgramResult, runProgram } from "../../support/run-program.ts";

let muster: RunningMuster;
let stop: () => Promise<void>;

beforeAll(async () => {
  ({ muster, stop } = await startKeyedMuster(`agents:
  helper: { model: local, callers: { trust: signed } }
`));
});

afterAll(() => stop());

async function add(name: string): Promise<{ readonly file: string; readonly user: string; readonly url: string }> {
  const { code, stdout, stderr } = await muster.command(["identity", "add", name, "--json"]);
  if (code !== 0) throw new Error(stderr);
  const { file, user, url } = jsonRecord(stdout);
  return { file: String(file), user: String(user), url: String(url) };
}

/** A command of somebody who has nothing but a key. */
async function commandAs(
  { file, url }: { readonly file: string; readonly url: string },
  ...args: string[]
): Promise<ProgramResult> {
  const contexts = join(muster.folder, ".config", "nats", "context");
  await mkdir(contexts, { recursive: true });
  await writeFile(join(contexts, "other.json"), JSON.stringify({ url, nkey: file }));
  const env = { PATH: process.env["PATH"], HOME: muster.folder };
  return runProgram([...fromSource, ...args, "--context", "other"], { cwd: "/", env });
}

describe("identity", () => {
  test("shows who we are and by whose word", async () => {
    const { code, stdout } = await muster.command(["identity"]);
    expect(code).toBe(0);
    expect(stdout).toMatch(/^Identity {2}\$G\.U[A-Z2-7]{55}\nAccount {3}\$G\nUser {6}U/);
    expect(stdout).toContain("Learnt    from the server ($SYS.REQ.USER.INFO)\nSigns     yes\n");
    const json = jsonRecord((await muster.command(["identity", "--json"])).stdout);
    expect(json).toMatchObject({ state: "known", account: "$G", source: "server", signs: true });
    expect(json["identity"]).toBe(`$G.${String(json["user"])}`);
  });

  test("add makes a caller that is somebody else, at once, and agents notice nothing", async () => {
    const before = await muster.status();
    const ann = await add("ann");
    expect((await stat(ann.file)).mode & 0o777).toBe(0o600);
    expect(await commandAs(ann, "ask", "helper", "Well?")).toMatchObject({ code: 0, stdout: "word word \n" });
    const shown = jsonRecord((await commandAs(ann, "identity", "--json")).stdout);
    expect(shown["user"]).toBe(ann.user);
    expect(muster.log()).not.toContain("Lost the connection");
    const after = await muster.status();
    expect([after.bus.since, after.bus.serverRestarts]).toEqual([before.bus.since, before.bus.serverRestarts]);
  });

  test("add makes no second caller of one name, and none of a name that is none", async () => {
    await add("bob");
    const again = await muster.command(["identity", "add", "bob"]);
    expect(again.code).toBe(1);
    expect(again.stderr).toContain('There is a caller "bob" already');
    const odd = await muster.command(["identity", "add", "../bob"]);
    expect(odd.code).toBe(1);
    expect(odd.stderr).toContain('"../bob" is no name for a caller');
    expect((await muster.command(["identity", "add"])).code).toBe(2);
    expect((await muster.command(["identity", "rename", "bob"])).code).toBe(2);
  });

  test("remove takes its key away, and only that", async () => {
    const [cid, dan] = [await add("cid"), await add("dan")];
    const copy = join(muster.folder, "copy.nk");
    await copyFile(cid.file, copy);
    expect((await commandAs({ ...cid, file: copy }, "ask", "helper", "Well?")).code).toBe(0);
    expect((await muster.command(["identity", "remove", "cid"])).stdout).toContain("its key is refused now");
    const refused = await commandAs({ ...cid, file: copy }, "ask", "helper", "Well?");
    expect(refused.code).toBe(1);
    expect(refused.stderr).toContain("refused the credentials");
    expect((await commandAs(dan, "ask", "helper", "Well?")).code).toBe(0);
    expect((await muster.command(["identity", "remove", "cid"])).stderr).toContain(
      'There is no caller "cid"; there is ann',
    );
  });

  test("add works while the runtime does not run, from its next start on", async () => {
    await muster.kill();
    const { code, stdout } = await muster.command(["identity", "add", "eve"]);
    expect(code).toBe(0);
    expect(stdout).toContain("from the runtime's next start on");
    await muster.restart();
    const { url } = (await muster.status()).bus;
    const eve = { file: join(muster.stateDirectory, "nats", "callers", "eve.nk"), url: url ?? "" };
    expect((await commandAs(eve, "ask", "helper", "Well?")).code).toBe(0);
  });
});

test("identity says what there is to do where the server has no keys of ours", async () => {
  const open = await startMuster({
    manifest: `
identity: { owner: test }
nats: { embedded: { port: 0 }, mode: embedded }
agents: { helper: { model: "ollama/m" } }
`,
    acceptsDegraded: true,
  });
  try {
    const shown = await open.command(["identity"]);
    expect(shown.code).toBe(0);
    expect(shown.stdout).toContain("Identity  none: ");
    const added = await open.command(["identity", "add", "ann"]);
    expect(added.code).toBe(1);
    expect(added.stderr).toContain("nats.embedded.auth: nkey");
  } finally {
    await open.stop();
  }
});
