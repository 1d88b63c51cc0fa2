import { afterAll, beforeAll, expect, test } from "bun:test";
import { createUser } from "@nats-io/nkeys";
import { BusError, CallError, connect, type Connection, discover, prompt } from "../../../src/library/client.ts";
import { type Chunk, decodeChunk, type PromptRequest } from "../../../src/library/protocol.ts";
import { type Handler, serve, type Service, ServiceError } from "../../../src/library/service.ts";
import { freePort } from "../../support/free-port.ts";
import { type RunningNatsServer, startNatsServer } from "../../support/nats-server.ts";
import { type RawAnswer, rawCaller } from "../../support/raw-caller.ts";
import { rejection, rejectionError } from "../../support/rejection.ts";

let server: RunningNatsServer;
let connection: Connection;

beforeAll(async () => {
  server = await startNatsServer();
  connection = await connect({ servers: server.url });
});

afterAll(async () => {
  await connection.close();
  await server.stop();
});

let count = 0;

async function served(handler: Handler, onError?: (error: unknown) => void): Promise<Service> {
  const told = onError === undefined ? {} : { onError };
  return serve(connection, { name: `agent-${++count}`, owner: "tests", ...told }, handler);
}

async function failure(service: Service): Promise<CallError> {
  const error = await rejectionError(prompt(connection, service.address, "hello").text());
  if (error instanceof CallError) return error;
  throw error;
}

function answerText(answer: PromptRequest | undefined): string {
  return answer?.prompt ?? "nobody";
}

function questions({ frames }: RawAnswer): Extract<Chunk, { type: "query" }>[] {
  return frames.map(({ body }) => decodeChunk(body)).filter((chunk) => chunk.type === "query");
}

test("a server that is not there is an error that says what to do", async () => {
  const port = await freePort();
  const error = await rejectionError(connect({ servers: `nats://127.0.0.1:${port}` }));
  expect(error).toBeInstanceOf(BusError);
  expect(String(error)).toContain("connection refused. Start nats-server there");
});

test("one that comes later is waited for when asked to, and found again after it was away", async () => {
  const late = await startNatsServer();
  await late.kill();
  const opening = connect({ servers: late.url, waitForServer: true });
  await late.restart();
  const mine = await opening;
  const service = await serve(mine, { name: "late", owner: "tests" }, () => Promise.resolve("still here"));
  const back = Promise.withResolvers<undefined>();
  let wasAway = false;
  mine.onStatus(({ state }) => {
    wasAway ||= state === "reconnecting";
    if (wasAway && state === "connected") back.resolve(undefined);
  });
  await late.restart();
  await back.promise;
  expect(await prompt(mine, service.address, "hello").text()).toBe("still here");
  await mine.close();
  await late.stop();
}, 60_000);

test("what a handler throws is the caller's error: its own word when it is one for callers, else none of its text", async () => {
  const thrown: unknown[] = [];
  const refusing = await served(() =>
    Promise.reject<undefined>(new ServiceError(404, "model_not_found", "No such part")),
  );
  const broken = await served(
    () => Promise.reject<undefined>(new Error("secret detail")),
    (error) => thrown.push(error),
  );
  expect((await failure(refusing)).received).toMatchObject({
    code: 404,
    error: "model_not_found",
    message: "No such part",
  });
  const internal = await failure(broken);
  expect(internal.received).toMatchObject({ code: 500, error: "internal" });
  expect(internal.message).not.toContain("secret");
  expect(thrown).toEqual([new Error("secret detail")]);
});

test("a degraded service refuses with its reason, is shown with it, and serves again when it is well", async () => {
  const service = await served(() => Promise.resolve("fine"));
  service.degrade("Out of paper", 7);
  const error = await failure(service);
  expect(error.received).toMatchObject({ message: "Out of paper", fields: { retry_after_s: 7 } });
  const [shown] = await discover(connection, { owner: "tests", name: service.address.split("/")[2] ?? "" });
  expect(shown).toMatchObject({ state: "degraded", reason: "Out of paper" });
  service.recover();
  expect(await prompt(connection, service.address, "hello").text()).toBe("fine");
});

