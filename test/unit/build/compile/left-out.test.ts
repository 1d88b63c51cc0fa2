import { expect, test } from "bun:test";
import { leftOut } from "../../../../build/compile/left-out.ts";
import { root } from "../../../../build/paths.ts";

/** Exports with a name of their own: `default`, and what the language has too, say nothing. */
const names = leftOut
  .flatMap((each) => each.names)
  .filter((name) => name !== "default" && Reflect.get(globalThis, name) === undefined);

test("nothing of ours names what the executable leaves out", async () => {
  const found: string[] = [];
  for await (const path of new Bun.Glob("src/**/*.ts").scan(root)) {
    const text = await Bun.file(`${root}/${path}`).text();
    found.push(...names.filter((name) => new RegExp(`\\b${name}\\b`).test(text)).map((name) => `${path}: ${name}`));
  }
  expect(names.length).toBeGreaterThan(1);
  expect(found).toEqual([]);
});
