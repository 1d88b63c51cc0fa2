import { afterAll, expect, test } from "bun:test";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { availableMachineBytes, availableMemory } from "../../../src/host/available-memory.ts";

const MB = 1024 ** 2;
const folder = mkdtempSync(join(tmpdir(), "muster-memory-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

let machines = 0;

function machine(files: Readonly<Record<string, string>>) {
  const top = join(folder, String(++machines));
  const where = { proc: join(top, "proc"), cgroups: join(top, "cgroup") };
  for (const [name, text] of Object.entries(files)) {
    mkdirSync(dirname(join(top, name)), { recursive: true });
    writeFileSync(join(top, name), text);
  }
  return where;
}

const meminfo = ["MemTotal:        1024000 kB", "MemFree:          10240 kB", "MemAvailable:     512000 kB"].join("\n");

test("what is available is what the kernel says, and free swap", () => {
  expect(availableMemory(machine({ "proc/meminfo": `${meminfo}\nSwapFree:          102400 kB\n` }))).toEqual({
    machineBytes: 600 * MB,
    ownBytes: 600 * MB,
    totalBytes: 1000 * MB,
  });
});

test("a control group above this process bounds what it may take, its file pages counted as free", () => {
  const where = machine({
    "proc/meminfo": meminfo,
    "proc/self/cgroup": "0::/system.slice/muster.service\n",
    "cgroup/system.slice/memory.max": `${200 * MB}\n`,
    "cgroup/system.slice/memory.current": `${150 * MB}\n`,
    "cgroup/system.slice/memory.stat": `anon 1\ninactive_file ${20 * MB}\nactive_file ${10 * MB}\nfile 999\n`,
    "cgroup/system.slice/muster.service/memory.max": "max\n",
    "cgroup/system.slice/muster.service/memory.current": `${10 * MB}\n`,
  });
  expect(availableMemory(where)).toEqual({ machineBytes: 500 * MB, ownBytes: 80 * MB, totalBytes: 200 * MB });
});

test("a group that is over its limit leaves nothing, not less than nothing", () => {
  const where = machine({
    "proc/meminfo": meminfo,
    "proc/self/cgroup": "0::/\n",
    "cgroup/memory.max": "1000\n",
    "cgroup/memory.current": "2000\n",
  });
  expect(availableMemory(where)?.ownBytes).toBe(0);
});

test("a system that does not tell has no answer", () => {
  expect(availableMemory(machine({}))).toBeUndefined();
});

test("the machine's alone is the same number, and nothing where the system does not tell", () => {
  const where = machine({ "proc/meminfo": `${meminfo}\nSwapFree:          102400 kB\n` });
  expect(availableMachineBytes(where)).toBe(600 * MB);
  expect(availableMachineBytes(machine({}))).toBeUndefined();
});
