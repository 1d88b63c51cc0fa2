import { describe, expect, test } from "bun:test";
import { type ToolAction, ToolError } from "../../../../src/tool/contract.ts";
import { publishTool } from "../../../../src/tool/subjects/publish.ts";
import { requestTool } from "../../../../src/tool/subjects/request.ts";
import { noBus, type ToolBus, type ToolReply } from "../../../../src/tool/subjects/tool-bus.ts";
import { rejectionError } from "../../../support/rejection.ts";
import { toolContext } from "../../../support/tool-context.ts";

const rules = { name: "plant", allow: ["plant.log", "plant.display.*"], ask: ["plant.press.*"], maxPayloadBytes: 16 };

function setUp(reply: ToolReply = { data: new Uint8Array() }) {
  const sent: string[] = [];
  const bus: ToolBus = {
    publish: (subject, payload) => Promise.resolve(void sent.push(`${subject}=${payload}`)),
    request: (subject, payload) => {
      sent.push(`${subject}=${payload}`);
      return Promise.resolve(reply);
    },
  };
  const publish = publishTool({ type: "publish", ...rules }, bus);
  const request = requestTool({ type: "request", ...rules, timeoutMs: 1_000, maxOutputBytes: 256 }, bus);
  return { publish, request, sent };
}

const yes = (asked: ToolAction[]) =>
  toolContext({
    approve: (action) => {
      asked.push(action);
      return Promise.resolve({ isGranted: true });
    },
  });

describe("publish", () => {
  test("sends what the list allows, and asks nobody", async () => {
    const { publish, sent } = setUp();
    const { text } = await publish.run({ subject: "plant.display.3", payload: "hi" }, toolContext());
    expect([text, sent]).toEqual(['Published 2 bytes to "plant.display.3"', ["plant.display.3=hi"]]);
    expect(publish.description).toContain('"plant.log", "plant.display.*", "plant.press.*" ("*" stands for one word');
  });

  test.each([
    "plant.other",
    "plant.display",
    "plant.display.*",
    "plant.>",
    "$SYS.REQ.SERVER.PING",
    "agents.prompt.a.b.c",
    "plant.display.3 x",
    "plant.display.3\r\nPUB plant.press.1 1",
    "",
  ])("sends nothing to %p, and says what there is", async (subject) => {
    const { publish, sent } = setUp();
    const error = await rejectionError(publish.run({ subject, payload: "hi" }, yes([])));
    expect(error).toBeInstanceOf(ToolError);
    expect(error).toMatchObject({ kind: "denied" });
    expect(String(error)).toContain('Use "plant.log"');
    expect(sent).toEqual([]);
  });

  test("asks for leave with subject and payload, and sends nothing without it", async () => {
    const { publish, sent } = setUp();
    const given = { subject: "plant.press.1", payload: "go" };
    const refused = await rejectionError(publish.run(given, toolContext()));
    expect(refused).toEqual(new ToolError("denied", "This was not approved: nobody may approve. Nothing was sent"));
    expect(sent).toEqual([]);
    const asked: ToolAction[] = [];
    await publish.run(given, yes(asked));
    expect(sent).toEqual(["plant.press.1=go"]);
    const key = '["publish to","plant.press.1","go"]';
    expect(asked).toEqual([{ tool: "plant", action: "publish to plant.press.1: go", key }]);
  });

  test("counts a payload in bytes, and takes nothing but text", async () => {
    const { publish, sent } = setUp();
    const long = publish.run({ subject: "plant.log", payload: "ä".repeat(9) }, toolContext());
    expect(await rejectionError(long)).toMatchObject({ kind: "limit" });
    const object = publish.run({ subject: "plant.log", payload: { a: 1 } }, toolContext());
    expect(await rejectionError(object)).toMatchObject({ kind: "invalid" });
    expect(sent).toEqual([]);
  });

  test("without a bus says so", async () => {
    const tool = publishTool({ type: "publish", ...rules }, noBus);
    const none = await rejectionError(tool.run({ subject: "plant.log", payload: "hi" }, toolContext()));
    expect(none).toMatchObject({ kind: "unavailable" });
  });
});

describe("request", () => {
  const ask = (reply: ToolReply) => setUp(reply).request.run({ subject: "plant.log" }, toolContext());

  test("gives the reply's text, cut in the middle when it is long", async () => {
    expect(await ask({ data: Buffer.from("42 °C") })).toEqual({ text: "42 °C" });
    expect(await ask({ data: new Uint8Array() })).toEqual({ text: "(an empty reply)" });
    expect((await ask({ data: Buffer.from("x".repeat(999)) })).text).toContain("left out");
  });

  test("fails by a service's own error, and by what is no text", async () => {
    expect(await rejectionError(ask({ data: Buffer.from("x"), serviceError: "400 no such register" }))).toEqual(
      new ToolError("failed", '"plant.log" answered with an error: 400 no such register'),
    );
    expect(await rejectionError(ask({ data: new Uint8Array([0xff, 0xfe]) }))).toMatchObject({ kind: "failed" });
  });

  test("is guarded as publish is", async () => {
    const { request, sent } = setUp();
    const denied = await rejectionError(request.run({ subject: "plant.press.1" }, toolContext()));
    expect(denied).toMatchObject({ kind: "denied" });
    const asked: ToolAction[] = [];
    await request.run({ subject: "plant.press.1" }, yes(asked));
    expect([asked[0]?.action, sent]).toEqual(["request plant.press.1 without a payload", ["plant.press.1="]]);
  });
});
