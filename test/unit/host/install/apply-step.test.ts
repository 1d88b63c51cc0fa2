import { afterEach, beforeEach, expect, test } from "bun:test";
import { mkdtemp, readdir, readFile, readlink, rm, stat, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { applyStep } from "../../../../src/host/install/apply-step.ts";

let root: string;

beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), "muster-install-"));
});

afterEach(async () => {
  await rm(root, { recursive: true });
});

const file = { type: "file", path: "/etc/m/a.yaml", mode: 0o640, content: "new\n", isConfiguration: false } as const;

test("a file gets its folder, its content and its mode, and leaves nothing beside it", async () => {
  expect(await applyStep(file, root)).toEqual({ type: "done" });
  expect(await readFile(join(root, file.path), "utf8")).toBe("new\n");
  expect((await stat(join(root, file.path))).mode & 0o777).toBe(0o640);
  expect(await readdir(join(root, "etc/m"))).toEqual(["a.yaml"]);
});

test("configuration that is there is kept, anything else replaced", async () => {
  await applyStep(file, root);
  await writeFile(join(root, file.path), "the user's\n");
  expect(await applyStep({ ...file, isConfiguration: true }, root)).toEqual({ type: "kept" });
  expect(await readFile(join(root, file.path), "utf8")).toBe("the user's\n");
  await applyStep(file, root);
  expect(await readFile(join(root, file.path), "utf8")).toBe("new\n");
});

test("a link is switched over and may be made again", async () => {
  for (const to of ["versions/1", "versions/2", "versions/2"])
    await applyStep({ type: "link", path: "/current", to }, root);
  expect(await readlink(join(root, "current"))).toBe("versions/2");
});

test("what is not there is removed all the same", async () => {
  await applyStep(file, root);
  await applyStep({ type: "remove", path: "/etc/m" }, root);
  expect(await applyStep({ type: "remove", path: "/etc/m" }, root)).toEqual({ type: "done" });
  expect(await readdir(join(root, "etc"))).toEqual([]);
});

test("a command's failure is an error, or said where it is harmless", async () => {
  const argv = ["sh", "-c", "echo broken >&2; exit 3"] as const;
  expect(applyStep({ type: "command", argv, isOptional: false }, root)).rejects.toThrow("failed: code 3: broken");
  expect(await applyStep({ type: "command", argv, isOptional: true }, root)).toEqual({
    type: "failed",
    reason: "code 3: broken",
  });
  expect(applyStep({ type: "command", argv: ["no-such-program"], isOptional: false }, root)).rejects.toThrow(
    'there is no program "no-such-program" here',
  );
});
