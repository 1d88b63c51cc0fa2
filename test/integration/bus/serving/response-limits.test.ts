import { afterAll, expect, test } from "bun:test";
import type { ReplyEvent } from "../../../../src/bus/serving/service-port.ts";
import { ServiceError } from "../../../../src/protocol/service-error.ts";
import { answers } from "../../../support/bus-host.ts";
import { openServedBus } from "../../../support/served-bus.ts";

const limit = 1_024;
const { bus, caller, close } = await openServedBus({ config: `max_payload: ${limit}` });

afterAll(close);

function named(name: string): { agent: string; owner: string; name: string } {
  return { agent: "muster", owner: "tests", name };
}

test("§6.3 text larger than the server's limit is split and joins back to the same text", async () => {
  const text = 'Ünïcode 🎉 "quoted" \\ \n \u0000 漢字 '.repeat(400);
  const agent = await bus.serve({ address: named("long") }, answers(text, text));
  const answer = await caller.prompt(agent.promptSubject, "x").done;
  expect(answer.text()).toBe(text + text);
  expect(Math.max(...answer.frames.map((frame) => frame.bytes))).toBeLessThanOrEqual(limit);
});

test("a character whose halves come in two pieces arrives whole", async () => {
  const [high = "", low = ""] = "🎉".split("");
  const agent = await bus.serve({ address: named("halves") }, answers(`a${high}`, `${low}b`));
  const answer = await caller.prompt(agent.promptSubject, "x").done;
  expect(answer.text()).toBe("a🎉b");
  expect(answer.frames.map((frame) => frame.body).join("")).not.toContain("\\ud83c");
});

test("§6.2 attachments are spread over several chunks", async () => {
  const files = Array.from({ length: 6 }, (_, index) => ({
    filename: `${index}.bin`,
    data: new Uint8Array(300).fill(index),
  }));
  const agent = await bus.serve({ address: named("files") }, async function* () {
    yield await Promise.resolve<ReplyEvent>({ type: "attachments", attachments: files });
    yield { type: "end" };
  });
  const answer = await caller.prompt(agent.promptSubject, "x").done;
  expect(answer.attachments().map(({ filename }) => filename)).toEqual(files.map(({ filename }) => filename));
  expect(answer.frames.length).toBeGreaterThan(2);
});

test("an attachment that no chunk can hold is told to the caller; everything else arrives", async () => {
  const agent = await bus.serve({ address: named("large-file") }, async function* () {
    yield await Promise.resolve<ReplyEvent>({
      type: "attachments",
      attachments: [
        { filename: "large.bin", data: new Uint8Array(2_000) },
        { filename: "small.bin", data: new Uint8Array(10) },
      ],
    });
    yield { type: "text", text: "done" };
    yield { type: "end" };
  });
  const answer = await caller.prompt(agent.promptSubject, "x").done;
  expect(answer.text()).toBe("done");
  expect(answer.attachments().map(({ filename }) => filename)).toEqual(["small.bin"]);
  expect(answer.error()).toMatchObject({ code: "500", error: "attachment_too_large", filename: "large.bin" });
});

test("§9 an error with a long message is cut to what the server takes", async () => {
  const agent = await bus.serve({ address: named("long-error") }, async function* () {
    yield await Promise.resolve<ReplyEvent>({
      type: "end",
      error: new ServiceError(500, "model_invalid", "é".repeat(5_000)),
    });
  });
  const answer = await caller.prompt(agent.promptSubject, "x").done;
  expect(answer.error()).toMatchObject({ code: "500", error: "model_invalid" });
});
