import { afterAll, expect, test } from "bun:test";
import { connect as connectSocket, type Socket } from "node:net";
import { startKillableRuntime } from "./killable-runtime.ts";
import { quickSubject } from "./scripted-manifest.ts";

const bigSubject = "agents.prompt.muster.kill.big";
const { nats, model, muster, caller, close } = await startKillableRuntime(bigManifest, {
  config: 'max_pending: 1MB\nwrite_deadline: "1s"',
});
model.script("big", { tokens: 20_000, piece: "x".repeat(1_000) });

afterAll(close);

function bigManifest(bus: string, modelUrl: string): string {
  return `
identity: { owner: kill }
nats: ${bus}
models:
  big: { provider: ollama, url: "${modelUrl}", model: big }
  quick: { provider: ollama, url: "${modelUrl}", model: "quick?tokens=3" }
defaults: { instructions: You answer., heartbeat: 1s }
agents:
  big: { model: big }
  quick: { model: quick }
`;
}

test("a caller that never reads costs its own stream only: nothing stays in flight, and agents answer", async () => {
  const silent = await deafCaller();
  await model.received.request((request) => request.model === "big" && request.path === "/api/chat");
  const during = await caller.call(quickSubject, "And me?").answer;
  expect(during).toMatchObject({ text: "word word word ", ends: 1, errors: [] });
  await muster.untilIdle("big", 20_000);
  silent.destroy();
  const next = await caller.answerOnceServed(quickSubject, "Still there?");
  expect(next).toMatchObject({ text: "word word word ", ends: 1, errors: [] });
}, 60_000);

/** Speaks just enough of the NATS protocol to prompt, and reads nothing after the greeting. */
async function deafCaller(): Promise<Socket> {
  const socket = connectSocket(nats.port, "127.0.0.1");
  const { promise, resolve, reject } = Promise.withResolvers<undefined>();
  socket.once("error", reject);
  socket.once("data", () => resolve(undefined));
  await promise;
  socket.removeListener("error", reject);
  socket.on("error", () => socket.destroy());
  socket.pause();
  const text = "Tell";
  socket.write('CONNECT {"verbose":false,"headers":true,"no_responders":true}\r\nSUB deaf.inbox 1\r\n');
  socket.write(`PUB ${bigSubject} deaf.inbox ${text.length}\r\n${text}\r\n`);
  return socket;
}
