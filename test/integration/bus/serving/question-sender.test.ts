// Who answered a question of an agent's (§7, §13.7), against a real server: our own callers sign what they answer to an approval, and what was
// signed for one question is worth nothing for another.

import { headers } from "@nats-io/transport-node";
import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { callAgent } from "../../../../src/bus/calling/call.ts";
import type { CallOptions } from "../../../../src/bus/calling/call-event.ts";
import { openBus } from "../../../../src/bus/connection/open-bus.ts";
import type { ConfiguredBus } from "../../../../src/bus/connection/connection.ts";
import { requestSender, type RequestSender } from "../../../../src/bus/identity/request-sender.ts";
import type { PromptHandler } from "../../../../src/bus/serving/service-port.ts";
import type { SenderClass } from "../../../../src/protocol/classify-sender.ts";
import { ServiceError } from "../../../../src/protocol/service-error.ts";
import { startBusHost, type BusHost } from "../../../support/bus-host.ts";
import { targetAt } from "../../../support/caller.ts";
import { startNatsServer, type RunningNatsServer } from "../../../support/nats-server.ts";
import { jsonRecord } from "../../../support/json-record.ts";
import { natsUsers, type NatsUsers } from "../../../support/nats-users.ts";
import { rawCaller, type RawCaller } from "../../../support/raw-caller.ts";
import { silentLog } from "../../../support/silent-log.ts";
import { sha256, testUser } from "../../../support/test-user.ts";

const ann = testUser();
const approval = { id: "K7QX2M", tool: "service", action: "systemctl restart press3" };
let users: NatsUsers;
let server: RunningNatsServer;
let host: BusHost;
let caller: ConfiguredBus;
let sender: RequestSender;
let prompt = "";

interface Heard {
  readonly text: string;
  readonly approves?: unknown;
  readonly sender: SenderClass;
}

/** Asks once, and answers with what it heard. */
const asking: PromptHandler = async function* (_, signal) {
  const heard = Promise.withResolvers<Heard>();
  yield {
    type: "question",
    prompt: "May I?",
    attachments: [],
    approval,
    signal,
    onAnswer: (answer, from) =>
      heard.resolve(
        answer instanceof ServiceError
          ? { text: answer.error, sender: from }
          : { text: answer.prompt, approves: answer.extra["approves"], sender: from },
      ),
  };
  yield { type: "text", text: JSON.stringify(await heard.promise) };
  yield { type: "end" };
};

beforeAll(async () => {
  users = await natsUsers("named account");
  server = await startNatsServer({ config: users.config });
  host = await startBusHost(server.url, { settings: users.host.settings });
  ({ promptSubject: prompt } = await host.serve({}, asking));
  const settings = { servers: [server.url], ...users.caller.settings };
  caller = openBus({ settings, clientName: "caller", log: silentLog() });
  await caller.connected();
  sender = requestSender(caller, () => caller.credentials());
});

afterAll(async () => {
  await caller.close();
  await host.stop();
  await server.stop();
  await users.remove();
});

async function heardOf(options: CallOptions): Promise<unknown> {
  let text = "";
  for await (const event of callAgent(caller, targetAt(prompt), { prompt: "go" }, options)) {
    if (event.type === "question") expect(event.question.approval).toEqual(approval);
    if (event.type === "text") text += event.text;
  }
  return JSON.parse(text);
}

describe("an answer of our own callers", () => {
  test("to an approval is signed for its approver, and says which question it is for", async () => {
    const answer = () => Promise.resolve({ prompt: "yes" });
    const [account, user] = (users.caller.id ?? "").split(".");
    expect(await heardOf({ answer, approver: sender })).toEqual({
      text: "yes",
      approves: sha256("May I?"),
      sender: { trust: "verified", sender: { account, user } },
    });
  });

  test("is not signed by who signs prompts alone: an agent's model that answers approves nothing", async () => {
    const answer = () => Promise.resolve({ prompt: "yes" });
    expect(await heardOf({ answer, sender })).toEqual({ text: "yes", sender: { trust: "absent" } });
  });
});

describe("an answer of any caller", () => {
  let open: RunningNatsServer;
  let raw: RawCaller;
  let bus: BusHost;
  let subject = "";

  beforeAll(async () => {
    open = await startNatsServer();
    bus = await startBusHost(open.url);
    raw = await rawCaller(open.url);
    ({ promptSubject: subject } = await bus.serve({}, asking));
  });

  afterAll(async () => {
    await raw.close();
    await bus.stop();
    await open.stop();
  });

  /** Answers the question with these; `header` may look at where the answer goes. */
  async function trust(header: (replySubject: string) => string | undefined, payload = "yes"): Promise<unknown> {
    const stream = raw.prompt(subject, "go");
    const asked = await stream.until(({ frames }) => frames.some(({ body }) => body.includes("reply_subject")));
    const query = asked.frames.find(({ body }) => body.includes("reply_subject"))?.body ?? "";
    const replySubject = /"reply_subject":"([^"]+)"/.exec(query)?.[1] ?? "";
    const value = header(replySubject);
    const sent = headers();
    if (value !== undefined) sent.set("Agent-Sender", value);
    raw.nats.publish(replySubject, payload, value === undefined ? {} : { headers: sent });
    return jsonRecord((await stream.done).text())["sender"];
  }

  test("that is signed over its reply subject is verified", async () => {
    const header = (replySubject: string) => ann.header({ subject: replySubject, payload: "yes" });
    expect(await trust(header)).toMatchObject({ trust: "verified", sender: { user: ann.nkey } });
  });

  test("that is not signed, or only claims, is no more than that", async () => {
    expect(await trust(() => undefined)).toEqual({ trust: "absent" });
    const claim = JSON.stringify({ v: 1, account: "$G", user: ann.nkey });
    expect(await trust(() => claim)).toMatchObject({ trust: "claimed" });
  });

  test("that was signed for another subject, another text, or by another is refused", async () => {
    const other = testUser();
    const refusals = [
      [() => ann.header({ subject, payload: "yes" }), "subject"],
      [(to: string) => ann.header({ subject: to, payload: "no" }), "signature"],
      [(to: string) => other.header({ subject: to, payload: "yes" }, { user: ann.nkey }), "signature"],
      [(to: string) => ann.header({ subject: to, payload: "yes", at: new Date(Date.now() - 60_000) }), "clock"],
    ] as const;
    for (const [header, reason] of refusals) expect(await trust(header)).toMatchObject({ trust: "refused", reason });
  });

  test("that was given before is refused for another question, and with its nonce for any", async () => {
    let given = "";
    const nonce = "once";
    expect(await trust((to) => (given = ann.header({ subject: to, payload: "yes", nonce })))).toMatchObject({
      trust: "verified",
    });
    expect(await trust(() => given)).toMatchObject({ trust: "refused", reason: "subject" });
    const again = (to: string) => ann.header({ subject: to, payload: "yes", nonce });
    expect(await trust(again)).toMatchObject({ trust: "refused", reason: "replay" });
  });
});
