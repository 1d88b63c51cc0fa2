import { expect, test } from "bun:test";
import { checkHttpTool } from "../../../../src/runtime/doctor/check-http-tool.ts";
import { findingsOf, linesOf } from "./findings.ts";

const rules = (...origins: string[]) => origins.map((origin) => ({ method: "GET", origin, path: "/" }));
const reachable = () => Promise.resolve(undefined);

test("each origin is connected to once", async () => {
  const looked: string[] = [];
  const look = (origin: string) => {
    looked.push(origin);
    return reachable();
  };
  const lists = { allow: rules("https://a.example", "http://b.example"), ask: rules("https://a.example") };
  expect(await linesOf(checkHttpTool("t", lists, { isOffline: false, look }))).toEqual([
    "ok: https://a.example takes connections, its certificate holds",
    "ok: http://b.example takes connections",
  ]);
  expect(looked).toEqual(["https://a.example", "http://b.example"]);
});

test("one that is off is a warning, and a private address says which key lists it", async () => {
  const look = () => Promise.resolve('"plc" is at a private address, 10.0.0.9, which this tool may not reach');
  expect(
    await findingsOf(checkHttpTool("t", { allow: rules("http://plc"), ask: [] }, { isOffline: false, look })),
  ).toMatchObject([
    { result: "warning", remedy: "List the address in private, when it is meant (docs/tools/http.md)" },
  ]);
});

test("with --offline only this machine is asked", async () => {
  const lists = { allow: rules("http://127.0.0.1:9000", "https://a.example"), ask: [] };
  expect(await linesOf(checkHttpTool("t", lists, { isOffline: true, look: reachable }))).toEqual([
    "ok: http://127.0.0.1:9000 takes connections",
    "skipped: https://a.example is not on this machine: not asked with --offline",
  ]);
});
