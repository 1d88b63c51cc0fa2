import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { existsSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { debPackage } from "../../build/deb/deb.ts";
import { packageFiles } from "../../build/deb/package-files.ts";
import { hostExecutable } from "../../build/test/executables.ts";
import { installDocuments } from "../../src/cli/install-documents.ts";
import { mayRun } from "../support/may-run.ts";
import { runProgram } from "../support/run-program.ts";

const programs = ["lintian", "dpkg-deb"].filter((name) => Bun.which(name) === null);
const missing = existsSync(hostExecutable)
  ? programs.length === 0
    ? undefined
    : `not installed: ${programs.join(", ")}`
  : 'the executable is not built: run "npm test"';

describe.if(mayRun("Debian package", missing))("the Debian package", () => {
  let folder: string;
  let deb: string;

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), "muster-deb-"));
    deb = join(folder, "muster_1.0.0_amd64.deb");
    const documents = await installDocuments("1.0.0");
    const mtimeS = 1_700_000_000;
    const input = { version: "1.0.0", mtimeS, executable: hostExecutable, documents, notices: "n\n", changes: "c\n" };
    const facts = { version: "1.0.0", architecture: "amd64", mtimeS, compression: 1 } as const;
    await writeFile(deb, debPackage(facts, await packageFiles(input)));
  }, 120_000);

  afterAll(async () => {
    await rm(folder, { recursive: true });
  });

  test("dpkg reads its fields and its files", async () => {
    const fields = await runProgram(["dpkg-deb", "--field", deb, "Package", "Version", "Architecture"]);
    expect(fields.stdout).toBe("Package: muster\nVersion: 1.0.0\nArchitecture: amd64\n");
    const { stdout } = await runProgram(["dpkg-deb", "--contents", deb]);
    expect(stdout).toMatch(/^-rwxr-xr-x root\/root .* \.\/usr\/bin\/muster$/m);
    expect(stdout).toMatch(/^drwx------ root\/root .* \.\/etc\/muster\/credentials\/$/m);
  });

  test("lintian finds nothing but what has its reason", async () => {
    const levels = ["--display-info", "--fail-on", "error,warning,info", "--allow-root"];
    const { code, stdout } = await runProgram(["lintian", ...levels, deb], { limitMs: 240_000 });
    expect([code, stdout]).toEqual([0, ""]);
  }, 300_000);
});
