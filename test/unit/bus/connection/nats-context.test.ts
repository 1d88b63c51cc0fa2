import { afterEach, beforeEach, expect, test } from "bun:test";
import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { homedir, tmpdir } from "node:os";
import { join } from "node:path";
import { readNatsContext } from "../../../../src/bus/connection/nats-context.ts";

let folder: string;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "muster-context-"));
  await mkdir(join(folder, "nats", "context"), { recursive: true });
});

afterEach(() => rm(folder, { recursive: true, force: true }));

async function write(name: string, text: string): Promise<void> {
  await writeFile(join(folder, "nats", "context", `${name}.json`), text);
}

function problemOf(reading: Promise<unknown>): Promise<string> {
  return reading.then(() => "no problem", String);
}

test("every way to be someone is read, empty fields are none", async () => {
  const fields = {
    description: "",
    url: "nats://a:4222, nats://b:4222",
    creds: "~/x.creds",
    nkey: "",
    user: "me",
    password: "pw",
    token: "",
    cert: "/c.pem",
    key: "/k.pem",
    ca: "/ca.pem",
    inbox_prefix: "_MINE",
    tls_first: true,
  };
  await write("plant", JSON.stringify(fields));
  const settings = await readNatsContext("plant", folder);
  expect(settings.password?.reveal()).toBe("pw");
  expect({ ...settings, password: undefined }).toEqual({
    servers: ["nats://a:4222", "nats://b:4222"],
    credentialsFile: join(homedir(), "x.creds"),
    user: "me",
    password: undefined,
    inboxPrefix: "_MINE",
    tls: { caFile: "/ca.pem", certFile: "/c.pem", keyFile: "/k.pem" },
    tlsFirst: true,
  });
});

test("an empty context changes nothing", async () => {
  await write("empty", "{}");
  expect(await readNatsContext("empty", folder)).toEqual({ servers: [] });
});

test("a context that is missing, broken, or needs nsc is said by name", async () => {
  expect(await problemOf(readNatsContext("none", folder))).toContain('Cannot read NATS context "none"');
  await write("list", "[]");
  expect(await problemOf(readNatsContext("list", folder))).toContain("is not a JSON object");
  await write("broken", "{");
  expect(await problemOf(readNatsContext("broken", folder))).toContain("is not a JSON object");
  await write("nsc", '{"nsc":"nsc://o/a/u"}');
  expect(await problemOf(readNatsContext("nsc", folder))).toContain('"nsc", which is not supported');
});
