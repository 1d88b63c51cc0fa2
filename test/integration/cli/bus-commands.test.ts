// `muster ask`, `chat` and `ps` as programs against a host that says whatever the test wants.

import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { jsonRecord, jsonRecords } from "../../support/json-record.ts";
import { fromSource } from "../../support/muster.ts";
import type { RunningNatsServer } from "../../support/nats-server.ts";
import { startNatsServer } from "../../support/nats-server.ts";
import type { ProgramResult } from "../../support/run-program.ts";
import { runProgram } from "../../support/run-program.ts";
import type { Reply, ScriptedHost } from "../../support/scripted-host.ts";
import { startScriptedHost } from "../../support/scripted-host.ts";

let server: RunningNatsServer;
let host: ScriptedHost;
let folder: string;
let gone: PromiseWithResolvers<undefined>;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "muster-cli-"));
  gone = Promise.withResolvers<undefined>();
  server = await startNatsServer();
  host = await startScriptedHost(server.url, [
    { name: "echo", answer: echo, beat: { state: "ready", in_flight: 1, queued: 2 } },
    { name: "escape", answer: escape, beat: {} },
    { name: "busy", answer: busy, beat: { state: "degraded", reason: "model unreachable" } },
    { name: "mute", answer: (reply) => reply.ack() },
    { name: "asking", answer: asking },
    { name: "files", answer: files },
    { name: "twin", owner: "a", answer: echo },
    { name: "twin", owner: "b", answer: echo },
    { name: "absent" },
    { name: "old", protocolVersion: "1.0", answer: echo },
    { name: "endless", answer: endless },
    { name: "broken", owner: "" },
  ]);
});

afterAll(async () => {
  await host.stop();
  await server.stop();
  await rm(folder, { recursive: true, force: true });
});

function echo(reply: Reply): void {
  reply.ack();
  reply.send('{"type":"status","data":"working"}');
  reply.text("You said ");
  reply.text(reply.request.string());
  reply.end();
}

function escape(reply: Reply): void {
  reply.text("a\u001b]0;owned\u0007b\u001b[2Jc\n");
  reply.end();
}

function busy(reply: Reply): void {
  reply.error("429", "busy", '{"error":"busy","message":"All slots are taken","retry_after_s":3}');
  reply.end();
}

function asking(reply: Reply): void {
  reply.connection.subscribe("_INBOX.asking.1", {
    max: 1,
    callback: (_error, answer) => {
      reply.text(`You like ${answer.string()}`);
      reply.end();
    },
  });
  reply.send('{"type":"query","data":{"id":"1","reply_subject":"_INBOX.asking.1","prompt":"Which colour?"}}');
}

function files(reply: Reply): void {
  reply.send('{"type":"response","data":{"text":"here","attachments":[{"filename":"report.txt","content":"aGk="}]}}');
  reply.end();
}

/** Tells of the caller's leaving through `gone`. */
function endless(reply: Reply): void {
  reply.connection.subscribe("probe.endless", {
    callback: (_error, message) => {
      if (message.headers?.code !== 503) return;
      stop();
      gone.resolve(undefined);
    },
  });
  const stop = reply.every(20, () => {
    reply.connection.publish(reply.request.reply ?? "", '{"type":"response","data":"tick "}', {
      reply: "probe.endless",
    });
  });
}

function muster(args: readonly string[], stdin?: string): Promise<ProgramResult> {
  return runProgram([...fromSource, ...args], {
    cwd: folder,
    env: { PATH: process.env["PATH"], NATS_URL: server.url, HOME: folder },
    ...(stdin === undefined ? {} : { stdin }),
  });
}

