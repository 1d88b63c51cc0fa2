import { describe, expect, test } from "bun:test";
import { resolvedPlain } from "../../../../src/manifest/resolved.ts";
import { agentWithTools, checkedManifest } from "../../../support/checked-manifest.ts";

const entry = (keys: string) => agentWithTools(`s: { type: shell, allow_unauthenticated: true, ${keys} }`);
const check = (keys: string) => checkedManifest(entry(keys));

test("a shell tool has its defaults, and is shown resolved, its environment masked", () => {
  const { manifest, problems, warnings } = checkedManifest(
    entry('allow: [[systemctl, status, "*"]], environment: { TOKEN: "${KEY}" }'),
    { variables: { KEY: "a-secret" } },
  );
  expect([...problems, ...warnings]).toEqual([]);
  const tool = { type: "shell", allow: [["systemctl", "status", "*"]], timeout: "30s", max_output: "16KB" };
  const plain = manifest && resolvedPlain(manifest);
  expect(plain).toMatchObject({ agents: { a: { tools: { s: { ...tool, environment: { TOKEN: "***" } } } } } });
});

test("without the signature of its callers it is a problem on an open bus", () => {
  expect(checkedManifest(agentWithTools("s: { type: shell, allow: [[ls]] }")).problems.join()).toContain(
    'Found the tool "s", which runs programs, on a bus without authentication',
  );
});

describe("a command that can never match is a problem:", () => {
  test.each([
    ['allow: [["**", status]]', '"**" is the rest, accepted as the last word only'],
    ["allow: [[systemctl status]]", "it is one word; write each word as an item of its own"],
    ['allow: [["", x]]', "a program has a name"],
    ['allow: [[rm, -r, x]], deny: [[rm, "**"]]', "deny has rm **, which goes before"],
    ['ask: [[rm, x]], deny: [["*", x]]', "deny has * x, which goes before"],
    ['allow: [[systemctl, restart, "a*"]], ask: [[systemctl, "*", "**"]]', "ask has systemctl * **, which goes before"],
  ])("%s", (keys, reason) => {
    const { problems } = check(keys);
    expect(problems).toHaveLength(1);
    expect(problems[0]).toContain(`which can never match: ${reason}`);
  });

  test("but a wider one beside a narrower one is none", () => {
    expect(
      check('allow: [[systemctl, "**"]], ask: [[systemctl, restart, "*"]], deny: [[systemctl, "*", "-*"]]').problems,
    ).toEqual([]);
  });
});

test("lists that are none, or nothing at all, are problems", () => {
  expect(check("timeout: 5s").problems.join()).toContain(
    "Found neither allow nor ask, without which nothing ever runs",
  );
  expect(check("allow: [systemctl]").problems.join()).toContain("a command as a list of words");
  expect(check("allow: [[]]").problems.join()).toContain("a command of at least one word");
  expect(check("allow: [[sleep, 5]]").problems.join()).toContain('put it in quotes: "5"');
  expect(check("allow: [[ls]], environment: { A B: x }").problems.join()).toContain(
    "the name of an environment variable",
  );
});

test("a program that is not there, and one that runs whatever it is told, are warnings", () => {
  const none = checkedManifest(entry("allow: [[nosuch, x]]"), { hasProgram: () => false });
  expect(none.problems).toEqual([]);
  expect(none.warnings.join()).toContain('Found no program "nosuch" on this machine');
  expect(check('allow: [["**"]]').warnings.join()).toContain("which lets a model choose the program");
  expect(check('allow: [[/usr/bin/python3, "*"]]').warnings.join()).toContain("which lets a model run anything");
  expect(check("allow: [[python3, /opt/report.py]]").warnings).toEqual([]);
});

describe("a program whose options reach far is a warning", () => {
  test.each([
    ['[git, log, "*"]', 'deny: [[git, log, "-*", "**"]]'],
    ['[tar, -tf, "*"]', 'deny: [[tar, -tf, "-*", "**"]]'],
    ['[/usr/bin/curl, "*"]', 'deny: [[/usr/bin/curl, "-*", "**"]]'],
  ])("where a model may give them: %s", (command, deny) => {
    expect(check(`allow: [${command}]`).warnings.join()).toContain("in which * stands for options, too");
    expect(check(`allow: [${command}], ${deny}`).warnings.join()).not.toContain("stands for options");
  });

  test("also where it is one of the rest, which no pattern of its beginning denies", () => {
    const rest = 'allow: [[git, log, "**"]], deny: [[git, log, "-*", "**"]]';
    expect(check(rest).warnings.join()).toContain("better -- before it, or each word written out, with * for one");
    expect(check('allow: [[git, log, --, "**"]]').warnings).toEqual([]);
  });

  test.each([['[git, log, --oneline, --, "*"]'], ["[git, status]"], ['[git, show, "v*"]']])(
    "and none where it may not: %s",
    (command) => {
      expect(check(`allow: [${command}]`).warnings).toEqual([]);
    },
  );
});
