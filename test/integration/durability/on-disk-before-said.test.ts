// The order of writes, flushes and answers, as the system saw it: what we say is kept was on disk before, and each file of ours appears whole.

import { connect, headers, nkeyAuthenticator } from "@nats-io/transport-node";
import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { mkdtemp, readFile, realpath, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { mayRun } from "../../support/may-run.ts";
import { fromSource, type RunningMuster, startMuster } from "../../support/muster.ts";
import { runProgram } from "../../support/run-program.ts";
import { type ScriptedModel, startScriptedModel } from "../../support/scripted-model.ts";
import { root } from "../../../build/paths.ts";
import type { Step } from "../../../src/host/install/step.ts";
import { runningBus } from "../../../src/bus/bundled/bus-file.ts";
import { until } from "../../support/until.ts";
import {
  descriptorPath,
  hasEnded,
  namedPaths,
  readTrace,
  straceArgv,
  straceMissing,
  type SystemCall,
} from "../../support/strace.ts";

const jobs = 10;
const dropIn = "agents:\n  second: { model: worker }\n";

describe.if(mayRun("the order of writes and flushes", straceMissing()))("on disk before it is said", () => {
  let folder: string;
  let model: ScriptedModel;
  let calls: readonly SystemCall[];

  beforeAll(async () => {
    folder = await realpath(await mkdtemp(join(tmpdir(), "muster-order-")));
    model = startScriptedModel();
    calls = await traceOfWork(folder, model);
  }, 120_000);
  afterAll(async () => {
    await model.stop();
    await rm(folder, { recursive: true, force: true });
  });

  const files: readonly (readonly [what: string, path: RegExp])[] = [
    ["the mark of the state's format", /\/state\/format\.json$/],
    ["the last good form of the manifest", /\/state\/last-good\/[0-9a-f]{32}\.json$/],
    ["the runtime's key", /\/state\/nats\/runtime\.nk$/],
    ["the callers' key", /\/state\/nats\/caller\.nk$/],
    ["the NATS context", /\/state\/nats-config\/nats\/context\/muster\.json$/],
    ["an installed executable", /\/lib\/versions\/1\/muster$/],
    ["an installed file", /\/lib\/muster\.service$/],
    ["a backup", /\/backup\.tar$/],
    ["the decision of a restore", /\/restored\/restore\.json$/],
    ["a drop-in that is added", /\/agents\.d\/second\.yaml$/],
  ];
  test.each(files)("%s is flushed, renamed into place, and its folder flushed", (_what, path) => {
    const renames = calls.filter((call) => call.name.startsWith("rename") && path.test(namedPaths(call)[1] ?? ""));
    expect(renames.length).toBeGreaterThan(0);
    for (const rename of renames) expect(problemOf(rename, calls)).toBeUndefined();
  });

  test("all that a restore unpacks is flushed before its decision, and what it moved before it says so", () => {
    const [decided, ended] = ["rename", "unlink"].map((name) =>
      calls.find(
        (call) =>
          call.name.startsWith(name) && namedPaths(call).some((path) => path.endsWith("/restored/restore.json")),
      ),
    );
    const unpacked = calls.filter((call) => isWrite(call) && descriptorPath(call).includes("/restored/restore.new/"));
    expect(unpacked.length).toBeGreaterThan(3);
    for (const write of unpacked) {
      const flush = calls.find((call) => isFlush(call, descriptorPath(write)) && call.startedAt > write.endedAt);
      expect(flush?.endedAt).toBeLessThan(decided?.startedAt ?? 0);
    }
    const moves = calls.filter(
      (call) => call.name.startsWith("rename") && namedPaths(call)[0]?.includes("/restored/restore.new/"),
    );
    expect(moves.length).toBeGreaterThan(1);
    const lastMove = moves.at(-1)?.endedAt ?? 0;
    const isFlushed = calls.some(
      (call) =>
        call.name === "fsync" &&
        descriptorPath(call).endsWith("/restored") &&
        call.startedAt > lastMove &&
        call.endedAt < (ended?.startedAt ?? 0),
    );
    expect(isFlushed).toBe(true);
  });

  test("the link that says which version serves is flushed into its folder", () => {
    const renames = calls.filter(
      (call) => call.name.startsWith("rename") && namedPaths(call)[1]?.endsWith("/lib/current"),
    );
    expect(renames.length).toBe(1);
    for (const rename of renames) {
      const above = dirname(namedPaths(rename)[1] ?? "");
      expect(calls.some((call) => isFlush(call, above) && call.startedAt > rename.endedAt)).toBe(true);
    }
  });

  test("each folder that is made is flushed into the one above it", () => {
    const made = calls.filter(
      ({ name, args }) => name.startsWith("mkdir") && /"[^"]*\/state(\/nats|\/last-good)?"/.test(args),
    );
    expect(made.length).toBe(3);
    for (const call of made) {
      const above = join(namedPaths(call)[0] ?? "", "..");
      expect(calls.some((later) => isFlush(later, above) && later.startedAt > call.endedAt)).toBe(true);
    }
  });

  test("a drop-in that is removed is gone from its folder on disk", () => {
    const removals = calls.filter(
      ({ name, args }) => name.startsWith("unlink") && args.includes("/agents.d/second.yaml"),
    );
    expect(removals.length).toBe(1);
    for (const removal of removals) {
      const above = dirname(namedPaths(removal)[0] ?? "");
      expect(calls.some((call) => isFlush(call, above) && call.startedAt > removal.endedAt)).toBe(true);
    }
  });

  test.each(Array.from({ length: jobs }, (_, index) => index))(
    "job %d is acknowledged after its message was flushed",
    (index) => {
      const stored = calls.find(
        (call) => isWrite(call) && isBlock(call) && call.args.includes(`the words of job ${index}.`),
      );
      const acknowledged = calls.find(
        (call) =>
          isWrite(call) && isSocket(call) && call.args.includes(`job-${index}-kept`) && call.args.includes("seq"),
      );
      expect(stored).toBeDefined();
      expect(acknowledged).toBeDefined();
      if (stored === undefined || acknowledged === undefined) return;
      const flush = calls.find((call) => isFlush(call, descriptorPath(stored)) && call.startedAt > stored.endedAt);
      expect(flush?.endedAt).toBeLessThan(acknowledged.startedAt);
    },
  );
});

