import { describe, expect, test } from "bun:test";
import { billOfMaterials } from "../../../../build/notices/bill-of-materials.ts";
import { goNotices, nativeNotices } from "../../../../build/notices/native-notices.ts";
import type { Notice } from "../../../../build/notices/notice.ts";
import { noticesText } from "../../../../build/notices/notices-text.ts";
import { bundledPackages, npmNotices } from "../../../../build/notices/npm-notices.ts";
import { pdfLibraryNotice, pdfLibraryVersion } from "../../../../build/notices/pdf-library-notice.ts";
import { root } from "../../../../build/paths.ts";

const notice = (name: string, text: string): Notice => ({
  name,
  version: "1.0.0",
  licence: "MIT",
  text,
  purl: `pkg:npm/${name}@1.0.0`,
});

describe("nativeNotices and npmNotices", () => {
  test("cover the runtime, nats-server, its Go modules and the npm packages, each with a text", () => {
    const notices = [...nativeNotices(), ...npmNotices(root)];
    const names = notices.map(({ name }) => name);
    for (const name of [
      "Bun",
      "github.com/nats-io/nats-server/v2",
      "Go standard library",
      "zod",
      "@nats-io/nats-core",
    ]) {
      expect(names).toContain(name);
    }
    for (const { text } of notices) expect(text.trim()).not.toBe("");
    expect(names).not.toContain("typescript");
  });
});

describe("pdfLibraryNotice", () => {
  test("names pdf.js inside of unpdf, in the version that its code says", () => {
    const { name, version, licence } = pdfLibraryNotice(root);
    expect({ name, licence }).toEqual({ name: "pdf.js", licence: "Apache-2.0" });
    expect(version).toMatch(/^\d+\.\d+\.\d+$/);
    expect(pdfLibraryVersion('a({apiVersion:"6.1.200"})')).toBe("6.1.200");
    expect(pdfLibraryVersion("apiVersion:e")).toBeUndefined();
  });
});

describe("bundledPackages", () => {
  test("leaves out what is for development or optional", () => {
    const entry = { version: "1.0.0", license: "MIT" };
    const packages = {
      "": { version: "0" },
      "node_modules/a": entry,
      "node_modules/a/node_modules/b": entry,
      "node_modules/c": { ...entry, dev: true },
      "node_modules/d": { ...entry, optional: true },
    };
    expect(bundledPackages({ packages }).map(({ folder }) => folder)).toEqual([
      "node_modules/a",
      "node_modules/a/node_modules/b",
    ]);
  });

  test("does not pass over a package without a licence", () => {
    expect(() => bundledPackages({ packages: { "node_modules/a": { version: "1.0.0" } } })).toThrow(
      'Cannot tell the licence of "node_modules/a"',
    );
  });
});

describe("goNotices", () => {
  test("does not pass over a module whose licence nobody noted", () => {
    expect(() => goNotices("require (\n\texample.org/new v1.2.3 // indirect\n)")).toThrow(
      'No licence is noted for the Go module "example.org/new"',
    );
  });
});

describe("noticesText", () => {
  test("lists everything, and prints a shared text once", () => {
    const text = noticesText([notice("b", "Same\n"), notice("a", "Same"), notice("c", "Other")], "1.2.3");
    expect(text).toContain("Muster 1.2.3");
    expect(text).toContain("  a 1.0.0: MIT\n  b 1.0.0: MIT\n  c 1.0.0: MIT\n");
    expect(text).toContain("a 1.0.0\nb 1.0.0\n\nSame\n");
    expect(text.match(/^Same$/gm)).toHaveLength(1);
  });
});

describe("billOfMaterials", () => {
  test("is a CycloneDX document that is equal for equal inputs", () => {
    const one = billOfMaterials([notice("b", "x"), notice("a", "y")], "1.2.3");
    expect(billOfMaterials([notice("a", "y"), notice("b", "x")], "1.2.3")).toBe(one);
    expect(JSON.parse(one)).toMatchObject({
      bomFormat: "CycloneDX",
      specVersion: "1.6",
      metadata: { component: { name: "muster", version: "1.2.3" } },
      components: [{ purl: "pkg:npm/a@1.0.0" }, { purl: "pkg:npm/b@1.0.0" }],
    });
  });
});
