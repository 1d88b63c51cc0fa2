import { expect, test } from "bun:test";
import fc from "fast-check";
import { decodeRequest, encodeRequest } from "../../../src/protocol/request.ts";
import type { PromptRequest } from "../../../src/protocol/request.ts";
import { ServiceError } from "../../../src/protocol/service-error.ts";

function decode(payload: string | Uint8Array, acceptsAttachments = true): PromptRequest {
  const bytes = typeof payload === "string" ? new TextEncoder().encode(payload) : payload;
  return decodeRequest(bytes, { acceptsAttachments });
}

function refusal(payload: string | Uint8Array, acceptsAttachments = true): ServiceError {
  try {
    decode(payload, acceptsAttachments);
  } catch (error) {
    if (error instanceof ServiceError) return error;
    throw error;
  }
  throw new Error("It was accepted");
}

// One row of §5 each: input, and the name of the 400 that answers it.
const refused: readonly [string, string | Uint8Array, string][] = [
  ["an empty payload", "", "empty_prompt"],
  ["spaces, tabs and line breaks only", " \t\r\n ", "empty_prompt"],
  ["bytes that are no UTF-8", new Uint8Array([0x61, 0xc3, 0x28]), "invalid_utf8"],
  ["UTF-8 that is cut in a character", new Uint8Array([0x61, 0xe2, 0x82]), "invalid_utf8"],
  ["invalid UTF-8 inside an envelope", new Uint8Array([0x7b, 0x22, 0xff, 0x22, 0x7d]), "invalid_utf8"],
  ["a brace that opens no JSON", "{ not json", "invalid_json"],
  ["JSON with something after it", '{"prompt":"x"} y', "invalid_json"],
  ["an envelope without prompt", "{}", "invalid_envelope"],
  ["a prompt that is a number", '{"prompt":1}', "invalid_envelope"],
  ["a prompt that is null", '{"prompt":null}', "invalid_envelope"],
  ["an empty prompt", '{"prompt":""}', "empty_prompt"],
  ["a prompt of white space", '{"prompt":" \\n"}', "empty_prompt"],
  ["attachments that are no list", '{"prompt":"x","attachments":{}}', "invalid_attachment"],
  ["an attachment that is no object", '{"prompt":"x","attachments":["a"]}', "invalid_attachment"],
  ["an attachment without filename", '{"prompt":"x","attachments":[{"content":""}]}', "invalid_attachment"],
  ["an attachment without content", '{"prompt":"x","attachments":[{"filename":"a"}]}', "invalid_attachment"],
  [
    "base64 with white space",
    '{"prompt":"x","attachments":[{"filename":"a","content":"aG k="}]}',
    "invalid_attachment",
  ],
  [
    "base64 with URL-safe letters",
    '{"prompt":"x","attachments":[{"filename":"a","content":"-_8="}]}',
    "invalid_attachment",
  ],
  [
    "base64 with wrong padding",
    '{"prompt":"x","attachments":[{"filename":"a","content":"aGk"}]}',
    "invalid_attachment",
  ],
  ["an empty session", '{"prompt":"x","session":""}', "invalid_session"],
  ["a session over 128 characters", `{"prompt":"x","session":"${"s".repeat(129)}"}`, "invalid_session"],
  ["a session that is a number", '{"prompt":"x","session":1}', "invalid_session"],
];

for (const [what, payload, error] of refused) {
  test(`§5 ${what} is 400 ${error}`, () => {
    expect(refusal(payload)).toMatchObject({ code: 400, error });
  });
}

for (const filename of ["", ".", "..", "a/b", "a\\b", "a\u0000b"]) {
  test(`${JSON.stringify(filename)} is no file name`, () => {
    const envelope = { prompt: "x", attachments: [{ filename, content: "" }] };
    expect(refusal(JSON.stringify(envelope))).toMatchObject({ code: 400, error: "invalid_attachment" });
  });
}