/** A runtime that starts, is left jobs, and has a drop-in added and removed. */
async function traceOfWork(folder: string, { url }: ScriptedModel): Promise<readonly SystemCall[]> {
  const file = join(folder, "run.trace");
  const muster = await startMuster({
    manifest: manifest(url),
    program: [...straceArgv(file, true), ...fromSource],
    readyWithinMs: 60_000,
  });
  try {
    await leaveJobs(muster);
    await writeFile(join(folder, "second.yaml"), dropIn);
    const backup = join(folder, "backup.tar");
    const ofManifest = ["-f", join(muster.folder, "agents.yaml"), "--state", muster.stateDirectory];
    await trace(folder, ["add", join(folder, "second.yaml"), ...ofManifest]);
    await trace(folder, ["remove", "second.yaml", ...ofManifest]);
    await trace(folder, ["backup", backup, "--state", muster.stateDirectory]);
    await trace(folder, ["restore", backup, "--state", join(folder, "restored")]);
    await installSteps(folder);
    const pid = muster.pid();
    await muster.terminate();
    await until("the trace's end", () => hasEnded(file, pid));
    const traces: SystemCall[] = [];
    for (const name of ["run", "add", "remove", "backup", "restore", "install"]) {
      traces.push(...(await readTrace(join(folder, `${name}.trace`), traces.at(-1)?.endedAt)));
    }
    return traces;
  } finally {
    await muster.stop();
  }
}

