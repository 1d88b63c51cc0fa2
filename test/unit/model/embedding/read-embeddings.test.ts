import { describe, expect, test } from "bun:test";
import { ModelError } from "../../../../src/model/contract.ts";
import { listAt, readEmbeddingsAnswer, readVector } from "../../../../src/model/embedding/read-embeddings.ts";
import { modelError, reasonOf } from "../../../support/model-fixtures.ts";

describe("readEmbeddingsAnswer", () => {
  test("reads an object, and says what is none", async () => {
    expect(await readEmbeddingsAnswer(new Response('{"a":[1]}'), 1)).toEqual({ a: [1] });
    for (const text of ["", "[]", "<html>", "null"]) {
      expect(modelError(await reasonOf(readEmbeddingsAnswer(new Response(text), 1))).kind).toBe("invalid");
    }
  });

  test("leaves off at an answer that does not end", async () => {
    let pulls = 0;
    const endless = new ReadableStream<Uint8Array>({
      pull: (controller) => {
        pulls++;
        controller.enqueue(new Uint8Array(256 * 1024));
      },
    });
    expect(modelError(await reasonOf(readEmbeddingsAnswer(new Response(endless), 1))).message).toContain(
      "more than vectors",
    );
    expect(pulls).toBeLessThan(20);
  });
});

describe("readVector", () => {
  test("reads lists, and base64 of 32-bit floats", () => {
    expect(readVector([1, 2])).toEqual([1, 2]);
    expect(readVector(Buffer.from(new Float32Array([0.5, -2]).buffer).toString("base64"))).toEqual(
      new Float32Array([0.5, -2]),
    );
  });

  test("refuses anything else", () => {
    for (const value of ["", "abc", 7, null, {}]) expect(() => readVector(value)).toThrow(ModelError);
    expect(() => listAt({ data: {} }, "data")).toThrow(ModelError);
  });
});
