import { afterAll, describe, expect, test } from "bun:test";
import { chmodSync, existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { Secret } from "../../../../src/manifest/secret.ts";
import type { ShellToolConfig } from "../../../../src/manifest/tools/config.ts";
import type { ToolAction } from "../../../../src/tool/contract.ts";
import { fixedSource } from "../../../../src/tool/fixed-source.ts";
import { shellTool } from "../../../../src/tool/shell/shell.ts";
import { calledTools } from "../../../support/called-tool.ts";
import { scratchFolder } from "../../../support/scratch-folder.ts";
import { until } from "../../../support/until.ts";

const cwd = scratchFolder();
const rest = ["**"];
const base = { type: "shell", name: "sh", cwd, timeoutMs: 20_000, maxOutputBytes: 1000, environment: {} } as const;

function shell(changes: Partial<ShellToolConfig>) {
  return calledTools(fixedSource("sh", [shellTool({ ...base, allow: [], ask: [], deny: [], ...changes })]));
}

/** A program of the test's own, by an absolute path. */
function program(name: string, script: string): string {
  const path = join(cwd, name);
  writeFileSync(path, `#!/bin/sh\n${script}\n`);
  chmodSync(path, 0o755);
  return path;
}

const words = program("words", 'for word in "$@"; do printf "<%s>" "$word"; done');
const tools = shell({ allow: [[words, ...rest], ["pwd"], ["nosuch"]] });
const text = (argv: readonly string[]) => tools.text("sh", { argv });

test("runs a program in its folder and gives what it prints", async () => {
  expect(await text(["pwd"])).toBe(cwd);
  expect(await text([words, "a", "b"])).toBe("<a><b>");
  expect(await text([words])).toBe("[No output]");
});

test("runs in a folder of the turn where no other is named", async () => {
  const folder = join(cwd, "of-the-turn");
  mkdirSync(folder);
  const config = { ...base, allow: [["pwd"]], ask: [], deny: [] };
  const here = calledTools(fixedSource("sh", [shellTool({ ...config, cwd: folder })]));
  expect(await here.text("sh", { argv: ["pwd"] }, { folder: () => Promise.resolve(folder) })).toBe(folder);
});

describe("no word means more than it says:", () => {
  test.each([
    "; touch pwned",
    "$(touch pwned)",
    "`touch pwned`",
    "| touch pwned",
    "&& touch pwned",
    "> pwned",
    "a\ntouch pwned",
    "*",
    "~",
    "$HOME",
    "'",
    '"',
    "\\",
    "-n",
    "--",
    "",
    "{a,b}",
    "ü\u202e",
  ])("%p", async (word) => {
    const shown = word.replace("\u202e", "");
    expect(await text([words, word, "end"])).toBe(`<${shown}><end>`);
    expect(readdirSync(cwd)).not.toContain("pwned");
  });

  test("and a program with such a name is none", async () => {
    for (const argv of [["pwd; touch pwned"], ["pwd touch"], ["$(pwd)"], [" pwd"], ["pwd\n"]])
      expect(await tools.failure("sh", { argv })).toMatchObject({ kind: "denied" });
    expect(await tools.failure("sh", { argv: [words, "a\0b"] })).toMatchObject({ kind: "invalid" });
    expect(await tools.failure("sh", { argv: [] })).toMatchObject({ kind: "invalid" });
    expect(await tools.failure("sh", { argv: [""] })).toMatchObject({ kind: "invalid" });
    expect(await tools.failure("sh", { argv: [words, "x".repeat(200_000)] })).toMatchObject({ kind: "invalid" });
  });
});

describe("of the lists", () => {
  const marker = join(cwd, "precious");
  writeFileSync(marker, "");
  const guarded = shell({
    allow: [
      ["rm", "*"],
      [words, ...rest],
    ],
    deny: [
      ["rm", "-*", ...rest],
      [words, "secret"],
    ],
  });

  test("a line as one word is denied, and said to be words", async () => {
    const { text } = await guarded.failure("sh", { argv: ["ls -l  /srv"] });
    expect(text).toEndWith('. Each word stands by itself, such as ["ls","-l","/srv"]');
  });

  test("what none has is denied, with those that are", async () => {
    expect(await guarded.failure("sh", { argv: ["ls"] })).toEqual({
      kind: "denied",
      text: `"ls" is not allowed with these words. Allowed are: rm *; ${words} **`,
    });
  });

  test.each([
    ["rm  -rf precious"],
    ["rm", "-rf", marker],
    ["rm", "", "-rf", marker],
    ["rm", " -rf", marker],
    ["rm\t-rf", marker],
    ["rm", "-r", "-f", marker],
    ["rm -rf", marker],
    ["/bin/rm", marker],
    ["../bin/rm", marker],
    ["RM", marker],
  ])("rm cannot be had otherwise than allowed: %p %p %p %p", async (...argv) => {
    expect(await guarded.failure("sh", { argv: argv.filter((word) => typeof word === "string") })).toMatchObject({
      kind: "denied",
    });
    expect(existsSync(marker)).toBe(true);
  });

  test("a place that a pattern names is not left by a way upwards, also not past ask", async () => {
    mkdirSync(join(cwd, "open"), { recursive: true });
    const placed = shell({ allow: [[`${cwd}/open/*`], [words, `${cwd}/open/*`, ...rest]] });
    expect(await placed.text("sh", { argv: [words, `${cwd}/open/a`, "../b"] })).toBe(`<${cwd}/open/a><../b>`);
    for (const argv of [[words, `${cwd}/open/../precious`], [`${cwd}/open/../words`, "x"], [`${cwd}/open/../words`]])
      expect(await placed.failure("sh", { argv })).toMatchObject({ kind: "denied" });
    const asking = shell({ ask: [[words, "/srv/*"]], allow: [[words, "*"]] });
    expect(await asking.failure("sh", { argv: [words, "/srv/../etc/x"] })).toMatchObject({ kind: "denied" });
  });

  test("deny goes before allow, and ask before allow", async () => {
    expect(await guarded.text("sh", { argv: [words, "open"] })).toBe("<open>");
    expect(await guarded.failure("sh", { argv: [words, "secret"] })).toMatchObject({ kind: "denied" });
    const asking = shell({ allow: [[words, ...rest]], ask: [[words, "stop"]] });
    expect(await asking.text("sh", { argv: [words, "go"] })).toBe("<go>");
    expect(await asking.failure("sh", { argv: [words, "stop"] })).toEqual({
      kind: "denied",
      text: "This was not approved: nobody may approve",
    });
  });

  test("what is asked for is asked for exactly, and done after a yes only", async () => {
    const asked: ToolAction[] = [];
    const asking = shell({ ask: [[words, ...rest]], deny: [[words, "never"]] });
    const approve = (action: ToolAction) => {
      asked.push(action);
      return Promise.resolve({ isGranted: true } as const);
    };
    expect(await asking.text("sh", { argv: [words, "a b", "c"] }, { approve })).toBe("<a b><c>");
    expect(asked).toEqual([
      { tool: "sh", action: `${words} "a b" c in ${cwd}`, key: JSON.stringify(["sh", cwd, [words, "a b", "c"]]) },
    ]);
    expect(await asking.failure("sh", { argv: [words, "never"] }, { approve })).toMatchObject({ kind: "denied" });
    expect(asked).toHaveLength(1);
  });

  test("the model is told what there is", () => {
    const tool = shellTool({ ...base, allow: [["ls", "*"]], ask: [["reboot"]], deny: [] });
    expect(tool.description).toContain("Allowed commands: ls *.");
    expect(tool.description).toContain("Commands that somebody must approve first: reboot.");
  });
});

describe("what comes of a program", () => {
  const run = (script: string, changes: Partial<ShellToolConfig> = {}) => {
    const path = program(`p${Bun.hash(script).toString(36)}`, script);
    return { tools: shell({ allow: [[path]], ...changes }), input: { argv: [path] } };
  };
  const output = ({ tools: own, input }: ReturnType<typeof run>) => own.text("sh", input);
  const failed = ({ tools: own, input }: ReturnType<typeof run>) => own.failure("sh", input);

  test("is an error with what it printed when it does not end well", async () => {
    expect(await failed(run("echo out; echo err >&2; exit 3"))).toEqual({
      kind: "failed",
      text: "Exit code 3\nout\nerr",
    });
    expect(await failed(run("kill -SEGV $$"))).toMatchObject({ text: "It was ended by SIGSEGV\n[No output]" });
    expect(await tools.failure("sh", { argv: ["nosuch"] })).toEqual({
      kind: "failed",
      text: 'There is no program "nosuch"',
    });
  });

  test("keeps the head and the tail of long output, and says how much is left out", async () => {
    const long = await output(run("echo first; seq 1 100000; echo last"));
    expect(long).toStartWith("first\n1\n2\n");
    expect(long).toEndWith("\n100000\nlast");
    expect(long).toMatch(/\n\[… 574\.\d KB left out …\]\n/);
    expect(long.length).toBeLessThan(1100);
  });

  test("is said to be binary when it is, and has nothing that a terminal acts on", async () => {
    expect(await output(run("head -c 5000 /dev/zero"))).toBe("[Binary output of 4.9 KB]");
    expect(await output(run("printf '\\033[31mred\\033[0m\\a \\303\\050 done\\r\\n'"))).toBe("red \ufffd( done");
  });

  test("is cut short when it floods, in bounded memory", async () => {
    const held = () => {
      Bun.gc(true);
      const { heapUsed, external } = process.memoryUsage();
      return heapUsed + external;
    };
    const before = held();
    const { kind, text: told } = await failed(run("exec yes"));
    expect(kind).toBe("limit");
    expect(told).toStartWith("It was ended after 256");
    expect(held() - before).toBeLessThan(32 * 1024 ** 2);
  });

  test("is what it printed so far when it does not end in time", async () => {
    const { kind, text: told } = await failed(run("echo begun; sleep 600", { timeoutMs: 300 }));
    expect(kind).toBe("timeout");
    expect(told).toBe("It did not end within 300ms and was ended\nbegun");
  });

  test("reads nothing from us, and sees nothing of our environment but what it needs", async () => {
    process.env["MUSTER_TEST_SECRET"] = "our-own-key";
    afterAll(() => delete process.env["MUSTER_TEST_SECRET"]);
    expect(await output(run("cat"))).toBe("[No output]");
    const environment = await output(run("env", { environment: { TOKEN: new Secret("token-value-1") } }));
    const names = environment.split("\n").map((line) => line.split("=")[0] ?? "");
    const known = [
      "PATH",
      "TERM",
      "HOME",
      "USER",
      "LOGNAME",
      "LANG",
      "LC_ALL",
      "LC_CTYPE",
      "TZ",
      "TMPDIR",
      "PWD",
      "OLDPWD",
      "SHLVL",
      "_",
      "MUSTER_CALL",
      "TOKEN",
    ];
    expect(names.filter((name) => !known.includes(name))).toEqual([]);
    expect(environment).toContain("TOKEN=***");
    const plain = await output(
      run('printf "%s." "$TOKEN"; printf "%s" "$TOKEN" | base64', {
        environment: { TOKEN: new Secret("token-value-2") },
      }),
    );
    expect(plain).toBe("***.***==");
  });

  test("shows no part of a secret at a cut", async () => {
    const secret = "0123456789abcdefghijklmnopqrstuvwxyz";
    const script =
      'head -c 480 /dev/zero | tr "\\0" x; printf "%s" "$KEY"; head -c 5000 /dev/zero | tr "\\0" y; printf "%s" "$KEY"; head -c 480 /dev/zero | tr "\\0" z';
    const cut = await output(run(script, { environment: { KEY: new Secret(secret) } }));
    expect(cut.replace(/\n\[.*\]\n/, "")).toMatch(/^x{400,}z{400,}$/);
  });
});

describe("nothing that it started is left behind", () => {
  const family = program(
    "family",
    `sleep 600 & echo $! >> "$0.pids"
     setsid sleep 600 & echo $! >> "$0.pids"
     (setsid sh -c 'trap "" TERM HUP; sleep 600' & echo $! >> "$0.pids") &
     echo begun > "$0.begun"
     [ "$1" = stay ] && exec sleep 600
     exit 0`,
  );
  const living = () => pids().filter((pid) => existsSync(`/proc/${pid}`) && !isZombie(pid));
  const pids = () => readFileSync(`${family}.pids`, "utf8").trim().split("\n");
  const isZombie = (pid: string) => /\) [ZX] /.test(readFileSync(`/proc/${pid}/stat`, "utf8"));

  test.each([
    ["when it ends", ["end"], undefined],
    ["at its timeout", ["stay"], 1000],
  ])("%s", async (_, argv, timeoutMs) => {
    const own = shell({ allow: [[family, "*"]], ...(timeoutMs === undefined ? {} : { timeoutMs }) });
    await own.text("sh", { argv: [family, ...argv] }).catch(() => undefined);
    expect(pids().length).toBeGreaterThanOrEqual(2);
    await until("their end", () => living().length === 0);
  });

  test("when the turn is stopped: at once, with the reason of that", async () => {
    const stop = new AbortController();
    const own = shell({ allow: [[family, "*"]], timeoutMs: 600_000 });
    writeFileSync(`${family}.begun`, "");
    const call = own.text("sh", { argv: [family, "stay"] }, { signal: stop.signal });
    await until("its start", () => readFileSync(`${family}.begun`, "utf8") !== "");
    stop.abort(new Error("turn stopped"));
    const started = performance.now();
    expect(await call.catch((error: unknown) => String(error))).toBe("Error: turn stopped");
    expect(performance.now() - started).toBeLessThan(1000);
    await until("their end", () => living().length === 0);
  });
});
