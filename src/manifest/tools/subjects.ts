// The keys that tools on NATS subjects share: which subjects, and how much.

import * as z from "zod/mini";
import { subjectPatternProblem } from "../../protocol/subject-pattern.ts";
import { hasNoRules } from "./no-rules.ts";
import { fields, size } from "../fields.ts";
import type { FileScope } from "../file-scope.ts";
import type { Raw } from "../parsed-file.ts";
import { formatSize } from "../units.ts";
import type { Path } from "../yaml-tree.ts";

export const maxPayloadDefault = 64 * 1024;
const maxPatterns = 100;

export function subjects(description: string) {
  const pattern = z.string({ error: "a subject, such as plant.line3.*" }).check(
    z.superRefine((value, context) => {
      const problem = subjectPatternProblem(value);
      if (problem !== undefined) context.addIssue({ code: "custom", message: problem });
    }),
  );
  return z.optional(
    z
      .array(pattern, { error: "a list of subjects, such as [plant.line3.*]" })
      .check(z.maxLength(maxPatterns, { error: `a list of up to ${maxPatterns} subjects` }))
      .register(fields, { description, defaultText: "none" }),
  );
}

export function maxPayload() {
  return z.optional(
    size({ description: "Largest message that is sent.", default: formatSize(maxPayloadDefault) }, 1, 8 * 1024 ** 2),
  );
}

/** A tool that can never do anything is a mistake. */
export function checkSubjectTool(tool: Raw, path: Path, scope: FileScope): void {
  if (hasNoRules(tool))
    scope.problem(path, "Found neither allow nor ask, accepted are subjects in one of them at least");
}
