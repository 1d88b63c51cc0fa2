// The tools of a turn, and what skills that are used in it leave of them: what one does not allow stays out until the turn is over.

import type { AllowedOnly, Tool } from "../tool/contract.ts";
import { ToolError } from "../tool/contract.ts";
import { isMeant } from "../tool/name-pattern.ts";
import { toolOfCall } from "./tool-of-call.ts";

interface Rule extends AllowedOnly {
  /** Whose rule it is: it can be called again. */
  readonly tool: string;
}

export class AllowedTools {
  readonly all: readonly Tool[];
  readonly #rules: Rule[] = [];

  constructor(all: readonly Tool[]) {
    this.all = all;
  }

  /** Those that can be called now. */
  now(): readonly Tool[] {
    return this.all.filter(({ name }) => this.#ruleAgainst(name) === undefined);
  }

  /** From now on, beside what was said before: of several rules each must allow a tool. */
  narrow(tool: string, only: AllowedOnly): void {
    if (!this.#rules.some((rule) => rule.tool === tool && rule.by === only.by)) this.#rules.push({ ...only, tool });
  }

  /** @throws {ToolError} `invalid` when there is none of that name, `denied` when it cannot be called now */
  ofCall(name: string): Tool {
    const tool = toolOfCall(name, this.all, this.now());
    const rule = this.#ruleAgainst(tool.name);
    if (rule === undefined) return tool;
    const names = this.now().map((other) => other.name);
    throw new ToolError(
      "denied",
      `The skill "${rule.by}" does not allow the tool "${tool.name}" in this turn. Allowed are: ${names.join(", ")}`,
    );
  }

  #ruleAgainst(name: string): Rule | undefined {
    return this.#rules.find(({ tool, tools }) => name !== tool && !isMeant(name, tools));
  }
}
