import { expect, test } from "bun:test";
import { answerQuestion } from "../../../../src/tool/mcp/answer-question.ts";
import { type OpenCallOptions, OpenCalls } from "../../../../src/tool/mcp/open-calls.ts";

const question = {
  message: "What line?",
  requestedSchema: { type: "object", properties: { line: { type: "integer" } } },
};

function options(given: Partial<OpenCallOptions> = {}): OpenCallOptions {
  return { timeoutMs: 60_000, turn: "t1", ask: () => Promise.resolve("3"), onTimeout: () => undefined, ...given };
}

test("a question goes to the caller of the one call that is under way", async () => {
  const calls = new OpenCalls();
  expect(await answerQuestion(question, "srv", calls)).toEqual({ action: "decline" });
  const call = calls.open(options());
  expect(await answerQuestion(question, "srv", calls)).toEqual({ action: "accept", content: { line: 3 } });
  call.close();
  expect(await answerQuestion(question, "srv", calls)).toEqual({ action: "decline" });
});

test("with calls of two turns under way it could be anybody's, and goes to nobody", async () => {
  const calls = new OpenCalls();
  const asked: string[] = [];
  const ask = (prompt: string) => {
    asked.push(prompt);
    return Promise.resolve("3");
  };
  calls.open(options({ ask })).close();
  const mine = calls.open(options({ ask }));
  const other = calls.open(options({ ask, turn: "t2" }));
  expect(await answerQuestion(question, "srv", calls)).toEqual({ action: "decline" });
  expect(asked).toEqual([]);
  other.close();
  calls.open(options({ ask })).close();
  expect((await answerQuestion(question, "srv", calls)).action).toBe("accept");
  mine.close();
});

test("what does not fit is asked for once more, with the reason, and then given up", async () => {
  const calls = new OpenCalls();
  const asked: string[] = [];
  const said = ["soon", "4", "later", "never"];
  const ask = (prompt: string) => {
    asked.push(prompt);
    return Promise.resolve(said.shift());
  };
  const call = calls.open(options({ ask }));
  expect(await answerQuestion(question, "srv", calls)).toEqual({ action: "accept", content: { line: 4 } });
  expect(asked[1]).toStartWith('That does not fit: line cannot be "soon"\nThe MCP server "srv" asks:');
  expect(await answerQuestion(question, "srv", calls)).toEqual({ action: "cancel" });
  call.close();
});

test("one that nobody answers, and one still open when the call ends, is cancelled", async () => {
  const calls = new OpenCalls();
  const silent = calls.open(options({ ask: () => Promise.resolve(undefined) }));
  expect(await answerQuestion(question, "srv", calls)).toEqual({ action: "cancel" });
  silent.close();
  const call = calls.open(options({ ask: () => new Promise(() => undefined) }));
  const answer = answerQuestion(question, "srv", calls);
  call.close();
  expect(await answer).toEqual({ action: "cancel" });
});

test("a second question while one is open, and a ninth of one call, is answered by nobody", async () => {
  const calls = new OpenCalls();
  const first = Promise.withResolvers<string>();
  let count = 0;
  const ask = () => (count++ === 0 ? first.promise : Promise.resolve("3"));
  const call = calls.open(options({ ask }));
  const open = answerQuestion(question, "srv", calls);
  expect(await answerQuestion(question, "srv", calls)).toEqual({ action: "cancel" });
  first.resolve("3");
  expect((await open).action).toBe("accept");
  for (let number = 2; number <= 8; number++)
    expect((await answerQuestion(question, "srv", calls)).action).toBe("accept");
  expect((await answerQuestion(question, "srv", calls)).action).toBe("cancel");
  expect(count).toBe(8);
  call.close();
});
