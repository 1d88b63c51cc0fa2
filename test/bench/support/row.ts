// One line of the benchmark's table.

import { alignedTable } from "../../support/aligned-table.ts";

export interface Row {
  readonly what: string;
  readonly unit: string;
  /** What Muster took. */
  readonly value: number;
  /** What it was compared with, measured in the same run. */
  readonly reference: { readonly what: string; readonly value: number };
  /** How the two are compared, and the result of it. */
  readonly compared: { readonly how: "over" | "ratio" | "alone"; readonly value: number };
  /** What it should be: at most or at least. */
  readonly goal: { readonly atMost: number } | { readonly atLeast: number };
  /** Anything else worth telling. */
  readonly note?: string;
}

export function isReached({ compared, goal }: Row): boolean {
  return "atMost" in goal ? compared.value <= goal.atMost : compared.value >= goal.atLeast;
}

/** `value - reference`, to be at most `atMost`. */
export function over(row: Omit<Row, "compared" | "goal">, atMost: number): Row {
  return { ...row, compared: { how: "over", value: row.value - row.reference.value }, goal: { atMost } };
}

/** `value / reference`, to be at least `atLeast`. */
export function ratio(row: Omit<Row, "compared" | "goal">, atLeast: number): Row {
  return { ...row, compared: { how: "ratio", value: row.value / row.reference.value }, goal: { atLeast } };
}

/** The value itself, to be at most `atMost`. */
export function alone(row: Omit<Row, "compared" | "goal">, atMost: number): Row {
  return { ...row, compared: { how: "alone", value: row.value }, goal: { atMost } };
}

/** The table as text, one line a row. */
export function tableText(rows: readonly Row[]): string {
  const lines = rows.map((row) => [
    row.what,
    `${figure(row.value)} ${row.unit}`,
    `${row.reference.what}: ${figure(row.reference.value)}`,
    comparedText(row),
    goalText(row),
    isReached(row) ? "reached" : "MISSED",
    row.note ?? "",
  ]);
  const all = [["what", "Muster", "reference", "compared", "goal", "", "note"], ...lines];
  return alignedTable(all);
}

function comparedText({ compared }: Row): string {
  if (compared.how === "alone") return "";
  return compared.how === "over"
    ? `${compared.value < 0 ? "" : "+"}${figure(compared.value)}`
    : `× ${figure(compared.value)}`;
}

function goalText({ goal }: Row): string {
  return "atMost" in goal ? `≤ ${figure(goal.atMost)}` : `≥ ${figure(goal.atLeast)}`;
}

function figure(value: number): string {
  if (Number.isInteger(value)) return String(value);
  return Math.abs(value) >= 100 ? value.toFixed(0) : value.toFixed(2);
}
