// A page's text from the pieces that a PDF draws: in lines, with an empty one where the page leaves room between paragraphs.

/** As pdf.js gives it; marks of structure have no `str`. */
export interface DrawnText {
  readonly str?: string;
  readonly hasEOL?: boolean;
  readonly height?: number;
  /** A matrix; its last number is the height on the page, upwards. */
  readonly transform?: readonly unknown[];
}

interface Line {
  readonly text: string;
  readonly y: number;
  readonly height: number;
}

/** Between the base lines of two paragraphs, in heights of the text. */
const paragraphGap = 1.6;

export function pageText(items: readonly DrawnText[]): string {
  let text = "";
  let above: Line | undefined;
  for (const line of linesOf(items)) {
    if (line.text === "") continue;
    if (above !== undefined) text += isApart(above, line) ? "\n\n" : "\n";
    text += line.text;
    above = line;
  }
  return text;
}

function isApart(above: Line, below: Line): boolean {
  const gap = above.y - below.y;
  // Upwards: another column.
  return gap < 0 || gap > paragraphGap * Math.min(above.height, below.height);
}

function* linesOf(items: readonly DrawnText[]): Generator<Line> {
  let text = "";
  let y = 0;
  let height = 0;
  for (const item of items) {
    const { str = "", hasEOL = false } = item;
    if (str.trim() !== "") {
      const at = item.transform?.[5];
      if (text.trim() === "" && typeof at === "number") y = at;
      height = Math.max(height, item.height ?? 0);
    }
    text += str;
    if (!hasEOL) continue;
    yield { text: clean(text), y, height };
    text = "";
    height = 0;
  }
  yield { text: clean(text), y, height };
}

/** Without soft hyphens and what fonts without a table of characters give. */
function clean(text: string): string {
  return text
    .replace(/[\u0000-\u0008\u000e-\u001f\u00ad]/g, "")
    .replace(/\s+/g, " ")
    .trim();
}
