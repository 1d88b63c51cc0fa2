import { expect, test } from "bun:test";
import { attachmentToJson, decodeAttachment, fileNameProblem } from "../../../src/protocol/attachment.ts";

test("a name is a name, and nothing that walks the file system", () => {
  expect(fileNameProblem("report.pdf")).toBeUndefined();
  expect(fileNameProblem("..data")).toBeUndefined();
  expect(fileNameProblem("")).toBe("is empty");
  for (const name of [".", "..", "a/b", "..\\x", "a\0"]) expect(fileNameProblem(name)).toBeString();
});

test("unknown fields are kept and sent on, but never over our own", () => {
  const decoded = decodeAttachment({ filename: "a", content: "aGk=", media_type: "text/plain" });
  if (typeof decoded === "string") throw new Error(decoded);
  expect(decoded.extra).toEqual({ media_type: "text/plain" });
  expect(attachmentToJson(decoded)).toEqual({ media_type: "text/plain", filename: "a", content: "aGk=" });
});

test("what is wrong is said in words that continue a sentence", () => {
  expect(decodeAttachment(null)).toBe("is not an object");
  expect(decodeAttachment([])).toBe("is not an object");
  expect(decodeAttachment({ content: "" })).toBe('has no string "filename"');
  expect(decodeAttachment({ filename: "a" })).toBe('has no string "content"');
  expect(decodeAttachment({ filename: "a", content: "?" })).toContain("base64");
});
