// Recall: how long it takes to find passages among many, by meaning and by words at once.

import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { IndexReader } from "../../../src/knowledge/store/index-reader.ts";
import { IndexStore } from "../../../src/knowledge/store/index-store.ts";
import { alone, type Row } from "../support/row.ts";
import { median } from "../support/statistics.ts";

const passages = 50_000;
const dimensions = 384;
const passagesOfDocument = 500;
const wordsOfPassage = 120;
const vocabulary = 30_000;
const searches = 30;

export async function recallRows(): Promise<readonly Row[]> {
  const folder = await mkdtemp(join(tmpdir(), "muster-bench-recall-"));
  try {
    const settings = { model: "bench", dimensions, chunkTokens: 256, overlapTokens: 32, documentPrefix: "" };
    const path = join(folder, "bench.db");
    const store = await IndexStore.open(path, folder, settings);
    const reader = new IndexReader({ path, stateDirectory: folder });
    try {
      const startedAt = performance.now();
      await fill(store);
      const seconds = (performance.now() - startedAt) / 1000;
      return [await searchRow(reader, `${(passages / seconds).toFixed(0)} passages a second were written`)];
    } finally {
      reader.close();
      store.close();
    }
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

async function searchRow(reader: IndexReader, written: string): Promise<Row> {
  const times: number[] = [];
  const scans: number[] = [];
  const vectors = Float32Array.from({ length: passages * dimensions }, () => random() - 0.5);
  for (let at = 0; at < searches; at++) {
    scans.push(scanMs(vectors));
    // Words of a question: some in nearly every passage, some rare.
    const query = [...text(random, 6).split(" "), ...Array.from({ length: 4 }, () => word(random() ** 2))].join(" ");
    const startedAt = performance.now();
    const found = await reader.find(query, vector(), 5);
    times.push(performance.now() - startedAt);
    if (found.length !== 5) throw new Error(`Found ${found.length} passages instead of 5`);
  }
  const note = `slowest ${Math.max(...times.slice(3)).toFixed(0)} ms; ${written}`;
  const reference = { what: "all vectors compared in memory", value: median(scans) };
  const what = `recall, ${passages / 1000}k passages of ${dimensions} numbers, by meaning and words`;
  return alone({ what, unit: "ms", value: median(times.slice(3)), reference, note }, 50);
}

/** What comparing alone takes on this machine now. */
function scanMs(vectors: Float32Array): number {
  const query = vector();
  const startedAt = performance.now();
  let best = -Infinity;
  for (let row = 0; row < vectors.length; row += dimensions) {
    let sum = 0;
    for (let at = 0; at < dimensions; at++) sum += (vectors[row + at] ?? 0) * (query[at] ?? 0);
    if (sum > best) best = sum;
  }
  return performance.now() - startedAt;
}

async function fill(store: IndexStore): Promise<void> {
  for (let document = 0; document < passages / passagesOfDocument; document++) {
    const name = `${document}.md`;
    const made = Array.from({ length: passagesOfDocument }, (_, at) => {
      const said = text(random, wordsOfPassage);
      return { headings: [`Part ${at}`], text: said, hash: `${document} ${at}`, vector: vector() };
    });
    await store.rows.replace({ path: `/${name}`, name, stamp: "1", hash: name }, made, 1);
  }
}

/** The same in each run. */
let state = 1;
function random(): number {
  state = (Math.imul(state, 1_103_515_245) + 12_345) & 0x7fffffff;
  return state / 0x7fffffff;
}

/** Words as languages have them: few that are everywhere, many that are rare. */
function text(next: () => number, count: number): string {
  return Array.from({ length: count }, () => word(Math.exp(next() * Math.log(vocabulary)) / vocabulary)).join(" ");
}

function word(place: number): string {
  return `w${Math.floor(place * (vocabulary - 1)).toString(36)}`;
}

function vector(): Float32Array {
  const made = Float32Array.from({ length: dimensions }, () => random() - 0.5);
  const length = Math.hypot(...made);
  return made.map((value) => value / length);
}
