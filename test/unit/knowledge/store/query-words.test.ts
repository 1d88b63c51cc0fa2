import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { Database } from "bun:sqlite";
import { CommonWords, queryWords, wordsOf } from "../../../../src/knowledge/store/query-words.ts";

let database: Database;
beforeAll(() => {
  database = new Database(":memory:");
  database.run("CREATE VIRTUAL TABLE words USING fts5(text, detail=none, tokenize='unicode61 remove_diacritics 2')");
  database.run("CREATE VIRTUAL TABLE word_counts USING fts5vocab(words, row)");
  const insert = database.query("INSERT INTO words (text) VALUES (?)");
  database.transaction(() => {
    for (let at = 0; at < 9_000; at++)
      insert.run(`the ${at % 2 === 0 ? "press" : "robot"} ${at === 7 ? "Öltank" : ""}`);
  })();
});
afterAll(() => database.close());

const words = (query: string, common = new CommonWords()) =>
  queryWords(query, database, common).map(({ word }) => word);

describe("the words of a query", () => {
  test("are looked up from the rarest on, as long as following them costs little", () => {
    expect(words("the press öltank")).toEqual(["oltank", "press"]);
    expect(words("press robot")).toEqual(["press"]);
  });

  test("that are in nearly every passage, or in none, are not followed", () => {
    const common = new CommonWords();
    expect(words("the", common)).toEqual([]);
    expect(common.has("the")).toBe(true);
    expect(words("nothing of this", common)).toEqual([]);
    expect(words("", common)).toEqual([]);
  });

  test("are folded as the index folds them, each once, and not without end", () => {
    expect(wordsOf("Öl, ÖL! naïve-e2e 水")).toEqual(["ol", "naive", "e2e", "水"]);
    expect(wordsOf(Array.from({ length: 500 }, (_, at) => `w${at}`).join(" "))).toHaveLength(32);
  });
});
