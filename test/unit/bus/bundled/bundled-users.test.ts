import { describe, expect, test } from "bun:test";
import { type BundledUsers, usersConfig } from "../../../../src/bus/bundled/bundled-users.ts";

const users: BundledUsers = {
  runtime: "URUNTIME",
  callers: ["UCALLER", "UANN"],
  named: { publish: [], subscribe: [] },
  programs: [],
};

function lineOf(nkey: string, programs: BundledUsers["programs"]): string {
  const lines = usersConfig({ ...users, programs }).filter((line) => line.includes(`nkey: ${nkey},`));
  expect(lines).toHaveLength(1);
  return lines.join("");
}

describe("usersConfig with programs", () => {
  test("lets a program with a key of its own use its subjects, answer what it hears, and nothing else", () => {
    const line = lineOf("UPLC", [{ nkey: "UPLC", publish: ["line3.press.>"], subscribe: ["line3.told"] }]);
    expect(line).toContain('publish: { allow: ["line3.press.>","$SYS.REQ.USER.INFO"], deny: [] }');
    expect(line).toContain('subscribe: { allow: ["line3.told"], deny: [] }, allow_responses: true');
  });

  test("denies all hearing to one that only says things: the server takes an empty list for no list", () => {
    const line = lineOf("UPLC", [{ nkey: "UPLC", publish: ["line3.press.>"], subscribe: [] }]);
    expect(line).toContain('subscribe: { allow: [], deny: [">"] }');
  });

  test("adds to what a caller may, where the key is a caller's, and leaves other callers as they are", () => {
    const programs = [{ nkey: "UANN", publish: ["line3.press.>"], subscribe: ["line3.told"] }];
    expect(lineOf("UANN", programs)).toContain('"agents.prompt.>"');
    expect(lineOf("UANN", programs)).toContain('"line3.press.>"');
    expect(lineOf("UCALLER", programs)).not.toContain("line3");
  });

  test("gives the runtime's key no second line", () => {
    expect(lineOf("URUNTIME", [{ nkey: "URUNTIME", publish: ["x"], subscribe: [] }])).not.toContain('"x"');
  });
});
