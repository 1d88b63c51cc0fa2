// A prompt that is sent again with its `request_id` is not run again.

import { afterAll, beforeAll, expect, test } from "bun:test";
import type { PromptHandler } from "../../../../src/bus/serving/service-port.ts";
import { eventually } from "../../../support/bus-host.ts";
import { openServedBus, type ServedBus } from "../../../support/served-bus.ts";

let served: ServedBus;
let count = 0;

beforeAll(async () => {
  served = await openServedBus();
});

afterAll(() => served.close());

interface Script {
  readonly handler: PromptHandler;
  /** Handlers that were begun. */
  runs(): number;
  /** Those whose signal fired. */
  stopped(): number;
  /** Lets all of them end. */
  goOn(): void;
}

/** Says "one ", waits to be told, says "two". */
function halting(): Script {
  const gate = Promise.withResolvers<undefined>();
  let runs = 0;
  let stopped = 0;
  return {
    runs: () => runs,
    stopped: () => stopped,
    goOn: () => gate.resolve(undefined),
    handler: async function* (_, signal) {
      runs++;
      signal.addEventListener("abort", () => stopped++);
      yield { type: "text", text: "one " };
      await Promise.race([
        gate.promise,
        new Promise((resolve) => {
          signal.addEventListener("abort", resolve);
        }),
      ]);
      yield { type: "attachments", attachments: [{ filename: "a.txt", data: new TextEncoder().encode("file") }] };
      yield { type: "text", text: "two" };
      yield { type: "end" };
    },
  };
}

function serve(handler: PromptHandler, spec: { readonly dedupeMs?: number } = {}) {
  return served.bus.serve(
    { address: { agent: "muster", owner: "tests", name: `repeat-${++count}` }, ...spec },
    handler,
  );
}

function envelope(fields: Record<string, unknown> = {}): string {
  return JSON.stringify({ prompt: "p", session: "s", request_id: "r", ...fields });
}

test("one that comes while the first runs hears it from the start, and both get one end", async () => {
  const script = halting();
  const { promptSubject } = await serve(script.handler);
  const first = served.caller.prompt(promptSubject, envelope());
  await first.until((answer) => answer.text() === "one ");
  const second = served.caller.prompt(promptSubject, envelope());
  await second.until((answer) => answer.text() === "one ");
  script.goOn();
  for (const answer of await Promise.all([first.done, second.done])) {
    expect(answer.text()).toBe("one two");
    expect(answer.attachments()).toHaveLength(1);
    expect(answer.statuses().filter((status) => status === "ack")).toHaveLength(1);
  }
  expect(script.runs()).toBe(1);
});

test("one that comes afterwards gets the same answer, whole, and nothing runs", async () => {
  const script = halting();
  const agent = await serve(script.handler);
  script.goOn();
  const first = await served.caller.prompt(agent.promptSubject, envelope()).done;
  agent.setHealth({ state: "starting" });
  const again = await served.caller.prompt(agent.promptSubject, envelope()).done;
  expect(again.text()).toBe(first.text());
  expect(again.attachments()).toEqual(first.attachments());
  expect(again.statuses()).toEqual(["ack"]);
  expect(script.runs()).toBe(1);
  expect(agent.counters()).toMatchObject({ requests: 2, inFlight: 0 });
});

test("the model stops when all that hear it have left, and not before", async () => {
  const script = halting();
  const { promptSubject } = await serve(script.handler);
  const first = served.caller.prompt(promptSubject, envelope());
  await first.until((answer) => answer.text() === "one ");
  const second = served.caller.prompt(promptSubject, envelope());
  await second.until((answer) => answer.text() === "one ");
  first.stop();
  const probes = second.statuses().length;
  await second.until((answer) => answer.statuses().length > probes + 4); // Two seconds: time enough to see that the first is gone.
  expect(script.stopped()).toBe(0);
  second.stop();
  await eventually(() => script.stopped() === 1);
  script.goOn();
  const third = await served.caller.prompt(promptSubject, envelope()).done;
  expect(third.text()).toBe("one two");
  expect(script.runs()).toBe(2);
});

test("the same id with another payload is a conflict, while it runs and afterwards", async () => {
  const script = halting();
  const { promptSubject } = await serve(script.handler);
  const first = served.caller.prompt(promptSubject, envelope());
  await first.until((answer) => answer.text() === "one ");
  const conflict = { code: "409", error: "request_id_conflict", reason: "other_payload" };
  expect((await served.caller.prompt(promptSubject, envelope({ prompt: "q" })).done).error()).toMatchObject(conflict);
  script.goOn();
  await first.done;
  expect((await served.caller.prompt(promptSubject, envelope({ prompt: "q" })).done).error()).toMatchObject(conflict);
  expect(script.runs()).toBe(1);
});

test.each([
  ["another session", envelope(), envelope({ session: "t" }), 2],
  ["another id", envelope(), envelope({ request_id: "t" }), 2],
  ["no session, where nobody signs", envelope({ session: undefined }), envelope({ session: undefined }), 2],
  ["no id", envelope({ request_id: undefined }), envelope({ request_id: undefined }), 2],
])("%s is another prompt", async (_, one, two, runs) => {
  const script = halting();
  script.goOn();
  const { promptSubject } = await serve(script.handler);
  for (const payload of [one, two]) {
    expect((await served.caller.prompt(promptSubject, payload).done).text()).toBe("one two");
  }
  expect(script.runs()).toBe(runs);
});

test("an answer that failed is not kept: the prompt runs again", async () => {
  let runs = 0;
  const { promptSubject } = await serve(async function* () {
    runs++;
    yield await Promise.resolve({ type: "text" as const, text: `run ${runs}` });
    if (runs === 1) throw new Error("broken");
    yield { type: "end" };
  });
  expect((await served.caller.prompt(promptSubject, envelope()).done).error()).toMatchObject({ error: "internal" });
  expect((await served.caller.prompt(promptSubject, envelope()).done).text()).toBe("run 2");
});

test("an answer that is too large to keep is a conflict while it runs, and runs again afterwards", async () => {
  const gate = Promise.withResolvers<undefined>();
  let runs = 0;
  const { promptSubject } = await serve(async function* () {
    runs++;
    yield { type: "text", text: "x".repeat(200_000) };
    await gate.promise;
    yield { type: "end" };
  });
  const first = served.caller.prompt(promptSubject, envelope());
  await first.until((answer) => answer.text().length === 200_000);
  expect((await served.caller.prompt(promptSubject, envelope()).done).error()).toMatchObject({
    error: "request_id_conflict",
    reason: "answer_too_large",
  });
  gate.resolve(undefined);
  await first.done;
  expect((await served.caller.prompt(promptSubject, envelope()).done).text()).toHaveLength(200_000);
  expect(runs).toBe(2);
});

test("with dedupe off, each prompt runs", async () => {
  const script = halting();
  script.goOn();
  const { promptSubject } = await serve(script.handler, { dedupeMs: 0 });
  for (let time = 0; time < 2; time++) await served.caller.prompt(promptSubject, envelope()).done;
  expect(script.runs()).toBe(2);
});

test("a request_id that is none is refused", async () => {
  const script = halting();
  const { promptSubject } = await serve(script.handler);
  for (const request_id of [7, "", "x".repeat(129), {}]) {
    const refusal = (await served.caller.prompt(promptSubject, envelope({ request_id })).done).error();
    expect(refusal).toMatchObject({ code: "400", error: "invalid_request_id" });
  }
  expect(script.runs()).toBe(0);
});
