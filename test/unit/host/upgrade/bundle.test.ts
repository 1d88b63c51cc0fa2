import { afterEach, beforeEach, describe, expect, test } from "bun:test";
import { mkdir, mkdtemp, readFile, readdir, rm, stat, symlink, truncate, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type BundleIndex, encodeIndex } from "../../../../src/host/upgrade/bundle-index.ts";
import { newKeyPair, parsePublicKeys, parseSecretKey } from "../../../../src/host/upgrade/minisign-keys.ts";
import { signDigest } from "../../../../src/host/upgrade/minisign.ts";
import { bundleDigest, openBundle, unpackBundle } from "../../../../src/host/upgrade/read-bundle.ts";
import { trustedKeys, verifyBundle } from "../../../../src/host/upgrade/verify-bundle.ts";
import { writeBundle } from "../../../../src/host/upgrade/write-bundle.ts";
import { indexHeader } from "../../../../src/host/upgrade/bundle-layout.ts";
import { tarHeader, tarPadding } from "../../../../src/host/tar-header.ts";
import { runProgram } from "../../../support/run-program.ts";
import { rejection } from "../../../support/rejection.ts";

const program = "#!/bin/sh\n# muster-build:0.2.0:abcdef012345:linux-x64:1;\nexit 0\n";
const pair = newKeyPair();
const keys = parsePublicKeys(pair.publicKey);

let folder: string;
let bundle: string;
let out: string;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "muster-bundle-"));
  bundle = join(folder, "some.bundle");
  out = join(folder, "out");
  await mkdir(out);
  await writeFile(join(folder, "program"), program);
  await writeFile(join(folder, "agents.yaml"), "agents: {}\n");
  await writeFile(join(folder, "model.gguf"), new Uint8Array(3_000_000).fill(7));
});

afterEach(() => rm(folder, { recursive: true }));

describe("a bundle", () => {
  test("gives back what was put into it, and its executable may be run", async () => {
    const { index, digest } = await write();
    expect(index).toMatchObject({ version: "0.2.0", commit: "abcdef012345", target: "linux-x64" });
    const opened = await openBundle(bundle);
    expect(opened.index).toEqual(index);
    expect(await bundleDigest(bundle)).toEqual(digest);
    await unpackBundle(opened, digest, out);
    expect(await readFile(join(out, "muster"), "utf8")).toBe(program);
    expect((await stat(join(out, "muster"))).mode & 0o777).toBe(0o755);
    expect(await readFile(join(out, "manifests", "agents.d", "plant.yaml"), "utf8")).toBe("agents: {}\n");
    expect((await stat(join(out, "models", "model.gguf"))).size).toBe(3_000_000);
  });

  test("is the same, byte for byte, when it is made again", async () => {
    const first = await write();
    const second = await write();
    expect(second.digest).toEqual(first.digest);
  });

  test("is an archive that tar reads", async () => {
    await write();
    const listed = await runProgram(["tar", "-tf", bundle]);
    expect(listed.stdout).toBe("./bundle.json\n./muster\n./manifests/agents.d/plant.yaml\n./models/model.gguf\n");
  });

  test("is not made of a file that is no executable of ours", async () => {
    await writeFile(join(folder, "program"), "#!/bin/sh\n");
    expect(await rejection(write())).toContain("Not an executable of Muster");
    expect(await readdir(folder)).not.toContain("some.bundle");
  });

  test.each([
    ["manifests/../../etc/passwd"],
    ["manifests/credentials/model"],
    ["manifests/upgrade.pub"],
    ["bin/sh"],
    ["models/a/b"],
    ["muster"],
  ])("is not made with the path %p", async (path) => {
    const made = writeBundle(join(folder, "program"), [{ path, from: join(folder, "agents.yaml") }], bundle);
    expect(await rejection(made)).toContain("The index of the bundle is wrong");
  });
});

