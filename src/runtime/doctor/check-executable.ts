// Is this executable whole, and does nothing make it run other code?

import { basename } from "node:path";
import type { CarriedPart } from "../../host/carried-part.ts";
import type { Check } from "./check.ts";
import { type Finding, ok, problem, warning } from "./finding.ts";

export interface ExecutableFacts {
  /** Such as `0.1.0, linux-x64, commit 0123456789ab`. */
  readonly said: string;
  readonly isStandalone: boolean;
  readonly parts: readonly CarriedPart[];
  /** Whether what the executable carries has its hashes. */
  readonly isIntact: (part: CarriedPart) => Promise<boolean>;
  /** The same of its files in the state directory; undefined when it was not extracted there. */
  readonly isExtractedIntact: (part: CarriedPart) => boolean | undefined;
  /** Variables that make it run other code, as set here and for the runtime that runs. */
  readonly variables: { readonly here: readonly string[]; readonly runtime: readonly string[] };
}

export function checkExecutable(facts: ExecutableFacts): Check {
  return {
    name: "executable",
    deadlineMs: 60_000,
    examine: async () => {
      const parts = await Promise.all(facts.parts.map((part) => partFindings(part, facts)));
      const findings = [...parts.flat(), ...variableFindings(facts)];
      return [
        ok(
          said(
            facts,
            findings.some(({ result }) => result === "problem"),
          ),
        ),
        ...findings,
      ];
    },
  };
}

function said({ said, isStandalone, parts }: ExecutableFacts, isDamaged: boolean): string {
  const carried = parts.map(({ name, version }) => `${name} ${version}`).join(" and ");
  const whole = isDamaged ? "" : ", intact";
  return `Muster ${said}${isStandalone ? "" : ", run from source"}; ${carried === "" ? "carries no other program" : `carries ${carried}${whole}`}`;
}

async function partFindings(part: CarriedPart, facts: ExecutableFacts): Promise<Finding[]> {
  const extracted = facts.isExtractedIntact(part);
  if (extracted === true) return [];
  if (!(await facts.isIntact(part))) {
    return [
      problem(
        `"${part.name}" inside this executable is damaged`,
        "Copy the executable again, and compare it with its line in SHA256SUMS; when it changes by itself, the disk is failing",
      ),
    ];
  }
  if (extracted === undefined) return [];
  return [
    warning(
      `The files of "${part.name}" in the state directory are damaged`,
      "They are made anew at the next start; when it happens again, the disk is failing",
    ),
  ];
}

function variableFindings({ variables: { here, runtime } }: ExecutableFacts): Finding[] {
  return [
    ...(here.length === 0 ? [] : [redirected(here, "in this shell", `unset ${here.join(" ")}`)]),
    ...(runtime.length === 0
      ? []
      : [
          redirected(
            runtime,
            "in the runtime that runs",
            "Start it again without them; muster.service unsets them by itself",
          ),
        ]),
  ];
}

function redirected(names: readonly string[], where: string, remedy: string): Finding {
  return warning(
    `Variables that make ${basename(process.execPath)} run other code are set ${where}: ${names.join(", ")}`,
    remedy,
  );
}