/** As a bare client, with a reply subject of its own for each acknowledgement. */
async function leaveJobs({ stateDirectory }: RunningMuster): Promise<void> {
  const bus = runningBus(stateDirectory);
  if (bus?.nkeyFile === undefined) throw new Error("There is no bundled server with keys");
  const seed = (await readFile(bus.nkeyFile, "utf8")).trim();
  const nats = await connect({ servers: bus.url, authenticator: nkeyAuthenticator(new TextEncoder().encode(seed)) });
  try {
    const kept = new Set<string>();
    nats.subscribe("_INBOX.order.*", {
      callback: (_error, message) => {
        if (message.string().includes('"seq"')) kept.add(message.subject);
      },
    });
    for (let index = 0; index < jobs; index++) {
      const reply = `_INBOX.order.job-${index}-kept`;
      const id = headers();
      id.set("Nats-Msg-Id", `order-${index}`);
      await until(`job ${index} to be kept`, () => {
        nats.publish("muster.jobs.muster.order.first", `the words of job ${index}.`, { reply, headers: id });
        return kept.has(reply);
      });
    }
  } finally {
    await nats.close();
  }
}

async function trace(folder: string, args: readonly [string, ...string[]]): Promise<void> {
  const argv = [...straceArgv(join(folder, `${args[0]}.trace`)), ...fromSource, ...args];
  const { code, stderr } = await runProgram(argv, { cwd: folder });
  if (code !== 0) throw new Error(`${args.join(" ")} ended with ${code}: ${stderr}`);
}

/** What an installation does with files, in a folder of ours. */
async function installSteps(folder: string): Promise<void> {
  const steps: readonly Step[] = [
    { type: "copy", path: "/lib/versions/1/muster", mode: 0o755, from: join(folder, "second.yaml") },
    { type: "link", path: "/lib/current", to: "versions/1" },
    { type: "file", path: "/lib/muster.service", mode: 0o644, content: "[Unit]", isConfiguration: false },
  ];
  const program = `import { applyStep } from ${JSON.stringify(join(root, "src/host/install/apply-step.ts"))};
    for (const step of ${JSON.stringify(steps)}) await applyStep(step, ${JSON.stringify(folder)});`;
  const argv = [...straceArgv(join(folder, "install.trace")), process.execPath, "-e", program];
  const { code, stderr } = await runProgram(argv);
  if (code !== 0) throw new Error(`The steps ended with ${code}: ${stderr}`);
}

/** What is wrong with the way that a rename puts a file in its place. */
function problemOf(rename: SystemCall, calls: readonly SystemCall[]): string | undefined {
  const [from = "", to = ""] = namedPaths(rename);
  const lastWrite = calls.findLast((call) => isWriteTo(call, from) && call.endedAt < rename.startedAt);
  if (lastWrite === undefined) return "nothing was written";
  const isBefore = calls.some(
    (call) => isFlush(call, from) && call.startedAt > lastWrite.endedAt && call.endedAt < rename.startedAt,
  );
  if (!isBefore) return "not flushed before it was renamed";
  const isAfter = calls.some((call) => isFlush(call, dirname(to)) && call.startedAt > rename.endedAt);
  return isAfter ? undefined : "its folder was not flushed";
}

function isFlush(call: SystemCall, path: string): boolean {
  return (call.name === "fsync" || call.name === "fdatasync") && descriptorPath(call) === path;
}

function isWriteTo(call: SystemCall, path: string): boolean {
  const isCopy = call.name === "copy_file_range" || call.name === "sendfile";
  return isCopy ? call.args.includes(`<${path}>`) : isWrite(call) && descriptorPath(call) === path;
}

function isWrite({ name }: SystemCall): boolean {
  return ["write", "pwrite64", "writev", "pwritev", "sendto", "sendmsg"].includes(name);
}

function isBlock(call: SystemCall): boolean {
  return descriptorPath(call).endsWith(".blk");
}

function isSocket(call: SystemCall): boolean {
  return descriptorPath(call).startsWith("socket:");
}

function manifest(modelUrl: string): string {
  return `
identity: { owner: order }
nats: { mode: embedded, embedded: { port: 0, auth: nkey } }
endpoints:
  scripted: { provider: ollama, url: "${modelUrl}" }
models:
  worker: { endpoint: scripted, model: "worker?tokens=3" }
agents:
  first: { model: worker }
`;
}
