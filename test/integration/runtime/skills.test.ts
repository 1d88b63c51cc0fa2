import { afterAll, describe, expect, test } from "bun:test";
import { mkdir, mkdtemp, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { mustersOfTests } from "../../support/musters-of-tests.ts";
import { openScriptedBus } from "../../support/scripted-bus.ts";
import type { Script } from "../../support/scripted-model.ts";
import { until } from "../../support/until.ts";

const subject = "agents.prompt.muster.test.helper";
const { nats, model, caller, close } = await openScriptedBus();
const startInTest = mustersOfTests();
const scratch = await mkdtemp(join(tmpdir(), "muster-skills-"));

afterAll(async () => {
  await close();
  await rm(scratch, { recursive: true, force: true });
});

const skill = (name: string, does: string, keys = "") =>
  `---\nname: ${name}\ndescription: ${does}\n${keys}---\nTo ${name}, look at the clock.\n`;

async function start(script: Script) {
  model.script("scripted", script);
  const folder = await mkdtemp(join(scratch, "case-"));
  await mkdir(join(folder, "inspect", "references"), { recursive: true });
  await mkdir(join(folder, "pay"));
  await writeFile(join(folder, "inspect", "SKILL.md"), skill("inspect", "Inspects a press.", "allowed-tools: clock\n"));
  await writeFile(join(folder, "inspect", "references", "press.md"), "The press is green.");
  await writeFile(join(folder, "outside.md"), "Nobody reads this.");
  await symlink("../outside.md", join(folder, "inspect", "out.md"));
  await writeFile(join(folder, "pay", "SKILL.md"), skill("pay", "Pays a bill."));
  const manifest = `
identity: { owner: test }
nats: { servers: ["${nats.url}"] }
endpoints:
  scripted: { provider: ollama, url: "${model.url}", parallel: 4 }
models:
  local: { endpoint: scripted, model: scripted, context: 8192 }
agents:
  helper:
    model: local
    skills: ${folder}
    tools:
      clock: { type: time }
      memo: { type: notes }
`;
  const muster = await startInTest({ manifest });
  return { muster, folder };
}

const bodies = (count: number) =>
  model.received
    .chats()
    .slice(-count)
    .map(({ body }) => body);
const offered = (body: Readonly<Record<string, unknown>> | undefined) =>
  [...JSON.stringify(body?.["tools"] ?? []).matchAll(/"name":"([a-z_]+)","description"/g)].map(([, name]) => name);
const told = (body: Readonly<Record<string, unknown>> | undefined) => JSON.stringify(body?.["messages"]);

describe("an agent with skills", () => {
  test("tells its model of them, and their instructions and files when it asks", async () => {
    await start({
      steps: [
        { calls: [{ name: "skill", input: { name: "pay" } }] },
        { calls: [{ name: "skill", input: { name: "inspect", file: "references/press.md" } }] },
        { text: "Done." },
      ],
    });
    const answer = await caller.prompt(subject, "Go").done;
    expect(answer.text()).toBe("Done.");
    const [first, second, third] = bodies(3);
    expect(JSON.stringify(first)).toContain("- inspect: Inspects a press.\\n- pay: Pays a bill.");
    expect(JSON.stringify(first)).not.toContain("look at the clock");
    expect(told(second)).toContain("To pay, look at the clock.");
    expect(offered(second)).toContain("memo_set");
    expect(told(third)).toContain("The press is green.");
  });

  test("may call no other tools than a skill allows once it is used, until the turn is over", async () => {
    await start({
      steps: [
        {
          calls: [
            { name: "skill", input: { name: "inspect" } },
            { name: "memo_set", input: { name: "a", text: "b" } },
          ],
        },
        { calls: [{ name: "skill", input: { name: "pay" } }] },
        { calls: [{ name: "MEMO_SET", input: { name: "a", text: "b" } }] },
        { calls: [{ name: "clock", input: {} }] },
        { text: "Inspected." },
      ],
    });
    expect((await caller.prompt(subject, "Inspect").done).text()).toBe("Inspected.");
    const requests = bodies(5);
    expect(offered(requests[0])).toEqual(["skill", "clock", "memo_get", "memo_list", "memo_set", "memo_delete"]);
    for (const later of requests.slice(1)) expect(offered(later)).toEqual(["skill", "clock"]);
    const refused = 'The skill \\"inspect\\" does not allow the tool \\"memo_set\\" in this turn';
    expect(told(requests[1])).toContain(refused);
    expect(told(requests[3]).split(refused)).toHaveLength(3);
    expect(told(requests[4])).toContain("timezone");
    expect((await caller.prompt(subject, "Again").done).text()).toBe("Inspected.");
    expect(offered(bodies(5)[0])).toContain("memo_set");
  });

  test("reads nothing outside of a skill's folder", async () => {
    const files = ["../outside.md", "out.md", "/etc/hostname", "references/../../outside.md"];
    const calls = files.map((file) => ({ name: "skill", input: { name: "inspect", file } }));
    await start({ steps: [{ calls }, { text: "Done." }] });
    await caller.prompt(subject, "Go").done;
    const [last] = bodies(1);
    expect(told(last).split("outside of the folder")).toHaveLength(files.length + 1);
    expect(told(last)).not.toContain("Nobody reads this");
  });

  test("follows their changes, keeps the last good form of one with a mistake, and takes up new ones", async () => {
    const { muster, folder } = await start({ steps: [{ text: "Yes." }] });
    const described = async () => {
      await caller.prompt(subject, "Hello").done;
      return JSON.stringify(bodies(1)[0]?.["tools"]);
    };
    expect(await described()).toContain("Pays a bill.");
    await writeFile(join(folder, "pay", "SKILL.md"), skill("pay", "Pays two bills."));
    await until("the changed text", async () => (await described()).includes("Pays two bills."));
    await writeFile(join(folder, "pay", "SKILL.md"), skill("PAY", "Pays nobody."));
    await until("the problem in the log", () => muster.log().includes("SKILL.md:2:7"));
    expect(await described()).toContain("Pays two bills.");
    await writeFile(join(folder, "pay", "SKILL.md"), skill("pay", "Pays two bills."));
    await mkdir(join(folder, "sweep"));
    await writeFile(join(folder, "sweep", "SKILL.md"), skill("sweep", "Sweeps the floor."));
    await until("the new skill", async () => (await described()).includes("Sweeps the floor."));
  });
});
