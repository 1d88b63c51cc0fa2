import { afterEach, expect, test } from "bun:test";
import { EngineChild } from "../../../../src/model/builtin/engine-child.ts";

const home = process.env["HOME"];

afterEach(() => {
  if (home === undefined) delete process.env["HOME"];
  else process.env["HOME"] = home;
});

async function homeOfChild(): Promise<readonly string[]> {
  const lines: string[] = [];
  const child = new EngineChild(["sh", "-c", 'printf "%s\\n" "$HOME"']);
  await child.follow((line) => lines.push(line));
  return lines;
}

test("the engine has the home of the runtime's user", async () => {
  process.env["HOME"] = "/home/somebody";
  expect(await homeOfChild()).toEqual(["/home/somebody"]);
});

test("without a home the engine has a folder that exists: a container's user may have neither home nor name", async () => {
  delete process.env["HOME"];
  const [folder = ""] = await homeOfChild();
  expect(folder).toStartWith("/");
});
