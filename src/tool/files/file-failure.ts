// What the file system says, in words for a model.

import { reasonOf } from "../../manifest/machine.ts";
import { ToolError } from "../contract.ts";

const reasons: Readonly<Record<string, string>> = {
  ENOSPC: "the disk is full",
  EDQUOT: "the disk is full",
  EROFS: "it cannot be written here",
  EEXIST: "it is there already",
  ELOOP: "it changed while it was opened; try again",
  ENXIO: "it is no regular file",
};

/** A `ToolError` of anything that was thrown for `path`; what the system did not say stays what it is. */
export function fileFailure(error: unknown, path: string): unknown {
  if (error instanceof ToolError || !isSystemError(error)) return error;
  const reason = reasons[error.code] ?? reasonOf(error);
  return new ToolError("failed", `Cannot use "${path}": ${reason}`, { cause: error });
}

export function isMissing(error: unknown): boolean {
  return isSystemError(error) && error.code === "ENOENT";
}

export function isSystemError(error: unknown): error is Error & { readonly code: string } {
  return error instanceof Error && "code" in error && typeof error.code === "string";
}
