import { afterEach, describe, expect, test } from "bun:test";
import { statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { deflateSync } from "node:zlib";
import { DocumentError } from "../../../src/knowledge/documents/document.ts";
import { readPdf } from "../../../src/knowledge/documents/pdf/read-pdf.ts";
import { readDocument } from "../../../src/knowledge/documents/read-document.ts";
import { mayRun } from "../../support/may-run.ts";
import { rejection } from "../../support/rejection.ts";
import { scratchFolder } from "../../support/scratch-folder.ts";
import { tinyPdf, type TinyPage, type TinyPdfOptions } from "../../support/tiny-pdf.ts";

const folder = scratchFolder();
const bounds = { maxBytes: 50_000_000, signal: new AbortController().signal };

function pdfFile(pages: readonly TinyPage[], options: TinyPdfOptions = {}): string {
  const path = join(folder, `${crypto.randomUUID()}.pdf`);
  writeFileSync(path, tinyPdf(pages, options));
  return path;
}

async function failure(promise: Promise<unknown>): Promise<DocumentError> {
  const error: unknown = await promise.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  if (error instanceof DocumentError) return error;
  throw new Error(`Expected a DocumentError, got ${String(error)}`, { cause: error });
}

/** Keeps whoever reads it busy, and takes much memory. */
const endless = "BT /F1 1 Tf (x) Tj ET ".repeat(2_000_000);

afterEach(() => {
  expect(Bun.spawnSync(["pgrep", "-P", String(process.pid), "-f", "__pdf"]).stdout.toString()).toBe("");
});

describe("readDocument of a PDF", () => {
  test("gives its pages with text, under its outline, and its title", async () => {
    const path = pdfFile(
      [
        { lines: ["Pump 7 (new)", "", "", "Oil it daily.", "Twice in June."] },
        { lines: [] },
        { lines: ["Spare parts"] },
      ],
      {
        title: "Manual",
        outline: ["Care", "Nothing", "Parts"],
      },
    );
    expect(await readDocument(path, bounds)).toEqual({
      title: "Manual",
      sections: [
        { headings: ["Care"], page: 1, text: "Pump 7 (new)\n\nOil it daily.\nTwice in June." },
        { headings: ["Parts"], page: 3, text: "Spare parts" },
      ],
    });
  });

  test("says of pages without text that they are to be recognised first", async () => {
    const path = pdfFile([{ lines: [] }, { lines: [] }], { drawn: "10 10 100 100 re f" });
    const error = await failure(readDocument(path, bounds));
    expect(error.kind).toBe("textless");
    expect(error.message).toContain("recognised first");
  });

  test("gives a page of many characters whole", async () => {
    const lines = Array.from({ length: 900 }, (_, at) => `line ${at} ${'\\" word'.repeat(10)}`);
    const [page] = (await readDocument(pdfFile([{ lines }]), bounds)).sections;
    expect(page?.text.length).toBeGreaterThan(50_000);
    expect(page?.text.replace(/\s/g, "")).toBe(lines.join("").replace(/\s/g, ""));
  });

  test("says that one asks for a password", async () => {
    const error = await failure(readDocument(pdfFile([{ lines: ["secret"] }], { isEncrypted: true }), bounds));
    expect(error.kind).toBe("encrypted");
    expect(error.message).toMatch(/^Cannot read "\/.*\.pdf": it asks for a password\. Save a copy without one$/);
  });

  test("says that one is broken, or none at all", async () => {
    const path = join(folder, "broken.pdf");
    writeFileSync(path, tinyPdf([{ lines: ["x"] }]).subarray(0, 60));
    expect((await failure(readDocument(path, bounds))).kind).toBe("broken");
    writeFileSync(path, "no pdf");
    expect((await failure(readDocument(path, bounds))).kind).toBe("broken");
    expect((await failure(readDocument(path, { ...bounds, maxBytes: 3 }))).kind).toBe("too-large");
  });

  test("ends the reading of one that takes too long", async () => {
    const error = await failure(readPdf(pdfFile([{ lines: [] }], { drawn: endless }), { ...bounds, timeoutMs: 700 }));
    expect(error.kind).toBe("timeout");
  });

  test("ends the reading of one that takes too much memory", async () => {
    const path = pdfFile([{ lines: [] }], { drawn: endless });
    const error = await failure(readPdf(path, { ...bounds, maxMemoryBytes: 120 * 1024 ** 2 }));
    expect(error.kind).toBe("too-large");
  });

  test("ends the reading of a few bytes that unfold to very many", async () => {
    const bomb = deflateSync(deflateSync(Buffer.alloc(256 * 1024 ** 2, " ")));
    const path = pdfFile([{ lines: [] }], { packed: { bytes: bomb, times: 2 } });
    expect(statSync(path).size).toBeLessThan(10_000);
    const error = await failure(readPdf(path, { ...bounds, maxMemoryBytes: 200 * 1024 ** 2 }));
    expect(error.kind).toBe("too-large");
    expect(error.message).toEndWith("reading it takes more than 209715200 bytes of memory");
  });

  test("leaves off at once when its signal fires", async () => {
    const controller = new AbortController();
    const reading = readPdf(pdfFile([{ lines: [] }], { drawn: endless }), { ...bounds, signal: controller.signal });
    setTimeout(() => controller.abort(new Error("enough")), 300);
    const startedAt = performance.now();
    expect(await rejection(reading)).toBe("enough");
    expect(performance.now() - startedAt).toBeLessThan(5_000);
  });
});

const isThere = mayRun(
  "PDFs printed by a browser",
  Bun.which("chromium") === null ? "chromium is not on PATH" : undefined,
);

describe.if(isThere)("readDocument of a PDF that a browser printed", () => {
  test("gives its text page by page", async () => {
    const page = join(folder, "printed.html");
    const path = join(folder, "printed.pdf");
    writeFileSync(
      page,
      "<meta charset=utf-8><title>Prüfplan</title><h1>Ölstand</h1><p>Täglich prüfen.</p><p style='break-before:page'>Zweite Seite",
    );
    const flags = [
      "--headless",
      "--no-sandbox",
      "--disable-gpu",
      `--user-data-dir=${join(folder, "browser")}`,
      "--no-pdf-header-footer",
    ];
    const printed = Bun.spawn(["chromium", ...flags, `--print-to-pdf=${path}`, `file://${page}`], {
      stdout: "ignore",
      stderr: "ignore",
    });
    expect(await printed.exited).toBe(0);
    expect(await readDocument(path, bounds)).toEqual({
      title: "Prüfplan",
      sections: [
        { headings: [], page: 1, text: "Ölstand\n\nTäglich prüfen." },
        { headings: [], page: 2, text: "Zweite Seite" },
      ],
    });
  }, 60_000);
});
