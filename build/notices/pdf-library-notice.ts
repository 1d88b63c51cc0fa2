// The notice of pdf.js, which unpdf holds in a build of its own: it is in no lock.

import { readFileSync } from "node:fs";
import { join } from "node:path";
import type { Notice } from "./notice.ts";

/** Of the installed package below `root`; throws when its build does not say which pdf.js it is. */
export function pdfLibraryNotice(root: string): Notice {
  const code = readFileSync(join(root, "node_modules", "unpdf", "dist", "pdfjs.mjs"), "utf8");
  const version = pdfLibraryVersion(code);
  if (version === undefined) throw new Error("Cannot tell the version of pdf.js inside unpdf: its build has changed");
  const text = readFileSync(join(import.meta.dirname, "texts", "apache-2.0.txt"), "utf8");
  return { name: "pdf.js", version, licence: "Apache-2.0", text, purl: `pkg:npm/pdfjs-dist@${version}` };
}

/** As its code says it; undefined when it does not. */
export function pdfLibraryVersion(code: string): string | undefined {
  return /apiVersion\s*:\s*["'`](\d+\.\d+\.\d+)["'`]/.exec(code)?.[1];
}