describe("a signed bundle", () => {
  test("is good for who trusts its key", async () => {
    await sign((await write()).digest);
    expect((await verifyBundle(bundle, keys)).index.version).toBe("0.2.0");
  });

  test("without its signature is refused", async () => {
    await write();
    expect(await rejection(verifyBundle(bundle, keys))).toContain("It is not signed");
  });

  test("by another key is refused", async () => {
    await sign((await write()).digest);
    expect(await rejection(verifyBundle(bundle, parsePublicKeys(newKeyPair().publicKey)))).toContain("trusted is");
  });

  test("with any one byte changed is refused", async () => {
    await sign((await write()).digest);
    const whole = await readFile(bundle);
    for (const offset of [0, 100, 512, 700, 1600, 2100, 5000, whole.length - 600, whole.length - 1]) {
      const changed = Buffer.from(whole);
      changed[offset] = (changed[offset] ?? 0) ^ 1;
      await writeFile(bundle, changed);
      expect(await rejection(verifyBundle(bundle, keys))).toStartWith("Refused");
    }
  });

  test("that is cut off, or goes on after its end, is refused", async () => {
    await sign((await write()).digest);
    const whole = await readFile(bundle);
    for (const length of [0, 1, 511, 600, 2000, whole.length - 1]) {
      await writeFile(bundle, whole.subarray(0, length));
      expect(await rejection(verifyBundle(bundle, keys))).toMatch(/not complete|no bundle|too early/);
    }
    await writeFile(bundle, Buffer.concat([whole, Buffer.alloc(512)]));
    expect(await rejection(verifyBundle(bundle, keys))).toContain("its index says");
  });

  test("that is exchanged after its signature was checked is noticed before anything of it is used", async () => {
    const { digest } = await write();
    await sign(digest);
    const verified = await verifyBundle(bundle, keys);
    const whole = await readFile(bundle);
    whole[whole.length - 2000] = 1;
    await writeFile(bundle, whole);
    expect(await rejection(unpackBundle(verified, digest, out))).toContain("not what its index says");
  });

  test("a folder or a device is no bundle", async () => {
    expect(await rejection(verifyBundle(out, keys))).toContain("It is no file");
    expect(await rejection(verifyBundle("/dev/zero", keys))).toContain("It is no file");
  });
});

describe("a hostile bundle with a good signature", () => {
  test.each([
    ["a path out of the folder", "manifests/../../escaped"],
    ["an absolute path", "/etc/passwd"],
    ["a path with a line break", "manifests/a\nb"],
    ["a hidden file", "manifests/.profile"],
    ["a secret", "manifests/credentials/key"],
    ["the key that it is checked with", "manifests/upgrade.pub"],
    ["a long path", `manifests/${"a".repeat(100)}`],
    ["a deep path", "manifests/a/b/c/d/e/f/g"],
  ])("with %s is refused", async (_, path) => {
    await forge({ files: [entry("muster"), entry(path)] });
    expect(await rejection(openBundle(bundle))).toContain("The index of the bundle is wrong");
  });

  test.each([
    ["a file twice", [entry("muster"), entry("models/a"), entry("models/a")]],
    ["a file that differs by case only", [entry("muster"), entry("models/a"), entry("models/A")]],
    ["a file that is a folder, too", [entry("muster"), entry("manifests/a"), entry("manifests/a/b")]],
    ["no executable", [entry("models/a")]],
    ["an absurd size", [entry("muster"), { ...entry("models/a"), sizeBytes: 1e15 }]],
    ["a negative size", [{ ...entry("muster"), sizeBytes: -1 }]],
    ["a manifest of many megabytes", [entry("muster"), { ...entry("manifests/a"), sizeBytes: 2e6 }]],
    ["too many files", [entry("muster"), ...Array.from({ length: 1000 }, (__, n) => entry(`models/m${n}`))]],
    ["a hash that is none", [{ ...entry("muster"), sha256: "abc" }]],
  ])("that lists %s is refused", async (_, files) => {
    await forge({ files });
    expect(await rejection(openBundle(bundle))).toContain("The index of the bundle is wrong");
  });

  test.each([["../9.9.9"], ["1.0"], [""], ["1.0.0/x"]])("of the version %p is refused", async (version) => {
    await forge({ version });
    expect(await rejection(openBundle(bundle))).toContain("it has no version");
  });

  test("whose archive holds a link in place of a file is refused, and the link is not made", async () => {
    const link = tarHeader({ type: "link", path: "manifests/a", mode: 0o644, sizeBytes: 0, to: "/etc" }, 0);
    await forge({ files: [entry("muster"), { ...entry("manifests/a"), sizeBytes: 0 }] }, [
      tarHeader(fileHead("muster", 0), 0),
      link,
    ]);
    const opened = await openBundle(bundle);
    expect(await rejection(unpackBundle(opened, await bundleDigest(bundle), out))).toContain("not what its index says");
    expect(await readdir(out)).toEqual(["muster"]);
  });

  test("whose archive says another size than its index is refused", async () => {
    await forge({ files: [entry("muster")] }, [tarHeader(fileHead("muster", 0o77777777777), 0)]);
    expect(await rejection(unpackBundle(await openBundle(bundle), await bundleDigest(bundle), out))).toContain(
      "not what its index says",
    );
  });

  test("does not write through a link that lies in its way", async () => {
    await writeFile(join(folder, "victim"), "before");
    await symlink(join(folder, "victim"), join(out, "muster"));
    const { digest } = await write();
    expect(await rejection(unpackBundle(await openBundle(bundle), digest, out))).toContain("EEXIST");
    expect(await readFile(join(folder, "victim"), "utf8")).toBe("before");
  });
});

