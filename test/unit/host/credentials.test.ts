import { afterEach, beforeEach, expect, test } from "bun:test";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, statSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { maxCredentialsBytes, openCredentials, readCredentials } from "../../../src/host/credentials.ts";
import { silentLog } from "../../support/silent-log.ts";

let folder: string;
let systemds: string;
let runtimes: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "muster-credentials-"));
  [systemds, runtimes] = [join(folder, "systemd"), join(folder, "run")];
  mkdirSync(systemds);
  mkdirSync(runtimes);
  writeFileSync(join(systemds, "muster_model"), "first");
  writeFileSync(join(systemds, "own"), "of a drop-in");
});

afterEach(() => {
  rmSync(folder, { recursive: true });
});

function open() {
  return openCredentials({ CREDENTIALS_DIRECTORY: systemds, RUNTIME_DIRECTORY: `${runtimes}:/else` }, silentLog());
}

function read(name: string): string {
  return readFileSync(join(runtimes, "credentials", name), "utf8");
}

test("credentials that systemd hands out are found in a folder of the runtime's own", () => {
  expect(open().variables["CREDENTIALS_DIRECTORY"]).toBe(join(runtimes, "credentials"));
  expect([read("muster_model"), read("own")]).toEqual(["first", "of a drop-in"]);
  expect(statSync(join(runtimes, "credentials")).mode & 0o777).toBe(0o700);
});

test("what is handed over stands in the place of the copy of that name, for its user only; every other stays", () => {
  expect(open().replace(new Map([["model", Buffer.from("second")]]))).toBeUndefined();
  expect([read("muster_model"), read("own")]).toEqual(["second", "of a drop-in"]);
  expect(statSync(join(runtimes, "credentials", "muster_model")).mode & 0o777).toBe(0o400);
  expect(readFileSync(join(systemds, "muster_model"), "utf8")).toBe("first");
});

test("a credential that says the same is not written anew", () => {
  const credentials = open();
  credentials.replace(new Map([["model", Buffer.from("second")]]));
  const before = statSync(join(runtimes, "credentials", "muster_model"), { bigint: true });
  credentials.replace(new Map([["model", Buffer.from("second")]]));
  const after = statSync(join(runtimes, "credentials", "muster_model"), { bigint: true });
  expect([after.ino, after.ctimeNs]).toEqual([before.ino, before.ctimeNs]);
});

test("a start begins with systemd's copies, whatever was handed over before", () => {
  open().replace(new Map([["model", Buffer.from("second")]]));
  open();
  expect(read("muster_model")).toBe("first");
});

test("without the unit's folders all stays as it is, and a reload says so", () => {
  const variables = { CREDENTIALS_DIRECTORY: systemds };
  const credentials = openCredentials(variables, silentLog());
  expect(credentials.variables).toBe(variables);
  expect(credentials.replace(new Map())).toBeUndefined();
  expect(credentials.replace(new Map([["model", Buffer.from("second")]]))).toContain("stay as they were at the start");
});

test("a folder that cannot be made costs the reload, not the start", () => {
  const log = silentLog();
  const variables = { CREDENTIALS_DIRECTORY: systemds, RUNTIME_DIRECTORY: join(folder, "none") };
  expect(openCredentials(variables, log).variables).toBe(variables);
  expect(log.lines.map(({ level }) => level)).toEqual(["warn"]);
});

test("a secret that cannot be put in its place is told, and not thrown", () => {
  const credentials = open();
  rmSync(join(runtimes, "credentials"), { recursive: true });
  expect(credentials.replace(new Map([["model", Buffer.from("second")]]))).toContain("could not all be taken over");
});

test("plain files with a credential's name are read from a folder, and nothing that is a link, a folder or hidden", () => {
  const kept = join(folder, "kept");
  mkdirSync(join(kept, "inner"), { recursive: true });
  writeFileSync(join(kept, "model"), "key\n");
  writeFileSync(join(kept, ".model.swp"), "x");
  symlinkSync("/etc/hostname", join(kept, "link"));
  expect([...(readCredentials(kept) ?? [])].map(([name, bytes]) => [name, String(bytes)])).toEqual([
    ["model", "key\n"],
  ]);
  expect(readCredentials(join(folder, "none"))).toBeUndefined();
  writeFileSync(join(kept, "large"), new Uint8Array(maxCredentialsBytes));
  expect(() => readCredentials(kept)).toThrow(RangeError);
});
