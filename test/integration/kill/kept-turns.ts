// Turns of an agent that remembers, counts and has triggers, and what must be known of them after whatever ended its process: what a caller was
// answered is in its conversation and in the budgets, and no tick was run twice.

import { existsSync, mkdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { root } from "../../../build/paths.ts";
import { jsonRecord, jsonRecords, recordOf } from "../../support/json-record.ts";
import type { RunningMuster } from "../../support/muster.ts";
import { type RawCaller, rawCaller } from "../../support/raw-caller.ts";
import { runsOf } from "../../support/runs-of.ts";
import type { ReceivedRequest, ScriptedModel } from "../../support/scripted-model.ts";
import { until } from "../../support/until.ts";

const name = "clerk";
const session = "ledger";
const answer = "Noted.";
const usage = { input: 60, output: 40 };
const keptTurns = 200;
const document = join(root, "docs", "backup.md");

interface Place {
  readonly muster: RunningMuster;
  readonly model: ScriptedModel;
  /** Of its NATS server. */
  readonly url: string;
  readonly owner: string;
}

/** Its part of a manifest, with the two lists that it goes into. Has its model say what is looked for. */
export function clerkOf(model: ScriptedModel): { readonly models: string; readonly agents: string } {
  model.script(name, { text: answer, usage });
  const trigger = 'prompt: "Tick <{{run}}> <{{time}}>", conversation: none, catch_up: last, overlap: queue';
  return {
    models: `${name}: { provider: ollama, url: "${model.url}", model: ${name}, context: 32768 }
  embed: { provider: ollama, url: "${model.url}", model: embed }`,
    agents: `${name}:
    model: ${name}
    concurrency: 4
    memory: { keep_turns: ${keptTurns} }
    knowledge: { paths: ["${document}"], model: embed, context: 0, tool: true }
    budget: [{ limit: 1M, unit: turns, per: month }, { limit: 100M, unit: tokens, per: month }]
    triggers:
      by-clock: { cron: "* * * * * *", ${trigger}, deliver: { file: "answers/{{run}}.txt" } }
      by-interval: { every: 1s, ${trigger} }`,
  };
}

export class KeptTurns {
  readonly #place: Place;
  readonly #caller: RawCaller;
  readonly #answered: number[] = [];
  readonly #seen = new WeakSet<ReceivedRequest>();
  readonly #asked = new Set<string>();
  #next = 0;
  #checks = 0;

  private constructor(place: Place, caller: RawCaller) {
    this.#place = place;
    this.#caller = caller;
  }

  static async begin(place: Place): Promise<KeptTurns> {
    mkdirSync(join(place.muster.folder, "answers"), { recursive: true });
    return new KeptTurns(place, await rawCaller(place.url));
  }

  /** How many turns were answered to their end. */
  answered(): number {
    return this.#answered.length;
  }

  /** How many ticks came to the model. */
  ticks(): number {
    return this.#asked.size;
  }

  /** One turn after the other until told to stop. */
  async ask(over: AbortSignal): Promise<void> {
    const isOver = new Promise<undefined>((resolve) => {
      over.addEventListener("abort", () => resolve(undefined), { once: true });
    });
    while (!over.aborted) {
      const number = this.#next++;
      const prompt = JSON.stringify({ prompt: `Turn ${number}`, session });
      const stream = this.#caller.prompt(`agents.prompt.muster.${this.#place.owner}.${name}`, prompt);
      const read = await Promise.race([stream.done.catch(() => undefined), isOver]);
      stream.stop();
      if (read?.error() === undefined && read?.text() === answer) this.#answered.push(number);
      else await Bun.sleep(20);
    }
  }

  /** Once it runs again. Throws when something that was said to be kept is not, or a tick was run twice. */
  async check(): Promise<void> {
    await this.#checkConversation();
    await this.#checkBudgets();
    await this.#checkRuns();
    if (this.#checks++ % 4 === 0) await this.#checkKnowledge();
  }

  async close(): Promise<void> {
    await this.#caller.close();
  }

  async #checkConversation(): Promise<void> {
    if (this.#answered.length === 0) return;
    const kept = await this.#keptTurns();
    const missing = this.#answered.slice(-keptTurns / 2).filter((number) => !kept.includes(number));
    if (missing.length > 0) throw new Error(`Turns ${missing.join(", ")} were answered, and are not kept`);
    const isInOrder = kept.every((number, at) => at === 0 || number > (kept[at - 1] ?? 0));
    if (!isInOrder) throw new Error(`Turns are kept as ${kept.join(", ")}`);
  }

  async #keptTurns(): Promise<number[]> {
    const { stdout, stderr, code } = await this.#place.muster.command(["conversations", "export", "--agent", name]);
    if (code !== 0) throw new Error(`muster conversations ended with ${code}: ${stderr}`);
    const conversations = stdout.trimEnd().split("\n").map(jsonRecord);
    const ledger = conversations.find((one) => one["session"] === session);
    return jsonRecords(ledger?.["history"]).map((turn) => {
      const [asked, said] = jsonRecords(turn["messages"]);
      if (said?.["text"] !== answer) throw new Error(`A turn is kept in part: ${JSON.stringify(turn)}`);
      return Number(/^Turn (\d+)$/.exec(String(asked?.["text"]))?.[1]);
    });
  }

  async #checkBudgets(): Promise<void> {
    const agent = (await this.#place.muster.status()).agents.find((one) => one.name === name);
    const spent = (unit: string) => agent?.budgets?.find((budget) => budget.unit === unit)?.spent ?? 0;
    const least = this.#answered.length;
    if (spent("turns") < least) throw new Error(`${least} turns were answered, and ${spent("turns")} are counted`);
    const tokens = least * (usage.input + usage.output);
    if (spent("tokens") < tokens) throw new Error(`${tokens} tokens were spent, and ${spent("tokens")} are counted`);
  }

  /** Its index may be lost, and is made again then. */
  async #checkKnowledge(): Promise<void> {
    const find = ["knowledge", "search", name, "power cut"];
    await until("the documents to be found", async () => {
      const { stdout, code } = await this.#place.muster.command(find);
      return code === 0 && stdout.includes("backup.md");
    });
  }

  async #checkRuns(): Promise<void> {
    const runs = await runsOf(this.#place.muster, name);
    const isKnown = new Set(runs.map(({ id }) => id));
    const lost = this.#takeAsked().filter((id) => !isKnown.has(id));
    if (lost.length > 0) throw new Error(`Runs ${lost.join(", ")} came to the model, and are not recorded`);
    const ticks = runs
      .filter(({ trigger, state }) => trigger === "by-clock" && state !== "skipped")
      .map(({ due }) => due);
    const twice = ticks.filter((due, at) => ticks.indexOf(due) !== at);
    if (twice.length > 0) throw new Error(`Ticks were run twice: ${twice.join(", ")}`);
    const gone = runs.filter(({ delivery, id }) => delivery === "delivered" && !this.#isThere(String(id)));
    if (gone.length > 0) throw new Error(`Answers were delivered, and are not there: ${JSON.stringify(gone)}`);
  }

  #isThere(run: string): boolean {
    const path = join(this.#place.muster.folder, "answers", `${run}.txt`);
    return existsSync(path) && readFileSync(path, "utf8").trimEnd() === answer;
  }

  /** Ids of the runs that came to the model since the last time. Throws when one came twice. */
  #takeAsked(): string[] {
    const fresh = this.#place.model.received.chats().filter((request) => !this.#seen.has(request));
    return fresh.flatMap((request) => {
      this.#seen.add(request);
      const { content } = recordOf(jsonRecords(request.body["messages"]).at(-1));
      const run = request.model === name ? /^Tick <(.+)> <.+>$/.exec(String(content))?.[1] : undefined;
      if (run === undefined) return [];
      if (this.#asked.has(run)) throw new Error(`The run "${run}" came to the model twice`);
      this.#asked.add(run);
      return [run];
    });
  }
}
