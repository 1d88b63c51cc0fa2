// Does NATS let the runtime use the subjects that a tool or a trigger names, and is there somebody to answer?

import { permitted, type UserPermissions } from "../../bus/connection/user-permissions.ts";
import { filtersMeet } from "../../protocol/subject-filter.ts";
import type { BusView } from "./bus-view.ts";
import { type Finding, ok, problem, skipped, warning } from "./finding.ts";

/** `request`: published, and answered. */
export interface SubjectNeed {
  readonly verb: "publish" | "subscribe" | "request";
  readonly subjects: readonly string[];
}

export function subjectFindings({ verb, subjects }: SubjectNeed, view: BusView): readonly Finding[] {
  if (view.type === "unseen") return [skipped(view.reason)];
  const { permissions, services } = view;
  if (permissions === undefined) return [skipped("The server does not tell what this user may use")];
  const wrong = subjects.flatMap((subject) => forbidden(subject, verb, permissions));
  if (wrong.length > 0) return wrong;
  const list = subjects.map((subject) => `"${subject}"`).join(", ");
  const answers = verb === "request" ? answerers(subjects, services) : "";
  return [ok(`NATS permits ${list}${answers}`)];
}

function forbidden(subject: string, verb: SubjectNeed["verb"], permissions: UserPermissions): readonly Finding[] {
  const way = verb === "subscribe" ? "subscribe" : "publish";
  const remedy = `Let the runtime's NATS user ${way} "${subject}": muster permissions host prints all that it needs`;
  switch (permitted(subject, permissions[way])) {
    case "all":
      return [];
    case "some":
      return [warning(`NATS permits a part of "${subject}" only`, remedy)];
    case "none":
      return [problem(`NATS does not permit this runtime to ${way} "${subject}"`, remedy)];
  }
}

/** To send one would be to ask: only who says so is known. */
function answerers(subjects: readonly string[], services: ReadonlySet<string>): string {
  const unheard = subjects.filter((subject) => ![...services].some((one) => filtersMeet(one, subject)));
  if (unheard.length === 0) return "; a NATS service answers";
  return `; no NATS service says that it answers on ${unheard.map((subject) => `"${subject}"`).join(", ")}, though other programs may`;
}
