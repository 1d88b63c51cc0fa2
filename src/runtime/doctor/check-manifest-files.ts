// Is the manifest good, and is what runs made of it?

import type { RuntimeStatus } from "../control-protocol.ts";
import type { Check } from "./check.ts";
import { type Finding, ok, problem, warning } from "./finding.ts";
import type { ManifestFacts } from "./manifest-facts.ts";

/** More of them are counted. */
const maxShown = 10;

/** `facts` is undefined when there is no manifest; `status` when no runtime tells. */
export function checkManifestFiles(
  file: string,
  facts: ManifestFacts | undefined,
  status: Pick<RuntimeStatus, "files"> | undefined,
): Check {
  return { name: "manifest", deadlineMs: 5_000, examine: () => Promise.resolve(findings(file, facts, status)) };
}

function findings(
  file: string,
  facts: ManifestFacts | undefined,
  status: Pick<RuntimeStatus, "files"> | undefined,
): readonly Finding[] {
  if (facts === undefined) {
    return [problem(`No manifest at "${file}"`, 'Write a first one with "muster init", or name it with --file FILE')];
  }
  const running = status?.files.some((one) => one.file === facts.file) === true ? status.files : undefined;
  const bad = running === undefined ? facts.problems.map(fileProblem(facts)) : runningProblems(facts, running);
  const noted = facts.warnings.map((text) =>
    warning(text, "Correct it when it is not meant: it is served as it stands"),
  );
  return [...summary(facts, bad.length), ...shown(bad, facts), ...shown(noted, facts)];
}

/** The runtime read them with its own environment and credentials: its word counts. */
function runningProblems(facts: ManifestFacts, files: RuntimeStatus["files"]): Finding[] {
  return files.flatMap(({ problems, usesLastGood }) => {
    const serves = usesLastGood ? "; its last good form serves" : "";
    return problems.map((text) => fileProblem(facts)(`${text}${serves}`));
  });
}

function fileProblem({ file }: ManifestFacts): (text: string) => Finding {
  return (text) => problem(text, `Correct it, see with "muster check -f ${file}"; a runtime takes it over by itself`);
}

function summary({ file, manifest }: ManifestFacts, problems: number): Finding[] {
  if (manifest === undefined || problems > 0) return [];
  const { agents, models } = manifest;
  const counts = `${count(agents.size, "agent")}, ${count(models.size, "model")}`;
  return [ok(`"${file}" is good: ${counts}`, { agents: agents.size, models: models.size })];
}

function shown(findings: readonly Finding[], { file }: ManifestFacts): readonly Finding[] {
  const more = findings.length - maxShown;
  const [first] = findings;
  if (more <= 0 || first === undefined) return findings;
  const rest = { ...first, text: `${more} more`, remedy: `"muster check -f ${file}" shows all of them` };
  return [...findings.slice(0, maxShown), rest];
}

function count(number: number, noun: string): string {
  return `${number} ${noun}${number === 1 ? "" : "s"}`;
}
