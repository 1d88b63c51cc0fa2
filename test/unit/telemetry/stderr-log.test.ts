import { expect, test } from "bun:test";
import { boundedWriter } from "../../../src/telemetry/stderr-log.ts";

test("a reader that does not read costs lines, not memory, and is told how many", () => {
  const written: string[] = [];
  const stream = {
    writableLength: 2 * 1024 * 1024,
    write: (line: string) => written.push(line) > 0,
  };
  const write = boundedWriter(stream);
  write("lost\n");
  write("lost\n");
  stream.writableLength = 0;
  write("seen\n");
  expect(written).toEqual(['{"level":"warn","message":"Log lines were dropped","lines":2}\n', "seen\n"]);
});
