import { afterAll, beforeAll, expect, test } from "bun:test";
import { descendantsWith, isAlive } from "../../support/child-processes.ts";
import { type RunningMuster, startMuster } from "../../support/muster.ts";
import { JudgedCaller } from "../../support/judged-caller.ts";
import { type ScriptedModel, startScriptedModel } from "../../support/scripted-model.ts";
import { until } from "../../support/until.ts";
import { bundledNats, quickSubject, scriptedManifest, slowSubject } from "./scripted-manifest.ts";

let model: ScriptedModel;
let muster: RunningMuster;

beforeAll(async () => {
  model = startScriptedModel();
  muster = await startMuster({ manifest: scriptedManifest(bundledNats, model.url) });
});

afterAll(async () => {
  await muster.stop();
  await model.stop();
});

test("our process killed in the middle of an answer and started again: no orphan of the old bus, and agents answer", async () => {
  const before = await JudgedCaller.connect(await busUrl());
  const call = before.call(slowSubject, "Tell");
  await call.firstText;
  const servers = await descendantsWith(muster.pid(), "nats-server");
  expect(servers.length).toBeGreaterThan(0);
  await muster.kill();
  await before.close();
  await muster.restart();
  const now = await descendantsWith(muster.pid(), "nats-server");
  const orphans = servers.filter((pid) => !now.includes(pid));
  await until("the old server to be gone or adopted", async () => {
    const alive = await Promise.all(orphans.map(isAlive));
    return !alive.includes(true);
  });
  const after = await JudgedCaller.connect(await busUrl());
  const answer = await after.answerOnceServed(quickSubject, "Still there?");
  expect(answer).toMatchObject({ text: "word word word ", ends: 1, errors: [] });
  expect(call.soFar().ends).toBe(0);
  await after.close();
}, 60_000);

test("the model's work stops when our process is killed", async () => {
  const caller = await JudgedCaller.connect(await busUrl());
  const call = caller.call(slowSubject, "Tell");
  await call.firstText;
  const running = model.received.chats().at(-1);
  await muster.kill();
  expect(await running?.ended).toBe("aborted");
  await caller.close();
  await muster.restart();
}, 60_000);

async function busUrl(): Promise<string> {
  const { url } = (await muster.status()).bus;
  if (url === undefined) throw new Error("The runtime names no bus");
  return url;
}
