// Fetching a model's file from a server on loopback that can break off, begin anew, lie and stall.

import { afterEach, beforeEach, describe, expect, test } from "bun:test";
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { DownloadProgress, ModelDownload } from "../../../src/model/builtin/download.ts";
import { fetchModel } from "../../../src/model/builtin/fetch-model.ts";

const content = new Uint8Array(3 * 1024 * 1024).map((_, index) => (index * 7 + (index >> 8)) % 251);
const sha256 = new Bun.CryptoHasher("sha256").update(content).digest("hex");
const never = new AbortController().signal;
const pace = { reportMs: 1, stallMs: 5_000 };

type Serve = (request: Request) => Response | Promise<Response>;

describe("fetchModel", () => {
  let folder: string;
  let server: Bun.Server<undefined>;
  let serve: Serve = whole;
  let ranges: (string | null)[] = [];

  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), "muster-fetch-"));
    ranges = [];
    server = Bun.serve({
      port: 0,
      hostname: "127.0.0.1",
      idleTimeout: 30,
      error: () => new Response(null, { status: 500 }),
      fetch: (request) => {
        ranges.push(request.headers.get("range"));
        return serve(request);
      },
    });
  });

  afterEach(async () => {
    await server.stop(true);
    await rm(folder, { recursive: true, force: true });
  });

  function download(): ModelDownload {
    return { url: `http://127.0.0.1:${server.port}/model.gguf`, sha256, path: join(folder, "models", "model.gguf") };
  }

  test("keeps the file when its hash is right, and tells how far it is", async () => {
    serve = whole;
    const progress = await all(fetchModel(download(), never, pace));
    expect(progress[0]).toEqual({ completedBytes: 0, totalBytes: content.length });
    expect(progress.at(-1)).toEqual({ completedBytes: content.length, totalBytes: content.length });
    expect(readFileSync(download().path).equals(content)).toBe(true);
    expect(existsSync(`${download().path}.part`)).toBe(false);
  });

  test("does nothing when the file is there", async () => {
    serve = whole;
    await all(fetchModel(download(), never, pace));
    expect(await all(fetchModel(download(), never, pace))).toEqual([]);
    expect(ranges).toHaveLength(1);
  });

  test("resumes where it broke off", async () => {
    serve = () => truncated(1_000_000);
    expect(all(fetchModel(download(), never, pace))).rejects.toMatchObject({ kind: "unreachable" });
    await all(fetchModel(download(), never, pace)).catch(() => undefined);
    const kept = readFileSync(`${download().path}.part`).length;
    expect(kept).toBeGreaterThan(0);
    serve = ranged;
    const [first] = await all(fetchModel(download(), never, pace));
    expect(first).toEqual({ completedBytes: kept, totalBytes: content.length });
    expect(ranges.at(-1)).toBe(`bytes=${kept}-`);
    expect(readFileSync(download().path).equals(content)).toBe(true);
  });

  test("begins anew when the server knows no ranges", async () => {
    await halfPart();
    serve = whole;
    await all(fetchModel(download(), never, pace));
    expect(readFileSync(download().path).equals(content)).toBe(true);
  });

  test("takes a part that is whole already", async () => {
    await writePart(content);
    serve = ranged;
    await all(fetchModel(download(), never, pace));
    expect(readFileSync(download().path).equals(content)).toBe(true);
  });

  test("removes a file with the wrong hash and names both hashes", async () => {
    serve = () => new Response("not the model");
    const fetched = all(fetchModel(download(), never, pace));
    expect(fetched).rejects.toThrow(sha256);
    await fetched.catch(() => undefined);
    expect(existsSync(download().path)).toBe(false);
    expect(existsSync(`${download().path}.part`)).toBe(false);
  });

  test("an error status is told, and keeps what there is", async () => {
    await halfPart();
    serve = () => new Response("no", { status: 403 });
    const fetched = all(fetchModel(download(), never, pace));
    expect(fetched).rejects.toMatchObject({ kind: "refused", status: 403 });
    await fetched.catch(() => undefined);
    expect(existsSync(`${download().path}.part`)).toBe(true);
  });

  test("a server that stops sending is given up", async () => {
    serve = stalled;
    expect(all(fetchModel(download(), never, { reportMs: 1, stallMs: 200 }))).rejects.toThrow("no byte came for 0.2 s");
    await all(fetchModel(download(), never, { reportMs: 1, stallMs: 200 })).catch(() => undefined);
  });

  test("an abort throws its reason and leaves the part for later", async () => {
    serve = stalled;
    const controller = new AbortController();
    const running = fetchModel(download(), controller.signal, pace);
    await running.next();
    controller.abort(new Error("shutting down"));
    expect(all(running)).rejects.toThrow("shutting down");
    await all(running).catch(() => undefined);
    expect(existsSync(`${download().path}.part`)).toBe(true);
  });

  test("a second fetch of the same file waits for the first", async () => {
    serve = whole;
    await Promise.all([all(fetchModel(download(), never, pace)), all(fetchModel(download(), never, pace))]);
    expect(ranges).toHaveLength(1);
  });

  test("nobody there is unreachable", async () => {
    const asked = download();
    await server.stop(true);
    expect(all(fetchModel(asked, never, pace))).rejects.toMatchObject({ kind: "unreachable" });
    await all(fetchModel(asked, never, pace)).catch(() => undefined);
  });

  async function halfPart(): Promise<void> {
    await writePart(content.subarray(0, content.length / 2));
  }

  async function writePart(bytes: Uint8Array): Promise<void> {
    await Bun.write(`${download().path}.part`, "");
    writeFileSync(`${download().path}.part`, bytes);
  }
});

function whole(): Response {
  return new Response(content);
}

function ranged(request: Request): Response {
  const start = Number(/^bytes=(\d+)-$/.exec(request.headers.get("range") ?? "")?.[1] ?? Number.NaN);
  if (Number.isNaN(start)) return whole();
  if (start >= content.length) return new Response(null, { status: 416 });
  const headers = { "content-range": `bytes ${start}-${content.length - 1}/${content.length}` };
  return new Response(content.subarray(start), { status: 206, headers });
}

/** Announces everything and breaks off. */
function truncated(bytes: number): Response {
  const body = new ReadableStream<Uint8Array>({
    start(controller) {
      controller.enqueue(content.subarray(0, bytes));
    },
    async pull(controller) {
      await Bun.sleep(20);
      controller.error(new Error("broken off on purpose"));
    },
  });
  return new Response(body, { headers: { "content-length": String(content.length) } });
}

function stalled(): Response {
  const body = new ReadableStream<Uint8Array>({
    start(controller) {
      controller.enqueue(content.subarray(0, 1_000));
    },
  });
  return new Response(body);
}

async function all(progress: AsyncIterable<DownloadProgress>): Promise<DownloadProgress[]> {
  const seen: DownloadProgress[] = [];
  for await (const one of progress) seen.push(one);
  return seen;
}
