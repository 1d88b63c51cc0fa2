import { expect, test } from "bun:test";
import type { CommandSpec } from "../../../src/cli/command.ts";
import { parseCommandLine, usageLine } from "../../../src/cli/parse-command-line.ts";

const spec: CommandSpec = {
  name: "try",
  summary: "Try",
  args: [
    { name: "WHAT", description: "what" },
    { name: "MORE", description: "more", isOptional: true, isRepeatable: true },
  ],
  options: {
    file: { short: "f", value: "FILE", description: "a file" },
    attach: { value: "FILE", isRepeatable: true, description: "files" },
    quiet: { short: "q", description: "quiet" },
  },
  examples: [],
};

function parse(...argv: string[]) {
  const parsed = parseCommandLine(spec, argv);
  if (parsed.type === "help") throw new Error("Expected an invocation");
  return parsed.invocation;
}

test("options stand anywhere, in every usual form", () => {
  for (const argv of [
    ["-f", "a", "x", "-q"],
    ["x", "--file=a", "--quiet"],
    ["-qf", "a", "x"],
    ["--file", "a", "-q", "--", "x"],
  ]) {
    const invocation = parse(...argv);
    expect([invocation.args, invocation.text("file"), invocation.flag("quiet")]).toEqual([["x"], "a", true]);
  }
});

test("the last value counts, and a repeatable option keeps all", () => {
  const invocation = parse("x", "--file", "a", "--file", "b", "--attach", "1", "--attach", "2");
  expect(invocation.text("file")).toBe("b");
  expect(invocation.texts("attach")).toEqual(["1", "2"]);
  expect(invocation.texts("file")).toEqual(["b"]);
});

test("what follows -- is no option, and - alone is an argument", () => {
  expect(parse("x", "--", "--file").args).toEqual(["x", "--file"]);
  expect(parse("x", "-").args).toEqual(["x", "-"]);
});

test("--help wins over everything but --", () => {
  expect(parseCommandLine(spec, ["--nonsense", "-h"])).toEqual({ type: "help" });
  expect(parse("x", "--", "--help").args).toEqual(["x", "--help"]);
});

test.each([
  [["x", "--fil", "a"], '"muster try" has no option "--fil". Did you mean "--file"?'],
  [["x", "--zzzzzz"], '"muster try" has no option "--zzzzzz". See "muster try --help"'],
  [["x", "--constructor"], '"muster try" has no option "--constructor". See "muster try --help"'],
  [["x", "--file"], 'Option "--file" needs a value: --file FILE. See "muster try --help"'],
  [["x", "--file", "--quiet"], 'Option "--file" needs a value: --file FILE. See "muster try --help"'],
  [["x", "--file="], 'Option "--file" needs a value: --file FILE. See "muster try --help"'],
  [["x", "--quiet=yes"], 'Option "--quiet" takes no value, got "yes"'],
  [[], '"muster try" needs WHAT: muster try [OPTIONS] WHAT [MORE...]'],
])("%j is refused with what to do", (argv, message) => {
  expect(() => parseCommandLine(spec, argv)).toThrow(message);
});

test("an argument too many is named", () => {
  const none: CommandSpec = { ...spec, args: [], options: {} };
  expect(() => parseCommandLine(none, ["x"])).toThrow('"muster try" takes no argument "x": muster try');
  expect(usageLine(none)).toBe("muster try");
});

test("a manifest that stands where no argument does is told to be an option's", () => {
  const withFile: CommandSpec = { ...spec, args: [] };
  expect(() => parseCommandLine(withFile, ["plant.yaml"])).toThrow(
    '"muster try" takes no argument "plant.yaml". Did you mean "--file plant.yaml"?',
  );
});

test("asking for an option that the table does not have is a mistake of ours", () => {
  expect(() => parse("x").text("nope")).toThrow(RangeError);
});
