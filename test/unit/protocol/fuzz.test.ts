// Over 100,000 generated messages a run: what decodes anything from the wire gives a value or its own error, in bounded time, whatever comes.

import { afterAll, expect, test } from "bun:test";
import fc from "fast-check";
import { jobTerms } from "../../../src/bus/jobs/job-envelope.ts";
import { encodeText, decodeChunk, encodeQuery, encodeResponse } from "../../../src/protocol/chunk.ts";
import { parseAgentId } from "../../../src/protocol/agent-id.ts";
import { classifySender } from "../../../src/protocol/classify-sender.ts";
import { buildHeartbeat, decodeHeartbeat } from "../../../src/protocol/heartbeat.ts";
import { parseJobSubject, parseResultSubject } from "../../../src/protocol/job-subjects.ts";
import { decodeRegistration } from "../../../src/protocol/registration.ts";
import { decodeRequest, encodeRequest } from "../../../src/protocol/request.ts";
import { encodeSenderHeader, parseSenderHeader } from "../../../src/protocol/sender-header.ts";
import { decodeError, encodeErrorBody, errorHeaderText, ServiceError } from "../../../src/protocol/service-error.ts";
import { formatSize, parseSize } from "../../../src/protocol/sizes.ts";
import { splitText } from "../../../src/protocol/split-text.ts";
import { isPublishableSubject, parseAgentSubject } from "../../../src/protocol/subjects.ts";
import { parseTimestamp } from "../../../src/protocol/timestamp.ts";
import { compareVersion } from "../../../src/protocol/version.ts";
import { fuzz } from "../../support/fuzz.ts";

const runsEach = 12_000;
/** No decoding of so small a message may take longer, on a busy machine. */
const longestMs = 1_000;
let decoded = 0;

