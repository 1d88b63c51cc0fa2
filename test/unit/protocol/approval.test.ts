import { describe, expect, test } from "bun:test";
import { readApprovalWord } from "../../../src/protocol/approval.ts";
import { decodeChunk, encodeQuery } from "../../../src/protocol/chunk.ts";

describe("the word of an approval", () => {
  test.each([
    ["yes", "yes"],
    [" Yes\n", "yes"],
    ["NO", "no"],
    ["always", "always"],
    ["Always in this conversation", "always"],
  ] as const)("%j is %s", (text, word) => expect(readApprovalWord(text)).toBe(word));

  test.each([
    "",
    "y",
    "yes, please",
    "yes yes",
    "yes\nno",
    "no, yes",
    "yes.",
    "yеs", // A Cyrillic letter.
    "yes\u200b",
    "\u00a0yes",
    "ｙｅｓ",
    '{"answer":"yes"}',
  ])("%j is none", (text) => expect(readApprovalWord(text)).toBeUndefined());
});

describe("the mark of an approval", () => {
  const query = { id: "1", replySubject: "_INBOX.a", prompt: "May I?", attachments: [] };
  const mark = { id: "K7QX2M", tool: "service", action: "systemctl restart press3" };

  test("goes with its query, and comes back from it", () => {
    expect(decodeChunk(encodeQuery({ ...query, approval: mark }))).toEqual({ type: "query", ...query, approval: mark });
  });

  test("is absent where there is none, and where it is not one", () => {
    expect(decodeChunk(encodeQuery(query))).toEqual({ type: "query", ...query });
    for (const approval of [true, "yes", {}, { ...mark, action: 1 }, [mark]]) {
      const data = { id: "1", reply_subject: "_INBOX.a", prompt: "May I?", approval };
      expect(decodeChunk(JSON.stringify({ type: "query", data }))).toEqual({ type: "query", ...query });
    }
  });
});
