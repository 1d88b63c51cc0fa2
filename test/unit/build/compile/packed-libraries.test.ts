import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { packedLibraries, packedLibrariesPlugin, packLibrary } from "../../../../build/compile/packed-libraries.ts";
import { root } from "../../../../build/paths.ts";

let folders = "";
beforeAll(() => {
  folders = mkdtempSync(join(tmpdir(), "muster-packed-"));
});
afterAll(() => rmSync(folders, { recursive: true, force: true }));

describe("packed libraries", () => {
  test.each(packedLibraries)(
    "%s gives what the package gives, and little of it is outside of its blob",
    async (specifier) => {
      const folder = mkdtempSync(join(folders, "one-"));
      const program = join(folder, "program.ts");
      writeFileSync(
        program,
        `const library = await import(${JSON.stringify(specifier)});
        console.log(JSON.stringify(Object.keys(library).filter((name) => library[name] !== undefined).sort()));`,
      );
      const built = await Bun.build({
        entrypoints: [program],
        outdir: join(folder, "out"),
        target: "bun",
        plugins: [packedLibrariesPlugin([await packLibrary(specifier, folder)])],
      });
      const code = built.outputs.filter(({ path }) => path.endsWith(".js"));
      expect(code.reduce((sum, { size }) => sum + size, 0)).toBeLessThan(10_000);
      // An executable has its files under absolute names.
      const ran = Bun.spawnSync([process.execPath, "program.js"], { cwd: join(folder, "out"), stderr: "inherit" });
      expect(JSON.parse(ran.stdout.toString())).toEqual(await namesOf(specifier));
    },
    60_000,
  );

  test("are imported where they are needed only: no module of ours imports one when it is loaded", async () => {
    const found: string[] = [];
    for await (const path of new Bun.Glob("src/**/*.ts").scan(root)) {
      const imports = new Bun.Transpiler({ loader: "ts" }).scanImports(await Bun.file(join(root, path)).text());
      for (const { path: name, kind } of imports)
        if (kind !== "dynamic-import" && packedLibraries.some((each) => name === each || name.startsWith(`${each}/`)))
          found.push(`${path}: ${name}`);
    }
    expect(found).toEqual([]);
  });
});

async function namesOf(specifier: string): Promise<readonly string[]> {
  const module: unknown = await import(Bun.resolveSync(specifier, root));
  return typeof module === "object" && module !== null ? Object.keys(module).sort() : [];
}