describe("the keys that a machine trusts", () => {
  test("are read from a file that only root can change", async () => {
    await writeFile(join(folder, "upgrade.pub"), pair.publicKey, { mode: 0o644 });
    expect((await trustedKeys(join(folder, "upgrade.pub"))).map((key) => key.id)).toEqual(keys.map((key) => key.id));
  });

  test("are not read from a file that others can change, or that is not there", async () => {
    await writeFile(join(folder, "upgrade.pub"), pair.publicKey);
    await runProgram(["chmod", "666", join(folder, "upgrade.pub")]);
    expect(await rejection(trustedKeys(join(folder, "upgrade.pub")))).toContain("Others than root can change the key");
    expect(await rejection(trustedKeys(join(folder, "none.pub")))).toContain("muster install --upgrade-key FILE");
  });

  test("are told where the file holds none", async () => {
    await writeFile(join(folder, "upgrade.pub"), pair.secretKey, { mode: 0o644 });
    expect(await rejection(trustedKeys(join(folder, "upgrade.pub")))).toContain("Not a minisign public key");
    await truncate(join(folder, "upgrade.pub"));
    expect(await rejection(trustedKeys(join(folder, "upgrade.pub")))).toContain("Found no minisign public key");
  });
});

function write() {
  const others = [
    { path: "manifests/agents.d/plant.yaml", from: join(folder, "agents.yaml") },
    { path: "models/model.gguf", from: join(folder, "model.gguf") },
  ];
  return writeBundle(join(folder, "program"), others, bundle);
}

async function sign(digest: Uint8Array): Promise<void> {
  await writeFile(`${bundle}.minisig`, signDigest(digest, parseSecretKey(pair.secretKey), "a test"));
}

const emptyHash = new Bun.CryptoHasher("sha256").digest("hex");

function entry(path: string): BundleIndex["files"][number] {
  return { path, sizeBytes: 0, sha256: emptyHash };
}

function fileHead(path: string, sizeBytes: number) {
  return { type: "file", path, mode: path === "muster" ? 0o755 : 0o644, sizeBytes } as const;
}

/** Writes an archive whose index says what it should not. `headers`: what follows the index. */
async function forge(index: Partial<BundleIndex>, headers: readonly Uint8Array[] = []): Promise<void> {
  const whole = {
    version: "0.2.0",
    commit: "abc",
    target: "linux-x64",
    stateFormat: 1,
    files: [entry("muster")],
    ...index,
  };
  const bytes = encodeIndex(whole);
  const pieces = [indexHeader(bytes.length), bytes, new Uint8Array(tarPadding(bytes.length)), ...headers];
  await writeFile(bundle, Buffer.concat([...pieces, new Uint8Array(1024)]));
}
