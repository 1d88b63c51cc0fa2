import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { copyFile, mkdir, readFile, rm, stat, writeFile } from "node:fs/promises";
import { existsSync } from "node:fs";
import { join } from "node:path";
import { debPackage } from "../../build/deb/deb.ts";
import { packageFiles } from "../../build/deb/package-files.ts";
import { root } from "../../build/paths.ts";
import { sourceVersion } from "../../build/source-stamp.ts";
import { hostExecutable } from "../../build/test/executables.ts";
import { installDocuments } from "../../src/cli/install-documents.ts";
import { mayRun } from "../support/may-run.ts";
import { missingForSystemd, startSystemdMachine, type SystemdMachine } from "../support/systemd-machine.ts";
import { runProgram } from "../support/run-program.ts";
import { until } from "../support/until.ts";

const missing = existsSync(hostExecutable) ? missingForSystemd() : 'the executable is not built: run "npm test"';
const limitMs = 120_000;

describe.if(mayRun("service under systemd", missing))("the service under systemd", () => {
  let machine: SystemdMachine;
  let model: Bun.Subprocess<"ignore", "pipe", "inherit">;
  let modelUrl = "";

  beforeAll(async () => {
    machine = await startSystemdMachine();
    const program = [process.execPath, join(root, "test", "support", "scripted-model.ts"), "--port", "0"];
    model = Bun.spawn([...machine.inNetwork(program)], { stdio: ["ignore", "pipe", "inherit"] });
    modelUrl = await firstLine(model.stdout);
  }, 300_000);

  afterAll(async () => {
    model.kill();
    await machine.stop();
  });

  describe("as a Debian package", () => {
    test(
      "is installed and starts, ready without an agent, a network or a model",
      async () => {
        await installDeb("1.0.0");
        expect(await property("ActiveState")).toBe("active");
        expect(await property("StatusText")).toMatch(/^No agents; bus \w+, bundled/);
        expect(await property("UnitFileState")).toBe("enabled");
        expect(await machine.expect(["id", "-un", "muster"])).toBe("muster");
        expect(await mode("/etc/muster/credentials")).toBe("700 0");
        expect(await mode("/var/lib/muster")).toStartWith("700 ");
      },
      limitMs,
    );

    test(
      "has an exposure of at most 3.0 by systemd's own count",
      async () => {
        const text = await machine.expect(["systemd-analyze", "security", "--no-pager", "muster.service"]);
        expect(Number(/Overall exposure level for muster\.service: ([\d.]+)/.exec(text)?.[1])).toBeLessThanOrEqual(3);
      },
      limitMs,
    );

    test(
      "serves an agent whose key is a credential, and says in one line how it is",
      async () => {
        await writeFile(machine.path("/etc/muster/credentials/model"), "key of the model\n", { mode: 0o600 });
        await writeFile(machine.path("/etc/muster/agents.yaml"), manifest());
        await setUnit("[Service]\nWatchdogSec=4\nRestartSec=100ms\n");
        await machine.expect(["systemctl", "restart", "muster"]);
        expect(await ask("Hello")).toBe("word word word");
        await until("the line of the status", async () =>
          (await property("StatusText")).startsWith(
            '2 agents: 2 ready; bus connected, bundled; model endpoint "m" reachable',
          ),
        );
      },
      limitMs,
    );

    test(
      "asks to be spared with its NATS server when memory runs out",
      async () => {
        expect(await property("OOMScoreAdjust")).toBe("-200");
        const server = await machine.expect(["pgrep", "-o", "nats-server"]);
        const scores = [await property("MainPID"), server].map((pid) =>
          machine.expect(["cat", `/proc/${pid}/oom_score_adj`]),
        );
        const [ours, servers] = await Promise.all(scores);
        // A kernel that lets nobody lower a score, as in some containers, leaves it at 0: for both alike.
        expect(["-200", "0"]).toContain(ours ?? "");
        expect(servers).toBe(ours);
      },
      limitMs,
    );

    test(
      "says what the unit hides from the service, and the drop-in that it prints shows it",
      async () => {
        await mkdir(machine.path("/home/ada"), { recursive: true, mode: 0o700 });
        await writeFile(machine.path("/home/ada/prompt.txt"), "You are Ada's.\n");
        const dropped = machine.path("/etc/muster/agents.d/ada.yaml");
        await writeFile(dropped, "agents:\n  ada: { model: m, instructions_file: /home/ada/prompt.txt }\n");
        const { code, stderr } = await machine.run(["muster", "check"]);
        expect(code).toBe(0);
        expect(stderr).toContain('"/home/ada/prompt.txt", which muster.service cannot see');
        await setUnit(stderr.slice(stderr.indexOf("[Service]")), "files.conf");
        expect((await machine.run(["muster", "check"])).stderr).toBe("");
        await machine.expect(["systemctl", "restart", "muster"]);
        expect(await ask("Hello", "ada")).toBe("word word word");
        await rm(dropped);
        await machine.expect(["systemctl", "restart", "muster"]);
      },
      limitMs,
    );

    test(
      "takes over a dropped-in agent by a reload and keeps its process",
      async () => {
        const pid = await property("MainPID");
        await writeFile(
          machine.path("/etc/muster/agents.d/third.yaml"),
          "agents:\n  third: { model: m, instructions: You are the third. }\n",
        );
        await machine.expect(["systemctl", "reload", "muster"]);
        await until("the third agent", async () => (await property("StatusText")).startsWith("3 agents: 3 ready"));
        expect(await property("MainPID")).toBe(pid);
        expect(await property("ActiveState")).toBe("active");
      },
      limitMs,
    );

    test(
      "takes over a changed credential by a reload, and keeps its process and its bus",
      async () => {
        const pid = await property("MainPID");
        await ask("Hello");
        expect(await keyAtModel()).toBe("Bearer key of the model");
        await writeFile(machine.path("/etc/muster/credentials/model"), "the next key\n", { mode: 0o600 });
        await machine.expect(["systemctl", "reload", "muster"]);
        await ask("Hello");
        expect(await keyAtModel()).toBe("Bearer the next key");
        await writeFile(machine.path("/etc/muster/credentials/model"), "a third key\n", { mode: 0o600 });
        await machine.expect(["muster", "reload"]);
        await ask("Hello");
        expect(await keyAtModel()).toBe("Bearer a third key");
        expect(await property("MainPID")).toBe(pid);
        expect(await mode("/run/muster")).toStartWith("700 ");
        expect(await machine.expect(["journalctl", "-u", "muster", "--no-pager"])).not.toContain("the next key");
      },
      limitMs,
    );

    test(
      "a start reads the credentials as they are then",
      async () => {
        await writeFile(machine.path("/etc/muster/credentials/model"), "key of the start\n", { mode: 0o600 });
        await machine.expect(["systemctl", "restart", "muster"]);
        await ask("Hello");
        expect(await keyAtModel()).toBe("Bearer key of the start");
      },
      limitMs,
    );

    test(
      "a reload of a broken file fails with its problem, and all goes on as it was",
      async () => {
        const pid = await property("MainPID");
        await writeFile(machine.path("/etc/muster/agents.d/third.yaml"), "agents:\n  third: { modle: m }\n");
        expect((await machine.run(["systemctl", "reload", "muster"])).code).toBe(1);
        expect(await machine.expect(["journalctl", "-u", "muster", "--no-pager"])).toContain("third.yaml:2:");
        await until("the line", async () => (await property("StatusText")).includes("1 file with problems"));
        expect([await property("MainPID"), await property("ActiveState")]).toEqual([pid, "active"]);
        expect(await ask("Hello", "third")).toBe("word word word");
        await rm(machine.path("/etc/muster/agents.d/third.yaml"));
        await machine.expect(["kill", "-HUP", pid]);
        await until("the agent's end", async () => (await property("StatusText")).startsWith("2 agents: 2 ready"));
        expect(await property("MainPID")).toBe(pid);
      },
      limitMs,
    );

    test(
      "is killed by the watchdog when it hangs, and comes back",
      async () => {
        const pid = await property("MainPID");
        await machine.expect(["kill", "-STOP", pid]);
        await until("another process", async () => ![pid, "0"].includes(await property("MainPID")), 60_000);
        await until("the service", async () => (await property("ActiveState")) === "active");
        expect(await machine.expect(["journalctl", "-u", "muster", "--no-pager"])).toContain("Watchdog timeout");
        expect(await ask("Hello")).toBe("word word word");
      },
      limitMs,
    );

    test(
      "starts a bundled server that hangs again, and goes on itself",
      async () => {
        const pid = await property("MainPID");
        const server = await machine.expect(["pgrep", "-x", "nats-server"]);
        await machine.expect(["kill", "-STOP", server]);
        const next = await until("another server", async () => {
          const { stdout } = await machine.run(["pgrep", "-x", "nats-server"]);
          return stdout.trim() !== "" && stdout.trim() !== server;
        });
        expect(next).toBe(true);
        await until("the bus", async () => (await machine.run(["muster", "ask", "assistant", "Hello"])).code === 0);
        expect(await property("MainPID")).toBe(pid);
      },
      limitMs,
    );

    test(
      "delivers the answer of a turn in flight before it stops",
      async () => {
        const answer = ask("slowly", "slow");
        await until("a turn in flight", async () => (await status()).includes('"inFlight": 1'));
        await machine.expect(["systemctl", "stop", "muster"]);
        expect(await answer).toBe("word ".repeat(30).trim());
        expect(await property("Result")).toBe("success");
        expect((await machine.run(["pgrep", "-x", "nats-server"])).stdout).toBe("");
        await machine.expect(["systemctl", "start", "muster"]);
      },
      limitMs,
    );

    test(
      "is upgraded: another process, the user's manifest as it was",
      async () => {
        const pid = await property("MainPID");
        await installDeb("1.0.1");
        expect(await property("ActiveState")).toBe("active");
        expect(await property("MainPID")).not.toBe(pid);
        expect(await readFile(machine.path("/etc/muster/agents.yaml"), "utf8")).toBe(manifest());
        expect(await ask("Hello")).toBe("word word word");
      },
      limitMs,
    );

    test(
      "is removed without its data, then purged with it",
      async () => {
        await machine.expect(["dpkg", "--remove", "muster"]);
        expect(await property("ActiveState")).toBe("inactive");
        expect(existsSync(machine.path("/etc/muster/agents.yaml"))).toBe(true);
        expect(existsSync(machine.path("/var/lib/muster/nats"))).toBe(true);
        await machine.expect(["dpkg", "--purge", "muster"]);
        for (const path of [
          "/etc/muster",
          "/var/lib/muster",
          "/usr/bin/muster",
          "/lib/systemd/system/muster.service",
        ]) {
          expect([path, existsSync(machine.path(path))]).toEqual([path, false]);
        }
        await rm(machine.path("/etc/systemd/system/muster.service.d"), { recursive: true });
      },
      limitMs,
    );
  });

  describe("by muster install", () => {
    test(
      "a dry run shows everything and touches nothing",
      async () => {
        await copyFile(hostExecutable, machine.path("/root/muster"));
        const shown = await machine.expect(["/root/muster", "install", "--dry-run"]);
        expect(shown).toContain("file /etc/systemd/system/muster.service (mode 0644)\n    [Unit]\n");
        expect(shown).toContain("command systemctl daemon-reload\n");
        expect(existsSync(machine.path("/etc/muster"))).toBe(false);
        expect(existsSync(machine.path("/usr/local/lib/muster"))).toBe(false);
      },
      limitMs,
    );

    test(
      "a prefix gets the whole tree, and nothing else is touched",
      async () => {
        await machine.expect(["/root/muster", "install", "--prefix", "/root/tree"]);
        expect(existsSync(machine.path("/root/tree/lib/systemd/system/muster.service"))).toBe(true);
        expect(existsSync(machine.path("/root/tree/usr/bin/muster"))).toBe(true);
        expect(existsSync(machine.path("/etc/muster"))).toBe(false);
      },
      limitMs,
    );

    test(
      "installs, serves, and leaves the user's files alone when it is installed again",
      async () => {
        await machine.expect(["/root/muster", "install"]);
        expect(await property("ActiveState")).toBe("active");
        await writeFile(machine.path("/etc/muster/credentials/model"), "key of the model\n", { mode: 0o600 });
        await writeFile(machine.path("/etc/muster/agents.yaml"), manifest());
        await machine.expect(["/root/muster", "install"]);
        expect(await readFile(machine.path("/etc/muster/agents.yaml"), "utf8")).toBe(manifest());
        await until("an answer", async () => (await machine.run(["muster", "ask", "assistant", "Hello"])).code === 0);
      },
      limitMs,
    );

    test(
      "is uninstalled without its data, then purged with it",
      async () => {
        await machine.expect(["muster", "uninstall"]);
        expect(existsSync(machine.path("/usr/local/bin/muster"))).toBe(false);
        expect(existsSync(machine.path("/etc/muster/agents.yaml"))).toBe(true);
        expect(existsSync(machine.path("/var/lib/muster/nats"))).toBe(true);
        await machine.expect(["/root/muster", "uninstall", "--purge"]);
        expect(existsSync(machine.path("/etc/muster"))).toBe(false);
        expect(existsSync(machine.path("/var/lib/muster"))).toBe(false);
        expect((await machine.run(["id", "muster"])).code).toBe(1);
      },
      limitMs,
    );
  });

  function manifest(): string {
    return `nats: { mode: embedded }
models:
  m: { provider: openai, url: "${modelUrl}/v1", model: scripted, api_key: "\${credential:model}" }
  slow: { provider: openai, url: "${modelUrl}/v1", model: "slow?tokens=30&delayMs=100", api_key: "\${credential:model}" }
agents:
  assistant: { model: m, instructions: You are concise. }
  slow: { model: slow, instructions: You take your time. }
`;
  }

  async function installDeb(version: string): Promise<void> {
    const mtimeS = 1_700_000_000;
    const files = await packageFiles({
      version,
      mtimeS,
      executable: hostExecutable,
      documents: await installDocuments(await sourceVersion()),
      notices: "",
      changes: "",
    });
    const architecture = process.arch === "arm64" ? "arm64" : "amd64";
    await mkdir(machine.path("/root"), { recursive: true });
    await writeFile(
      machine.path("/root/muster.deb"),
      debPackage({ version, architecture, mtimeS, compression: 1 }, files),
    );
    await machine.expect(["dpkg", "--install", "/root/muster.deb"], { limitMs });
  }

  async function setUnit(text: string, name = "test.conf"): Promise<void> {
    const folder = machine.path("/etc/systemd/system/muster.service.d");
    await mkdir(folder, { recursive: true });
    await writeFile(join(folder, name), text);
    await machine.expect(["systemctl", "daemon-reload"]);
  }

  function property(name: string): Promise<string> {
    return machine.expect(["systemctl", "show", "--value", "--property", name, "muster"]);
  }

  function ask(prompt: string, agent = "assistant"): Promise<string> {
    return machine.expect(["muster", "ask", agent, prompt]).then((answer) => answer.trim());
  }

  /** With which key the model was asked last. */
  async function keyAtModel(): Promise<string> {
    const program = `console.log((await (await fetch("${modelUrl}/control/received")).json()).authorization)`;
    const { stdout } = await runProgram([...machine.inNetwork([process.execPath, "--eval", program])]);
    return stdout.trim();
  }

  function status(): Promise<string> {
    return machine.expect(["muster", "status", "--json"]);
  }

  async function mode(path: string): Promise<string> {
    const { mode: bits, uid } = await stat(machine.path(path));
    return `${(bits & 0o777).toString(8)} ${uid}`;
  }
});

async function firstLine(stream: ReadableStream<Uint8Array>): Promise<string> {
  let text = "";
  for await (const piece of stream) {
    text += new TextDecoder().decode(piece);
    if (text.includes("\n")) break;
  }
  return text.trim();
}