test("stopping lets the prompt in work finish, and takes no other", async () => {
  const entered = Promise.withResolvers<undefined>();
  const leave = Promise.withResolvers<undefined>();
  const service = await served(async () => {
    entered.resolve(undefined);
    await leave.promise;
    return "finished";
  });
  const answer = prompt(connection, service.address, "hello").text();
  await entered.promise;
  const stopped = service.stop();
  leave.resolve(undefined);
  expect(await answer).toBe("finished");
  await stopped;
  expect((await failure(service)).code).toBe("no_such_agent");
});

test("§7 questions reach a caller of another make; several are open, each answer finds its own", async () => {
  const service = await served(async ({ ask }) => {
    const [first, second] = await Promise.all([ask("First?"), ask("Second?")]);
    return `${first?.prompt ?? ""} then ${second?.prompt ?? ""}`;
  });
  const caller = await rawCaller(server.url);
  const stream = caller.prompt(service.promptSubject, "hello");
  const asked = questions(await stream.until((answer) => questions(answer).length === 2));
  expect(new Set(asked.map(({ id }) => id)).size).toBe(2);
  for (const { replySubject, prompt: text } of asked.toReversed()) {
    caller.nats.publish(replySubject, text === "First?" ? '{"prompt":"one"}' : "two");
  }
  expect((await stream.done).text()).toBe("one then two");
  await caller.close();
});

test("no answer in time is undefined, a malformed one is an error of the handler's, and neither holds the stream", async () => {
  const silent = await served(async ({ ask }) => answerText(await ask("Anyone?", { timeoutMs: 50 })));
  const strict = await served(async ({ ask }) => answerText(await ask("Well?")));
  expect(await prompt(connection, silent.address, "hello").text()).toBe("nobody");
  const caller = await rawCaller(server.url);
  const stream = caller.prompt(strict.promptSubject, "hello");
  const [asked] = questions(await stream.until((answer) => questions(answer).length === 1));
  caller.nats.publish(asked?.replySubject ?? "", '{"no":"prompt"}');
  expect((await stream.done).error()).toMatchObject({ code: "400", error: "invalid_envelope" });
  await caller.close();
});

test("a question that no message can hold is the stream's error", async () => {
  const service = await served(async ({ ask }) => answerText(await ask("x".repeat(2_000_000), { timeoutMs: 50 })));
  expect((await failure(service)).received).toMatchObject({ code: 500, error: "answer_too_large" });
});

test("an address that makes no subject is refused with what is accepted", async () => {
  const wrong = serve(connection, { name: "No Name", owner: "tests" }, () => Promise.resolve("never"));
  expect(await rejection(wrong)).toStartWith('Cannot use "No Name" in an address; use 1 to 63 characters');
});

test("prompts are signed by the key of the connection; a service that wants that serves them, knows who it was, and refuses others", async () => {
  const user = createUser();
  const signed = await startNatsServer({
    config: `authorization { users: [ { nkey: ${user.getPublicKey()} }, { user: plain, password: plain } ] }`,
  });
  const nkeySeed = new TextDecoder().decode(user.getSeed());
  const mine = await connect({ servers: signed.url, nkeySeed });
  const handler: Handler = ({ sender }) => Promise.resolve(sender.trust === "verified" ? sender.sender.user : "nobody");
  const service = await serve(mine, { name: "strict", owner: "tests", callers: { trust: "signed" } }, handler);
  expect(await prompt(mine, service.address, "hello").text()).toBe(user.getPublicKey());
  const other = await connect({ servers: signed.url, user: "plain", password: "plain" });
  const error = await rejectionError(prompt(other, service.address, "hello").text());
  expect(error).toBeInstanceOf(CallError);
  expect(String(error)).toContain("connect with an NKEY or a credentials file");
  await other.close();
  await mine.close();
  await signed.stop();
}, 60_000);

test("a handler knows what its answer must keep to", async () => {
  const service = await served(({ limits }) => Promise.resolve(JSON.stringify(limits)));
  expect(JSON.parse(await prompt(connection, service.address, "hello").text())).toEqual({
    deadlineMs: 300_000,
    messageBytes: 1024 * 1024,
  });
});