describe("ask", () => {
  test("streams the answer to standard output, states to standard error, and exits 0", async () => {
    const { code, stdout, stderr } = await muster(["ask", "echo", "hello", "there"]);
    expect([code, stdout, stderr]).toEqual([0, "You said hello there\n", "[working]\n"]);
  });

  test("reads standard input where it says so, or where there is no prompt", async () => {
    expect((await muster(["ask", "tests/echo"], "from a pipe")).stdout).toBe("You said from a pipe\n");
    expect((await muster(["ask", "echo", "Explain:", "-"], "a log")).stdout).toBe("You said Explain:\n\na log\n");
  });

  test("prints events as JSON lines, with files as base64 and times when asked", async () => {
    const { code, stdout } = await muster(["ask", "stand-in/tests/files", "--json", "--stats", "hi"]);
    const events = stdout.trimEnd().split("\n").map(jsonRecord);
    expect(code).toBe(0);
    expect(events.map((event) => event["type"])).toEqual(["text", "attachments", "stats", "end"]);
    expect(events[1]).toEqual({ type: "attachments", attachments: [{ filename: "report.txt", content: "aGk=" }] });
  });

  test("sends files and a session in an envelope", async () => {
    await writeFile(join(folder, "note.txt"), "hi");
    const { stdout } = await muster(["ask", "echo", "--attach", "note.txt", "--session", "s1", "look"]);
    expect(JSON.parse(stdout.replace("You said ", ""))).toEqual({
      prompt: "look",
      session: "s1",
      attachments: [{ filename: "note.txt", content: "aGk=" }],
    });
  });

  test("saves the agent's files, and never over another", async () => {
    await muster(["ask", "files", "--save", "out", "hi"]);
    const { stderr } = await muster(["ask", "files", "--save", "out", "hi"]);
    expect(stderr).toContain("report-2.txt");
    expect(await readFile(join(folder, "out", "report-2.txt"), "utf8")).toBe("hi");
  });

  test("exits 1 with the agent's words when it answers with an error", async () => {
    const { code, stdout, stderr } = await muster(["ask", "busy", "hi"]);
    expect([code, stdout]).toEqual([1, ""]);
    expect(stderr).toContain("All slots are taken (429 busy); try again in 3 s");
  });

  test("prints an error as JSON with its status and fields", async () => {
    const { code, stdout } = await muster(["ask", "--json", "busy", "hi"]);
    expect(code).toBe(1);
    expect(JSON.parse(stdout)).toEqual({
      type: "error",
      code: "agent_error",
      message: "All slots are taken",
      status: 429,
      error: "busy",
      fields: { retry_after_s: 3 },
    });
  });

  test("exits 2 for a wrong command line or an address that several agents have", async () => {
    expect((await muster(["ask"])).code).toBe(2);
    expect((await muster(["ask", "echo", "--timeout", "soon", "hi"])).code).toBe(2);
    const { code, stderr } = await muster(["ask", "twin", "hi"]);
    expect(code).toBe(2);
    expect(stderr).toBe('"twin" names 2 agents; write one of them in full:\n  stand-in/a/twin\n  stand-in/b/twin\n');
  });

  test("exits 3 where no such agent is, or nobody serves it", async () => {
    const { code, stderr } = await muster(["ask", "ecko", "hi"]);
    expect(code).toBe(3);
    expect(stderr).toContain('Did you mean "stand-in/tests/echo"?');
    expect((await muster(["ask", "absent", "hi"])).code).toBe(3);
  });

  test("exits 4 when the agent falls silent, or the time is over", async () => {
    expect((await muster(["ask", "mute", "--inactivity", "100ms", "hi"])).code).toBe(4);
    expect((await muster(["ask", "mute", "--timeout", "100ms", "hi"])).code).toBe(4);
  });

  test("refuses an agent of another MAJOR, with both versions in the text", async () => {
    const { code, stderr } = await muster(["ask", "old", "hi"]);
    expect(code).toBe(1);
    expect(stderr).toContain('speaks protocol version "1.0", and this caller speaks 0.3');
  });

  test("leaves on Ctrl-C, so that the agent sees it, and exits 130", async () => {
    const child = Bun.spawn([...fromSource, "ask", "endless", "hi"], {
      env: { PATH: process.env["PATH"], NATS_URL: server.url, HOME: folder },
      cwd: folder,
      stdin: "ignore",
      stdout: "pipe",
      stderr: "ignore",
    });
    const reader = child.stdout.getReader();
    await reader.read();
    child.kill("SIGINT");
    expect(await child.exited).toBe(130);
    await gone.promise;
  });

  test("says how to reach another server when there is none", async () => {
    const { code, stderr } = await muster(["ask", "echo", "-s", "nats://127.0.0.1:1", "hi"]);
    expect(code).toBe(1);
    expect(stderr).toContain("connection refused");
    expect(stderr).toContain("--server URL");
  });

  test.each([
    { words: ["chat", "echo"] },
    { words: ["ps", "--watch"] },
    { words: ["submit", "--wait", "a/b/echo", "hi"] },
  ])(
    "says so, too, of a command that stays once it is connected: $words",
    async ({ words }) => {
      const { code, stderr } = await muster([...words, "-s", "nats://127.0.0.1:1"]);
      expect(code).toBe(1);
      expect(stderr).toContain("connection refused");
    },
    20_000,
  );

  test("leaves bytes as they are when standard output is no terminal", async () => {
    expect((await muster(["ask", "escape", "hi"])).stdout).toBe("a\u001b]0;owned\u0007b\u001b[2Jc\n");
  });
});

