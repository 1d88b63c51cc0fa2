import { expect, test } from "bun:test";
import { loadsHere } from "../../../../src/model/ollama/memory.ts";

test.each([
  ["http://127.0.0.1:11434", true],
  ["http://[::1]:11434", true],
  ["http://localhost:11434", true],
  ["http://192.168.1.5:11434", false],
  ["https://ollama.plant.example", false],
])("a model at %s takes memory here: %p", (url, here) => {
  expect(loadsHere(url, () => false)).toBe(here);
});

test("where a graphics card takes models, this machine's memory says nothing", () => {
  expect(loadsHere("http://127.0.0.1:11434", (path) => path === "/proc/driver/nvidia")).toBe(false);
});
