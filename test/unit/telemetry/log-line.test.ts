import { describe, expect, test } from "bun:test";
import { Secret } from "../../../src/manifest/secret.ts";
import { formatHumanLine, formatJsonLine } from "../../../src/telemetry/log-line.ts";

const time = new Date("2026-11-22T12:34:56.789Z");
const plain = { hasColour: false };

function parse(line: string): unknown {
  return JSON.parse(line);
}

describe("formatJsonLine", () => {
  test("writes time, level, message and fields as one JSON object on one line", () => {
    const line = formatJsonLine({ time, level: "info", message: "Agent ready", fields: { agent: "a", count: 2 } });
    expect(line).toBe(
      '{"time":"2026-11-22T12:34:56.789Z","level":"info","message":"Agent ready","agent":"a","count":2}\n',
    );
  });

  test("prints a secret as its mask, also deep inside", () => {
    const fields = { key: new Secret("hunter2"), headers: { auth: [new Secret("hunter2")] } };
    const line = formatJsonLine({ time, level: "info", message: "x", fields });
    expect(line).not.toContain("hunter2");
    expect(parse(line)).toMatchObject({ key: "***", headers: { auth: ["***"] } });
  });

  test("stays under 8 KB and stays JSON however long the fields are", () => {
    const long = "ü".repeat(100_000);
    const fields = Object.fromEntries(Array.from({ length: 60 }, (_, index) => [`field${index}`, long]));
    const line = formatJsonLine({ time, level: "info", message: long, fields: { ...fields, last: 1 } });
    expect(Buffer.byteLength(line)).toBeLessThanOrEqual(8192);
    expect(parse(line)).toMatchObject({ cut: true, last: 1 });
    expect(line).toContain("…(+97952)");
  });

  test("keeps every field when all of them fit", () => {
    expect(formatJsonLine({ time, level: "info", message: "x", fields: { a: "b" } })).not.toContain("cut");
  });

  test("lets no field take the place of time, level or message", () => {
    const line = formatJsonLine({
      time,
      level: "warn",
      message: "true one",
      fields: { message: "forged", level: "info" },
    });
    expect(parse(line)).toMatchObject({ level: "warn", message: "true one", "field.message": "forged" });
  });

  test("escapes line separators, C1 controls and text direction marks", () => {
    const line = formatJsonLine({ time, level: "info", message: "a\u2028b\u009bc\u202ed\ne", fields: {} });
    expect(line).toContain("a\\u2028b\\u009bc\\u202ed\\ne");
  });

  test("takes cycles, errors with causes, bytes and maps", () => {
    const cycle: Record<string, unknown> = {};
    cycle["self"] = cycle;
    const error = new Error("Outer", { cause: new TypeError("Inner") });
    const fields = { cycle, error, bytes: new Uint8Array(3), map: new Map([["k", 1]]), skip: undefined };
    const line = formatJsonLine({ time, level: "info", message: "x", fields });
    expect(parse(line)).toMatchObject({
      error: { error: "Error: Outer", cause: "TypeError: Inner" },
      bytes: "(3 bytes)",
      map: { k: 1 },
    });
  });
});

describe("formatHumanLine", () => {
  test("writes columns and plain values without quotes", () => {
    const line = formatHumanLine(
      { time, level: "warn", message: "Slow", fields: { agent: "a", text: "two words" } },
      plain,
    );
    expect(line).toBe('12:34:56.789 WARN  Slow agent=a text="two words"\n');
  });

  test("writes one line without control characters whatever the text holds", () => {
    const message = "a\nb\u001b[31mc\rd";
    const line = formatHumanLine({ time, level: "info", message, fields: { "k\ne": "v\u001b]0;t\u0007" } }, plain);
    expect(line.slice(0, -1)).not.toMatch(/[\u0000-\u001f\u007f-\u009f]/);
    expect(line).toContain("a\\nb\\u001b[31mc\\rd");
  });

  test("colours the level when asked to", () => {
    expect(formatHumanLine({ time, level: "error", message: "x", fields: {} }, { hasColour: true })).toContain(
      "\u001b[31mERROR",
    );
  });
});