describe("chat", () => {
  test("keeps one conversation, attaches files, and answers questions with the next line", async () => {
    await writeFile(join(folder, "note.txt"), "hi");
    const { code, stdout } = await muster(["chat", "echo", "--session", "s9"], "one\n/attach note.txt\ntwo\n/exit\n");
    const said = stdout
      .trimEnd()
      .split("\n")
      .map((line): unknown => JSON.parse(line.replace("You said ", "")));
    expect(code).toBe(0);
    expect(said).toEqual([
      { prompt: "one", session: "s9" },
      { prompt: "two", session: "s9", attachments: [{ filename: "note.txt", content: "aGk=" }] },
    ]);
    expect((await muster(["chat", "asking"], "hi\nblue\n/exit\n")).stdout).toBe("You like blue\n");
  });

  test("goes on after an error, and ends with its input", async () => {
    const { code, stderr } = await muster(["chat", "busy"], "hi\n/nonsense\n");
    expect(code).toBe(0);
    expect(stderr).toContain("All slots are taken");
    expect(stderr).toContain('There is no "/nonsense" here');
  });
});

describe("ps", () => {
  test("lists every agent with its state, and names records that cannot be used", async () => {
    const { code, stdout, stderr } = await muster(["ps"]);
    expect(code).toBe(0);
    expect(stdout).toMatch(/^AGENT +OWNER +NAME +STATE +LAST BEAT +VERSION +INSTANCES +IN USE +NOTE\n/);
    expect(stdout).toMatch(/stand-in +tests +echo +ready +0 s ago +1\.2\.3 +1 +1 \+ 2\n/);
    expect(stdout).toMatch(/stand-in +tests +busy +degraded .* model unreachable\n/);
    expect(stdout).toMatch(/stand-in +tests +mute +silent +never /);
    expect(stdout).toMatch(/stand-in +tests +old .* speaks protocol 1\.0, not 0\.3: cannot be asked\n/);
    expect(stdout).toMatch(/stand-in +\? +instance-11 +unusable .* cannot be asked: metadata has no owner\n/);
    expect(stderr).toBe("");
  });

  test("prints the same as JSON", async () => {
    const { stdout } = await muster(["ps", "--json"]);
    const list = jsonRecord(stdout);
    expect(list).toMatchObject({
      server: server.url,
      unusable: [{ instance_id: "instance-11", problem: "metadata has no owner" }],
    });
    const agent = jsonRecords(list["agents"]).find(({ name }) => name === "echo");
    expect(agent).toMatchObject({ state: "ready", versions: ["1.2.3"] });
  });

  test("is quiet when its reader leaves", async () => {
    const { code, stderr } = await runProgram(["sh", "-c", '"$0" "$@" | head -c 1', ...fromSource, "ps", "--json"], {
      cwd: folder,
      env: { PATH: process.env["PATH"], NATS_URL: server.url, HOME: folder },
    });
    expect([code, stderr]).toEqual([0, ""]);
  });
});
