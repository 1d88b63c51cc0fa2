// A writer of the smallest PDFs, for tests: pages of lines of text, an outline, and what may be wrong with one.

export interface TinyPage {
  /** ASCII; drawn one below the other, an empty one leaves room. */
  readonly lines: readonly string[];
}

export interface TinyPdfOptions {
  readonly title?: string;
  /** One entry a page, from the first on. */
  readonly outline?: readonly string[];
  /** Asks for a password that nobody knows. */
  readonly isEncrypted?: boolean;
  /** Drawn on the first page before its lines, as PDF's own operators. */
  readonly drawn?: string;
  /** In place of all that is drawn: what is to be inflated so often. */
  readonly packed?: { readonly bytes: Uint8Array; readonly times: number };
}

export function tinyPdf(pages: readonly TinyPage[], options: TinyPdfOptions = {}): Uint8Array {
  const objects = new PdfObjects();
  const root = objects.reserve();
  const tree = objects.reserve();
  const font = objects.add("<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica /Encoding /WinAnsiEncoding >>");
  const kids = pages.map(({ lines }, at) => {
    const content = objects.addStream(
      options.packed?.bytes ?? Buffer.from(`${at === 0 ? (options.drawn ?? "") : ""}\n${drawn(lines)}`, "latin1"),
      options.packed?.times,
    );
    const resources = `/Resources << /Font << /F1 ${font} 0 R >> >>`;
    return objects.add(
      `<< /Type /Page /Parent ${tree} 0 R /MediaBox [0 0 595 842] ${resources} /Contents ${content} 0 R >>`,
    );
  });
  objects.set(tree, `<< /Type /Pages /Count ${kids.length} /Kids [${kids.map((kid) => `${kid} 0 R`).join(" ")}] >>`);
  const outline = addOutline(objects, options.outline ?? [], kids);
  objects.set(root, `<< /Type /Catalog /Pages ${tree} 0 R ${outline} >>`);
  const info = objects.add(`<< /Title (${escaped(options.title ?? "")}) >>`);
  return objects.file(`/Root ${root} 0 R /Info ${info} 0 R ${options.isEncrypted === true ? locked : ""}`);
}

const locked = `/ID [<${"00".repeat(16)}> <${"00".repeat(16)}>] /Encrypt << /Filter /Standard /V 1 /R 2 /Length 40 /P -4 /O <${"a1".repeat(32)}> /U <${"b2".repeat(32)}> >>`;

/** What lies outside of the page is not read. */
function drawn(lines: readonly string[]): string {
  const step = Math.min(14, 700 / lines.length);
  return lines.map((line, at) => `BT /F1 12 Tf 50 ${780 - at * step} Td (${escaped(line)}) Tj ET`).join("\n");
}

function addOutline(objects: PdfObjects, titles: readonly string[], pages: readonly number[]): string {
  if (titles.length === 0) return "";
  const root = objects.reserve();
  const entries = titles.map(() => objects.reserve());
  for (const [at, title] of titles.entries()) {
    const next = entries[at + 1] === undefined ? "" : `/Next ${entries[at + 1]} 0 R`;
    const before = at === 0 ? "" : `/Prev ${entries[at - 1]} 0 R`;
    const dest = `/Dest [${pages[at]} 0 R /Fit]`;
    objects.set(entries[at] ?? 0, `<< /Title (${escaped(title)}) /Parent ${root} 0 R ${dest} ${before} ${next} >>`);
  }
  const ends = `/First ${entries[0]} 0 R /Last ${entries.at(-1)} 0 R /Count ${entries.length}`;
  objects.set(root, `<< /Type /Outlines ${ends} >>`);
  return `/Outlines ${root} 0 R`;
}

function escaped(text: string): string {
  return text.replace(/[\\()]/g, "\\$&");
}

/** Objects are numbered from 1. */
class PdfObjects {
  readonly #bodies: string[] = [];

  reserve(): number {
    return this.#bodies.push("null");
  }

  add(body: string): number {
    return this.#bodies.push(body);
  }

  /** @param times that it was deflated */
  addStream(content: Uint8Array, times = 0): number {
    const filter = times === 0 ? "" : `/Filter [${"/FlateDecode ".repeat(times)}]`;
    const text = Buffer.from(content).toString("latin1");
    return this.add(`<< /Length ${content.length} ${filter} >>\nstream\n${text}\nendstream`);
  }

  set(number: number, body: string): void {
    this.#bodies[number - 1] = body;
  }

  file(trailer: string): Uint8Array {
    let text = "%PDF-1.4\n";
    const offsets = this.#bodies.map((body, at) => {
      const offset = text.length;
      text += `${at + 1} 0 obj\n${body}\nendobj\n`;
      return offset;
    });
    const rows = offsets.map((offset) => `${String(offset).padStart(10, "0")} 00000 n \n`).join("");
    const count = offsets.length + 1;
    const table = `xref\n0 ${count}\n0000000000 65535 f \n${rows}`;
    return Buffer.from(
      `${text}${table}trailer\n<< /Size ${count} ${trailer} >>\nstartxref\n${text.length}\n%%EOF\n`,
      "latin1",
    );
  }
}
