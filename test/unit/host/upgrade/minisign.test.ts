import { describe, expect, test } from "bun:test";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { readFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { newKeyPair, parsePublicKeys, parseSecretKey } from "../../../../src/host/upgrade/minisign-keys.ts";
import { signDigest, signedHash, verifyDigest } from "../../../../src/host/upgrade/minisign.ts";
import { mayRun } from "../../../support/may-run.ts";
import { runProgram } from "../../../support/run-program.ts";

const fixture = (name: string): string =>
  readFileSync(join(import.meta.dirname, "..", "..", "..", "fixtures", "minisign", name), "utf8");
const digestOf = (text: string): Uint8Array => new Bun.CryptoHasher(signedHash).update(text).digest();

const keys = parsePublicKeys(fixture("fleet.pub"));
const digest = digestOf(fixture("signed.txt"));
const signature = fixture("signed.txt.minisig");

describe("a signature of minisign", () => {
  test("is good for its content, and gives its trusted comment", () => {
    expect(verifyDigest(digest, signature, keys)).toBe("muster 0.2.0 linux-arm64");
  });

  test("is refused for another content", () => {
    expect(() => verifyDigest(digestOf("other"), signature, keys)).toThrow("not of this content");
  });

  test("is refused with another trusted comment", () => {
    const changed = signature.replace("0.2.0", "0.3.0");
    expect(() => verifyDigest(digest, changed, keys)).toThrow("not of this content");
  });

  test("is refused by a machine that trusts another key, whose name is told", () => {
    const other = parsePublicKeys(newKeyPair().publicKey);
    expect(() => verifyDigest(digest, signature, other)).toThrow(/by the key [0-9A-F]{16}, trusted is [0-9A-F]{16}$/);
  });

  test("is refused by a key that took the id of another", () => {
    const id = Buffer.from(fixture("fleet.pub").split("\n")[1] ?? "", "base64").subarray(0, 10);
    const foreign = Buffer.from(newKeyPair().publicKey.split("\n")[1] ?? "", "base64").subarray(10);
    const posing = parsePublicKeys(Buffer.concat([id, foreign]).toString("base64"));
    expect(() => verifyDigest(digest, signature, posing)).toThrow("not of this content");
  });

  test("is good while an old and a new key are trusted", () => {
    const both = parsePublicKeys(newKeyPair().publicKey + fixture("fleet.pub"));
    expect(verifyDigest(digest, signature, both)).toBe("muster 0.2.0 linux-arm64");
  });

  test("of the old kind is refused with what to do", () => {
    expect(() => verifyDigest(digest, fixture("legacy.minisig"), keys)).toThrow('"minisign -S -H"');
  });

  test.each([
    ["nothing", ""],
    ["a line too few", signature.split("\n").slice(0, 3).join("\n")],
    ["a line too many", `${signature}more\n`],
    ["no comment", signature.replace("untrusted comment: ", "")],
    ["bad base64", signature.replace("RUR", "R!R")],
    ["half of the second signature", signature.slice(0, -20)],
    ["an endless comment", signature.replace("muster 0.2.0", "m".repeat(5000))],
  ])("that is damaged (%s) is refused", (_, text) => {
    expect(() => verifyDigest(digest, text, keys)).toThrow("Not a minisign signature");
  });
});

describe("keys", () => {
  test("a secret key of minisign signs for its public key", () => {
    const signed = signDigest(digest, parseSecretKey(fixture("fleet.key")), "one line");
    expect(verifyDigest(digest, signed, keys)).toBe("one line");
  });

  test("a secret key with a password is refused with two ways out", () => {
    expect(() => parseSecretKey(fixture("locked.key"))).toThrow(/minisign -S -m BUNDLE.*minisign -G -W/);
  });

  test.each([["nothing"], [""], ["RWQ="], [fixture("fleet.pub")]])("%p is no secret key", (text) => {
    expect(() => parseSecretKey(text)).toThrow("Found no minisign secret key");
  });

  test.each([["a text"], ["RWQ="]])("%p is no public key", (text) => {
    expect(() => parsePublicKeys(text)).toThrow("Not a minisign public key");
  });

  test("a file without a key is told", () => {
    expect(() => parsePublicKeys("untrusted comment: nothing\n")).toThrow("Found no minisign public key");
  });
});

const missing = Bun.which("minisign") === null ? "not installed: minisign" : undefined;

describe.if(mayRun("minisign itself", missing))("minisign itself", () => {
  test("verifies our signature by our key, and signs by our key what we verify", async () => {
    const folder = await mkdtemp(join(tmpdir(), "muster-minisign-"));
    try {
      const pair = newKeyPair();
      await writeFile(join(folder, "ours.pub"), pair.publicKey);
      await writeFile(join(folder, "ours.key"), pair.secretKey, { mode: 0o600 });
      await writeFile(join(folder, "file"), "content");
      const signed = signDigest(digestOf("content"), parseSecretKey(pair.secretKey), "said by us");
      await writeFile(join(folder, "file.minisig"), signed);
      const verified = await runProgram(["minisign", "-Vm", "file", "-p", "ours.pub"], { cwd: folder });
      expect(verified.code).toBe(0);
      expect(verified.stdout).toContain("said by us");

      const made = await runProgram(["minisign", "-S", "-s", "ours.key", "-m", "file", "-t", "said by it"], {
        cwd: folder,
      });
      expect(made.code).toBe(0);
      const text = await Bun.file(join(folder, "file.minisig")).text();
      expect(verifyDigest(digestOf("content"), text, parsePublicKeys(pair.publicKey))).toBe("said by it");
    } finally {
      await rm(folder, { recursive: true });
    }
  });
});
