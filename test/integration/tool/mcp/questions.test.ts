// What MCP servers ask in a call, and which calls somebody must approve: with the official reference server, over stdio and HTTP.

import { describe, expect, test } from "bun:test";
import { join } from "node:path";
import type { ToolAction, ToolContext, ToolQuestion } from "../../../../src/tool/contract.ts";
import { ToolError } from "../../../../src/tool/contract.ts";
import { mayRun } from "../../../support/may-run.ts";
import { mcpServers, missingForMcpServers, startEverything } from "../../../support/mcp-servers.ts";
import { testedMcp } from "../../../support/mcp-source.ts";
import { rejection } from "../../../support/rejection.ts";

const asks = "srv_trigger-elicitation-request";

async function everything(): Promise<string> {
  return `command: [node, ${join(await mcpServers(), "mcp-server-everything")}, stdio]`;
}

/** A caller who answers so, after so long. */
function caller(
  answer: string,
  afterMs = 0,
): { readonly asked: ToolQuestion[]; readonly context: Partial<ToolContext> } {
  const asked: ToolQuestion[] = [];
  const ask = async (question: ToolQuestion) => {
    asked.push(question);
    await Bun.sleep(afterMs);
    return { text: answer, files: [] };
  };
  return { asked, context: { ask } };
}

describe.if(mayRun("reference servers of MCP", missingForMcpServers()))("what the reference server asks", () => {
  test("over stdio is answered by the caller of the call, in words or as JSON", async () => {
    await using mcp = testedMcp(`${await everything()}, question_timeout: 45s`);
    await mcp.prepare();
    const ada = caller(
      "name: Ada\ninteger: 7\ntitledSingleSelectEnum: wonder woman\nuntitledMultipleSelectEnum: Piano, drums",
    );
    const text = await mcp.call(asks, {}, ada.context);
    expect(text).toContain("Name: Ada");
    expect(text).toContain('"titledSingleSelectEnum": "hero-3"');
    expect(text).toContain('"Drums"');
    expect(ada.asked).toHaveLength(1);
    expect(ada.asked[0]?.timeoutMs).toBe(45_000);
    expect(ada.asked[0]?.prompt).toStartWith('The MCP server "srv" asks:\n> Please provide inputs');
    expect(await mcp.call(asks, {}, caller('{"name": "Bob"}').context)).toContain("Name: Bob");
    expect(await mcp.call(asks, {}, caller("decline").context)).toContain('"action": "decline"');
  });

  test("over streamable HTTP likewise", async () => {
    const server = await startEverything();
    try {
      await using mcp = testedMcp(`url: "${server.url}"`);
      await mcp.prepare();
      expect(await mcp.call(asks, {}, caller("name: Ada").context)).toContain("Name: Ada");
    } finally {
      await server.kill();
    }
  });

  test("takes none of the call's own time, and nobody there to answer cancels it", async () => {
    await using mcp = testedMcp(`${await everything()}, timeout: 1s`);
    await mcp.prepare();
    expect(await mcp.call(asks, {}, caller("name: Ada", 1_500).context)).toContain("Name: Ada");
    expect(await mcp.call(asks)).toContain('"action": "cancel"');
    const late = () => Promise.reject(new ToolError("timeout", "No answer in time"));
    expect(await mcp.call(asks, {}, { ask: late })).toContain('"action": "cancel"');
    expect(await rejection(mcp.call("srv_trigger-long-running-operation", { duration: 30, steps: 1 }))).toContain(
      "it did not answer within 1 s",
    );
  });

  test("while two turns have calls is nobody's to answer", async () => {
    await using mcp = testedMcp(await everything());
    await mcp.prepare();
    const stop = new AbortController();
    const other = rejection(
      mcp.call("srv_trigger-long-running-operation", { duration: 60, steps: 1 }, { turn: "t2", signal: stop.signal }),
    );
    const ada = caller("name: Ada");
    expect(await mcp.call(asks, {}, ada.context)).toContain('"action": "decline"');
    expect(ada.asked).toEqual([]);
    stop.abort(new Error("stopped"));
    expect(await other).toContain("stopped");
    expect(await mcp.call(asks, {}, ada.context)).toContain("Name: Ada");
  });

  test("is not asked at all with questions: deny, and never approves anything", async () => {
    await using silent = testedMcp(`${await everything()}, questions: deny`);
    await silent.prepare();
    expect(silent.source.tools().map(({ name }) => name)).not.toContain(asks);
    await using mcp = testedMcp(await everything());
    await mcp.prepare();
    const approvals: ToolAction[] = [];
    const approve = (action: ToolAction) => {
      approvals.push(action);
      return Promise.resolve({ isGranted: false, reason: "no" } as const);
    };
    await mcp.call(asks, {}, { ...caller("yes").context, approve });
    expect(approvals).toEqual([]);
  });
});

describe.if(mayRun("reference servers of MCP", missingForMcpServers()))("a tool that ask names", () => {
  test("is called after a yes to exactly that, and not at all before", async () => {
    await using mcp = testedMcp(`${await everything()}, ask: [echo, get-*]`);
    await mcp.prepare();
    expect(await rejection(mcp.call("srv_echo", { message: "a" }))).toContain(
      "The call was not approved: nobody may approve",
    );
    const actions: ToolAction[] = [];
    const approve = (action: ToolAction) => {
      actions.push(action);
      return Promise.resolve({ isGranted: true } as const);
    };
    expect(await mcp.call("srv_echo", { message: "a\nb" }, { approve })).toBe("Echo: a\nb");
    await mcp.call("srv_get-sum", { a: 1, b: 2 }, { approve });
    expect(actions).toEqual([
      {
        tool: "srv_echo",
        action: 'call echo of the MCP server "srv" with {"message":"a\\nb"}',
        key: 'mcp srv echo {"message":"a\\nb"}',
      },
      {
        tool: "srv_get-sum",
        action: 'call get-sum of the MCP server "srv" with {"a":1,"b":2}',
        key: 'mcp srv get-sum {"a":1,"b":2}',
      },
    ]);
  });
});