test("attachments are 400 where the agent takes none, but an empty list is not", () => {
  const envelope = '{"prompt":"x","attachments":[{"filename":"a","content":""}]}';
  expect(refusal(envelope, false)).toMatchObject({ code: 400, error: "attachments_not_accepted" });
  expect(decode('{"prompt":"x","attachments":[]}', false).attachments).toEqual([]);
});

test("the second attachment is named by its number", () => {
  const envelope = '{"prompt":"x","attachments":[{"filename":"a","content":""},{"filename":"b"}]}';
  expect(refusal(envelope).message).toContain("Attachment 2");
});

test("payload without a brace is the prompt as it is, leading space and all", () => {
  expect(decode("  hello ")).toEqual({ prompt: "  hello ", attachments: [], extra: {} });
  expect(decode('["a"]').prompt).toBe('["a"]');
  expect(decode('"{}"').prompt).toBe('"{}"');
});

test("an envelope after white space is read", () => {
  expect(decode('\r\n\t {"prompt":"x"}').prompt).toBe("x");
});

test("§5 unknown fields are kept, at the top and in attachments", () => {
  const envelope = '{"prompt":"x","n":1,"attachments":[{"filename":"a","content":"aGk=","kind":"text"}]}';
  expect(decode(envelope)).toEqual({
    prompt: "x",
    extra: { n: 1 },
    attachments: [{ filename: "a", data: new Uint8Array([104, 105]), extra: { kind: "text" } }],
  });
});

test("the characters of a session are counted as people count them: an emoji is one", () => {
  expect(decode(JSON.stringify({ prompt: "x", session: "😀".repeat(128) })).session).toBe("😀".repeat(128));
  expect(() => decode(JSON.stringify({ prompt: "x", session: "😀".repeat(129) }))).toThrow("1 to 128 characters");
});

test("null stands for no attachments and no session", () => {
  expect(decode('{"prompt":"x","attachments":null,"session":null}')).toEqual({
    prompt: "x",
    attachments: [],
    extra: {},
  });
});

test("plain text is sent plain; what looks like an envelope is wrapped", () => {
  expect(new TextDecoder().decode(encodeRequest({ prompt: "hello" }))).toBe("hello");
  expect(new TextDecoder().decode(encodeRequest({ prompt: " {x" }))).toBe('{"prompt":" {x"}');
});

const words = fc.string({ unit: "grapheme", minLength: 1 }).filter((text) => text.trim() !== "" && text.isWellFormed());
const request = fc.record(
  {
    prompt: words,
    session: fc.string({ minLength: 1, maxLength: 128 }),
    attachments: fc.array(fc.record({ filename: fc.stringMatching(/^[a-z]{1,9}$/), data: fc.uint8Array() })),
    extra: fc.dictionary(fc.stringMatching(/^x[a-z]{1,5}$/), fc.oneof(fc.string(), fc.integer(), fc.boolean())),
  },
  { requiredKeys: ["prompt"] },
);

test("any request comes back from its payload", () => {
  fc.assert(
    fc.property(request, (sent) => {
      const { session, ...rest } = decode(encodeRequest(sent));
      expect(session).toBe(sent.session);
      expect({ ...rest, extra: { ...rest.extra } }).toEqual({
        prompt: sent.prompt,
        attachments: sent.attachments ?? [],
        extra: { ...sent.extra },
      });
    }),
  );
});

test("any bytes are a prompt or a 400, never another failure", () => {
  fc.assert(
    fc.property(
      fc.oneof(
        fc.uint8Array(),
        fc.json().map((text) => new TextEncoder().encode(text)),
      ),
      (bytes) => {
        try {
          expect(decode(bytes).prompt).not.toBe("");
        } catch (error) {
          expect(error).toBeInstanceOf(ServiceError);
          expect(error).toMatchObject({ code: 400 });
        }
      },
    ),
  );
});

test("a field called __proto__ is data", () => {
  const decoded = decode('{"prompt":"x","__proto__":{"polluted":true}}');
  expect(Object.getPrototypeOf(decoded.extra)).toBe(Object.prototype);
  expect("polluted" in {}).toBe(false);
});
