import { afterEach, beforeEach, describe, expect, test } from "bun:test";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { root } from "../../../build/paths.ts";
import { mayRun } from "../../support/may-run.ts";
import { fromSource } from "../../support/muster.ts";
import { listenForNotices, type NotifyListener } from "../../support/notify-socket.ts";
import { until } from "../../support/until.ts";

const missing = process.platform === "linux" ? undefined : "it needs Linux";

describe.if(mayRun("notices to a service manager", missing))("what a service manager hears of a runtime", () => {
  let folder: string;
  let listener: NotifyListener;
  let heard: string[];

  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), "muster-manager-"));
    listener = listenForNotices(join(folder, "notify"));
    heard = [];
  });

  afterEach(async () => {
    listener[Symbol.dispose]();
    await rm(folder, { recursive: true });
  });

  function read(): readonly string[] {
    heard.push(...listener.read());
    return heard;
  }

  async function start(manifest: string): Promise<Bun.Subprocess> {
    const file = join(folder, "agents.yaml");
    await writeFile(file, manifest);
    return Bun.spawn([...fromSource, "run", "-f", file, "--state", join(folder, "state")], {
      env: {
        ...process.env,
        NOTIFY_SOCKET: join(folder, "notify"),
        WATCHDOG_USEC: "400000",
        BUN_OPTIONS: `--preload ${join(root, "test", "fixtures", "programs", "block-loop.ts")}`,
      },
      stdio: ["ignore", "ignore", "ignore"],
    });
  }

  const agent = `models: { m: { provider: ollama, url: "http://127.0.0.1:9", model: x } }\nagents: { a: { model: m, instructions: hi } }\n`;

  test("it is ready though neither its bus nor its model is there, is alive, and says when it stops", async () => {
    const child = await start(`nats: { servers: ["nats://127.0.0.1:9"] }\n${agent}`);
    await until("life", () => read().filter((notice) => notice === "WATCHDOG=1").length >= 3);
    expect(heard[0]).toMatch(/^READY=1\nSTATUS=1 agent: 1 \w+; bus connecting, external/);
    child.kill("SIGTERM");
    expect(await child.exited).toBe(0);
    expect(read().some((notice) => notice.startsWith("STOPPING=1\nSTATUS=Draining: "))).toBe(true);
  }, 30_000);

  test("a blocked event loop is not alive, and is again when it turns", async () => {
    const child = await start(`nats: { mode: embedded, embedded: { port: 0 } }\n${agent}`);
    const beats = () => read().filter((notice) => notice === "WATCHDOG=1").length;
    await until("life", () => beats() >= 3);
    child.kill("SIGUSR2");
    await Bun.sleep(300);
    const before = beats();
    await Bun.sleep(1_000);
    expect(beats()).toBe(before);
    await until("life again", () => beats() > before);
    child.kill("SIGTERM");
    expect(await child.exited).toBe(0);
  }, 30_000);
});
