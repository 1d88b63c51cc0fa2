// What ten idle agents hold of memory when everything is configured that agents can have, beside ten that answer and nothing else.

import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { cache } from "../../../build/paths.ts";
import type { BenchContext } from "../support/bench-context.ts";
import { over, type Row } from "../support/row.ts";
import { settledMb } from "../support/process-figures.ts";

const count = 10;

export async function configuredRows(bench: BenchContext): Promise<readonly Row[]> {
  const folder = join(cache, "bench", "configured");
  for (const name of ["skills/inspect", "docs", "in", "files"]) await mkdir(join(folder, name), { recursive: true });
  await writeFile(join(folder, "skills", "inspect", "SKILL.md"), skill);
  await writeFile(join(folder, "docs", "press.md"), document);
  const knowledge = `    knowledge: { paths: [${JSON.stringify(join(folder, "docs"))}], model: embed }\n`;
  const all = (at: number): string => everything(folder, at);
  const reference = {
    what: "10 agents that only answer",
    value: await idleMb(
      bench,
      agentsOf(bench, () => ""),
    ),
  };
  const most = await idleMb(bench, elsewhere + agentsOf(bench, all));
  const whole = await idleMb(bench, elsewhere + agentsOf(bench, (at) => all(at) + knowledge));
  return [
    over({ what: "RSS with 10 idle agents, all but knowledge configured", unit: "MB", value: most, reference }, 25),
    over({ what: "RSS with 10 idle agents, everything configured", unit: "MB", value: whole, reference }, 25),
  ];
}

async function idleMb(bench: BenchContext, manifest: string): Promise<number> {
  const muster = await bench.muster(manifest);
  const value = await settledMb(muster.pid());
  await muster.stop();
  return value;
}

const skill = `---
name: inspect
description: Inspects a press before a shift.
allowed-tools: clock notes_*
---

Ask for the number of the press.
`;

/** Nothing listens there: a broker that is away costs no less than one that is there. */
const elsewhere = `mqtt: { plant: { url: "mqtt://127.0.0.1:9" } }
otlp: { endpoint: "http://127.0.0.1:9" }
`;

const document = `# Press 3\n\n${"The guard door has to be shut before the press starts.\n\n".repeat(20)}`;

function agentsOf({ nats, modelUrl }: BenchContext, more: (at: number) => string): string {
  const agents = Array.from({ length: count }, (_, at) => `  a${at}:\n    model: m\n${more(at)}`);
  return `
identity: { owner: bench }
nats: { mode: external, servers: ["${nats.url}"] }
models:
  m:
    provider: ollama
    url: "${modelUrl}"
    model: "long?tokens=200"
    price: { currency: EUR, input: 1, output: 2, per: 1M }
  embed: { provider: ollama, url: "${modelUrl}", model: embed }
defaults: { instructions: Answer., concurrency: 16, queue: 64 }
agents:
${agents.join("")}`;
}

function everything(folder: string, at: number): string {
  return `
    callers: { trust: signed }
    memory: { summarise: true }
    skills: ${JSON.stringify(join(folder, "skills"))}
    guards:
      max_prompt: 16KB
      deny_prompt: { credentials: '(?i)\\bpassword\\b' }
      deny_answer: { card: "[0-9]{4}( ?[0-9]{4}){3}" }
      redact: { iban: "[A-Z]{2}[0-9]{2}[A-Z0-9]{10,30}" }
    budget:
      - { limit: 200k, unit: tokens, per: day }
      - { limit: 100, unit: turns, per: hour }
      - { limit: 5, unit: cost, currency: EUR, per: month }
    tools:
      clock: { type: time }
      ask_back: { type: ask }
      manuals: { type: files, root: ${JSON.stringify(join(folder, "files"))}, access: write }
      service: { type: shell, allow: [[systemctl, status, "*"]], ask: [[systemctl, restart, "*"]] }
      disk: { type: command, description: Says how full the disk is., command: [df, -h], parameters: { type: object, properties: {} } }
      gateway: { type: http, allow: ["GET http://127.0.0.1:9/"] }
      notes: { type: notes }
      say: { type: publish, allow: [bench.said.a${at}] }
      plc: { type: request, allow: [bench.plc.a${at}] }
      store: { type: mcp, command: [cat], start: lazy }
      maintenance: { type: agent, address: bench/a${(at + 1) % count} }
      fleet: { type: agents }
      expert: { type: handoff, to: bench/a${(at + 2) % count}, description: Knows more. }
    triggers:
      interval: { every: 1h, prompt: Well?, deliver: { nats: bench.interval.a${at} } }
      morning: { cron: "0 6 * * 1-5", timezone: Europe/Berlin, prompt: Well?, deliver: { file: ${JSON.stringify(join(folder, "{{run}}.txt"))} } }
      once: { at: "2199-01-01T00:00:00Z", prompt: Well? }
      alarm: { subject: bench.alarm.a${at} }
      broker: { mqtt: bench/alarm/a${at}, deliver: { mqtt: bench/explained/a${at} } }
      intake: { file: ${JSON.stringify(join(folder, "in"))}, pattern: "*.txt", prompt: "{{payload}}" }
`;
}