const anyText = fc.oneof(
  fc.string({ unit: "binary" }),
  fc.string(),
  fc.stringMatching(/^[-.$*>{}"\\_A-Za-z0-9 \t]{0,40}$/),
);
const anyBytes = fc.uint8Array({ maxLength: 200 });
const anyJson = fc.oneof({ depthSize: "small" }, fc.jsonValue(), anyText);

/** JSON with the keys that a decoder looks for, each with what it expects, with something else, or missing; then perhaps cut or changed. */
function nearMiss(fields: Readonly<Record<string, fc.Arbitrary<unknown>>>): fc.Arbitrary<string> {
  const loose = Object.fromEntries(
    Object.entries(fields).map(([key, value]) => [
      key,
      fc.oneof({ weight: 4, arbitrary: value }, { weight: 1, arbitrary: anyJson }),
    ]),
  );
  const whole = fc.record(loose, { requiredKeys: [] }).map((value) => JSON.stringify(value));
  const cut = fc.tuple(whole, fc.nat(200)).map(([text, at]) => text.slice(0, at));
  const changed = fc
    .tuple(whole, fc.nat(200), anyText)
    .map(([text, at, other]) => text.slice(0, at) + other + text.slice(at + 1));
  return fc.oneof(
    { weight: 6, arbitrary: whole },
    { weight: 1, arbitrary: cut },
    { weight: 1, arbitrary: changed },
    anyText,
  );
}

const attachment = fc.record(
  { filename: anyText, content: fc.oneof(fc.base64String(), anyText) },
  { requiredKeys: [] },
);
const attachments = fc.array(fc.oneof(attachment, anyJson), { maxLength: 3 });
const subject = fc.oneof(
  fc.constantFrom("agents.prompt.a.o.n", "agents.hb.a.o.n", "$SYS.REQ", "a.>", "muster.jobs.a.o.n"),
  anyText,
);

function run<Input>(name: string, arbitrary: fc.Arbitrary<Input>, check: (input: Input) => void): void {
  test(
    name,
    () => {
      fuzz(name, arbitrary, runsEach, (input) => {
        const startedMs = performance.now();
        check(input);
        decoded += 1;
        expect(performance.now() - startedMs).toBeLessThan(longestMs);
      });
    },
    60_000,
  );
}

const envelope = nearMiss({ prompt: anyText, session: anyText, request_id: anyText, attachments, other: anyJson });
const payload = fc.oneof(
  anyBytes,
  envelope.map((text) => new TextEncoder().encode(text)),
);

run("a request is read, or refused with 400", fc.tuple(payload, fc.boolean()), ([bytes, acceptsAttachments]) => {
  try {
    const request = decodeRequest(bytes, { acceptsAttachments });
    expect(request.prompt.length).toBeGreaterThan(0);
    expect(decodeRequest(encodeRequest(request), { acceptsAttachments })).toEqual(request);
  } catch (error) {
    if (!(error instanceof ServiceError)) throw error;
    expect(error.code).toBe(400);
  }
});

const chunk = nearMiss({
  type: fc.constantFrom("status", "response", "query", "later"),
  data: fc.oneof(
    anyText,
    fc.record(
      { text: anyText, attachments, id: anyText, reply_subject: subject, prompt: anyText },
      { requiredKeys: [] },
    ),
  ),
});

run("a stream of chunks is read, each to something", fc.array(chunk, { minLength: 1, maxLength: 3 }), (stream) => {
  for (const text of stream) expect(decodeChunk(text).type).toBeString();
});

run(
  "what is sent as chunks comes back",
  fc.tuple(fc.string({ unit: "binary" }), fc.uint8Array({ maxLength: 60 }), fc.integer({ min: 64, max: 400 })),
  ([text, data, limit]) => {
    const parts = splitText(text, limit).map(encodeText);
    for (const part of parts) expect(new TextEncoder().encode(part).byteLength).toBeLessThanOrEqual(limit);
    expect(
      parts
        .map((part) => decodeChunk(part))
        .map((one) => (one.type === "response" ? one.text : "?"))
        .join(""),
    ).toBe(text);
    const files = [{ filename: "f", data }];
    expect(decodeChunk(encodeResponse(text, files))).toEqual({ type: "response", text, attachments: files });
    const query = { id: "q", replySubject: "r", prompt: text, attachments: files };
    expect(decodeChunk(encodeQuery(query))).toEqual({ type: "query", ...query });
  },
);

const beat = nearMiss({
  agent: anyText,
  owner: anyText,
  instance_id: anyText,
  ts: anyText,
  interval_s: fc.double(),
  state: fc.oneof(fc.constantFrom("ready", "degraded"), anyText),
  in_flight: fc.double(),
});

run("a heartbeat is read, or is none", fc.tuple(beat, anyText), ([text, model]) => {
  const read = decodeHeartbeat(text);
  if (read !== undefined) expect(read.interval_s).toBeGreaterThan(0);
  const details = { state: "ready", inFlight: 1, queued: 0, model, version: "1" } as const;
  const built = buildHeartbeat({ agent: "a", owner: "o", name: "n" }, { id: "i", intervalS: 30 }, details, new Date(0));
  expect(decodeHeartbeat(JSON.stringify(built))).toEqual(built);
});

const registration = nearMiss({
  name: fc.constantFrom("agents", "other"),
  id: anyText,
  version: anyText,
  metadata: fc.record(
    {
      agent: anyText,
      owner: anyText,
      protocol_version: fc.oneof(fc.constant("0.3"), anyText),
      user_nkey: anyText,
      account: anyText,
      id_sig: anyText,
    },
    { requiredKeys: [] },
  ),
  endpoints: fc.array(
    fc.oneof(
      fc.record({
        name: fc.constantFrom("prompt", "status"),
        subject,
        metadata: fc.record(
          { max_payload: anyText, attachments_ok: anyJson, min_sender_trust: anyJson },
          { requiredKeys: [] },
        ),
      }),
      anyJson,
    ),
    { maxLength: 3 },
  ),
});

run("a service record is read, unusable, or none; its subjects can be published to", registration, (text) => {
  const record = decodeRegistration(text);
  if (record === undefined || "problem" in record) return;
  for (const one of [record.promptSubject, record.statusSubject ?? "s"]) {
    expect(one).not.toMatch(/[*>\s\u0000-\u001f]|(?:^|\.)\$|\.\.|^\.|\.$/);
  }
});

const header = nearMiss({
  v: fc.constantFrom<unknown>(1, 2, "1"),
  account: fc.oneof(fc.constant("$G"), anyText),
  user: fc.oneof(fc.constant("UAG3WRMDRQH2ZUWQWFRJFBHXJRZTWUYBFKDEZJVLNHZVLTMHQNXJBDHX"), anyText),
  name: anyText,
  sub: subject,
  ts: fc.oneof(fc.constant("2026-11-22T00:00:00Z"), anyText),
  nonce: anyText,
  sig: fc.oneof(fc.base64String(), anyText),
});

run(
  "a sender header is read to one of its classes, and none is verified without a signature",
  fc.tuple(fc.array(header, { maxLength: 2 }), subject, anyBytes),
  ([senderHeaders, arrived, bytes]) => {
    const checks = { sha256: () => "", verify: () => false };
    const sender = classifySender({ senderHeaders, subject: arrived, payload: bytes }, checks);
    expect(sender.trust).not.toBe("verified");
    const parsed = parseSenderHeader(senderHeaders);
    if (parsed.type === "claim") expect(parseSenderHeader([encodeSenderHeader(parsed.claim)])).toEqual(parsed);
    if (parsed.type === "signed") expect(parseSenderHeader([encodeSenderHeader(parsed.signed)])).toEqual(parsed);
  },
);

run(
  "an error frame is read, whatever its headers and body; ours comes back, on one line",
  fc.tuple(
    anyText,
    anyText,
    fc.oneof(nearMiss({ error: anyText, message: anyText, retry_after_s: fc.double() }), anyText),
    anyText,
  ),
  ([code, text, body, message]) => {
    const read = decodeError(code, text, body);
    expect([typeof read.code, typeof read.error, typeof read.message]).toEqual(["number", "string", "string"]);
    const error = new ServiceError(429, "busy", `m${message}`, { retry_after_s: 3 });
    expect(errorHeaderText(error)).not.toMatch(/[\r\n\u0000]/);
    expect(decodeError("429", errorHeaderText(error), encodeErrorBody(error))).toEqual({
      code: 429,
      error: "busy",
      message: `m${message}`,
      fields: { retry_after_s: 3 },
    });
  },
);

run(
  "sizes, times, versions, ids and subjects are read, or are none",
  fc.tuple(anyText, subject, fc.integer({ min: 1 })),
  ([text, other, bytes]) => {
    expect(parseSize(formatSize(bytes))).toBe(bytes);
    for (const one of [text, other]) {
      for (const read of [parseSize(one), parseTimestamp(one)]) if (read !== undefined) expect(read).toBeFinite();
      expect(compareVersion(one)).toBeString();
      parseAgentId(one);
      parseJobSubject(one);
      parseResultSubject(one);
      const address = parseAgentSubject(one);
      if (address !== undefined) expect(one.endsWith(`.${address.address.name}`)).toBe(true);
      if (isPublishableSubject(one)) expect(one).not.toMatch(/[*>\s]|\.\.|^\$/);
    }
  },
);

const headers = fc.dictionary(
  fc.constantFrom("Nats-Msg-Id", "Muster-Job-Id", "Muster-Ttl", "Muster-Attempts", "Muster-Replays"),
  anyText,
);

run(
  "a job's terms are always some, within their bounds",
  fc.tuple(payload, headers, fc.nat()),
  ([bytes, sent, seq]) => {
    const { id, ttlMs, attempts } = jobTerms({ payload: bytes, headers: sent, seq });
    expect(id).toMatch(/^[A-Za-z0-9_-]{1,128}$/);
    expect(ttlMs).toBeWithin(1, 7 * 24 * 3_600_000 + 1);
    expect(attempts).toBeWithin(1, 101);
  },
);

afterAll(() => {
  // A repeated seed, or one test alone, decodes less.
  if (process.env["FUZZ_SEED"] === undefined && decoded > 9 * runsEach) expect(decoded).toBeGreaterThanOrEqual(100_000);
});
