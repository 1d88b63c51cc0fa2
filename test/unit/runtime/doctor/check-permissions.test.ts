import { afterAll, beforeEach, expect, test } from "bun:test";
import { chmodSync, chownSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { mayRun } from "../../../support/may-run.ts";
import { checkPermissions, type PermissionFacts } from "../../../../src/runtime/doctor/check-permissions.ts";
import { findingsOf, linesOf } from "./findings.ts";

const top = mkdtempSync(join(tmpdir(), "muster-permissions-"));
afterAll(() => rmSync(top, { recursive: true, force: true }));
const state = join(top, "state");
const manifest = join(top, "agents.yaml");

beforeEach(() => {
  rmSync(state, { recursive: true, force: true });
  mkdirSync(join(state, "nats"), { recursive: true });
  chmodSync(state, 0o700);
  writeFileSync(manifest, "api_key: sk-0123456789\n");
  chmodSync(manifest, 0o600);
});

function check(given: Partial<PermissionFacts> = {}) {
  return checkPermissions({
    stateDirectory: state,
    manifestFiles: [manifest],
    secrets: ["sk-0123456789"],
    secretFiles: [],
    serviceUser: undefined,
    platform: "linux",
    ...given,
  });
}

test("what is closed to others is fine", async () => {
  expect((await findingsOf(check()))[0]?.result).toBe("ok");
});

test("an open state directory is a warning, one that others may write to a problem", async () => {
  chmodSync(state, 0o755);
  expect(await findingsOf(check())).toEqual([
    {
      result: "warning",
      text: `The state directory "${state}" is open to others (mode 755)`,
      remedy: `chmod 700 "${state}"`,
    },
  ]);
  chmodSync(state, 0o777);
  expect((await findingsOf(check()))[0]?.result).toBe("problem");
});

test("a key that others may read is a problem", async () => {
  const key = join(state, "nats", "runtime.nk");
  writeFileSync(key, "");
  chmodSync(key, 0o644);
  expect(await linesOf(check())).toEqual([`problem: Others may use "${key}", which is the runtime's own`]);
});

test("a file with a secret that everybody may read is a warning, without one it is none", async () => {
  chmodSync(manifest, 0o644);
  const [finding] = await findingsOf(check());
  expect(finding).toMatchObject({
    result: "warning",
    text: `"${manifest}" holds a secret, and everybody on this machine may read it`,
  });
  expect(JSON.stringify(finding)).not.toContain("sk-0123456789");
  expect((await findingsOf(check({ secrets: ["another one"] })))[0]?.result).toBe("ok");
});

test("a credentials file that everybody may read is a warning, a manifest that everybody may change a problem", async () => {
  chmodSync(manifest, 0o606);
  expect((await linesOf(check({ secrets: [], secretFiles: [manifest] }))).map((line) => line.split(":")[0])).toEqual([
    "problem",
    "warning",
  ]);
});

const missing = process.getuid?.() === 0 ? undefined : "giving files away needs root";

test.if(mayRun("files of another user", missing))("what another user left in it is a problem", async () => {
  const left = join(state, "bus.json");
  writeFileSync(left, "");
  chmodSync(left, 0o600);
  chownSync(left, 1234, 1234);
  expect(await linesOf(check())).toEqual([`problem: "${left}" belongs to another user than the state directory`]);
});

test.if(mayRun("files of another user", missing))(
  "a manifest that the service's user may not read is a problem",
  async () => {
    const serviceUser = { name: "muster", uid: 1234, gids: [1234] };
    chmodSync(top, 0o755);
    expect(await linesOf(check({ serviceUser }))).toEqual([
      `problem: The service's user "muster" may not read "${manifest}"`,
    ]);
    chownSync(manifest, 0, 1234);
    chmodSync(manifest, 0o640);
    expect((await findingsOf(check({ serviceUser })))[0]?.result).toBe("ok");
    chmodSync(top, 0o700);
    expect((await findingsOf(check({ serviceUser })))[0]?.result).toBe("problem");
  },
);
