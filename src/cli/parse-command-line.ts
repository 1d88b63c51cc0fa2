// Checks a command line against a command's table. What is wrong is said with the nearest thing that would be right.

import { parseArgs } from "node:util";
import { nearest } from "../manifest/nearest.ts";
import type { CommandSpec, Invocation, OptionSpec } from "./command.ts";
import { usageError } from "./command-error.ts";

export type ParsedCommandLine =
  { readonly type: "help" } | { readonly type: "invocation"; readonly invocation: Invocation };

/** Throws a `CommandError` of exit code 2 for what the table does not allow. `--help` wins over everything before a `--`. */
export function parseCommandLine(spec: CommandSpec, argv: readonly string[]): ParsedCommandLine {
  const { tokens } = parseArgs({
    args: [...argv],
    options: parserOptions(spec),
    allowPositionals: true,
    strict: false,
    tokens: true,
  });
  const options = tokens.filter((token) => token.kind === "option");
  if (options.some(({ name }) => name === "help")) return { type: "help" };
  const values = new Map<string, string[]>();
  for (const token of options) {
    const option = knownOption(spec, token);
    const value = optionValue(spec, option, token);
    const earlier = option.isRepeatable === true ? (values.get(token.name) ?? []) : [];
    values.set(token.name, [...earlier, value]);
  }
  const args = tokens.filter((token) => token.kind === "positional").map(({ value }) => value);
  checkArguments(spec, args);
  return { type: "invocation", invocation: makeInvocation(spec, args, values) };
}

interface OptionToken {
  readonly name: string;
  readonly rawName: string;
  readonly value?: string | undefined;
  readonly inlineValue?: boolean | undefined;
}

interface ParserOption {
  type: "string" | "boolean";
  short?: string;
}

function parserOptions(spec: CommandSpec): Record<string, ParserOption> {
  const options = Object.entries(spec.options).map(([name, option]): [string, ParserOption] => [
    name,
    {
      type: option.value === undefined ? "boolean" : "string",
      ...(option.short === undefined ? {} : { short: option.short }),
    },
  ]);
  return Object.fromEntries([...options, ["help", { type: "boolean", short: "h" }]]);
}

function knownOption(spec: CommandSpec, { name, rawName }: OptionToken): OptionSpec {
  const option = Object.hasOwn(spec.options, name) ? spec.options[name] : undefined;
  if (option !== undefined) return option;
  const near = nearest(name, Object.keys(spec.options));
  const hint = near === undefined ? `See "muster ${spec.name} --help"` : `Did you mean "--${near}"?`;
  throw usageError(`"muster ${spec.name}" has no option "${rawName}". ${hint}`);
}

function optionValue(spec: CommandSpec, option: OptionSpec, token: OptionToken): string {
  if (option.value === undefined) {
    if (token.value !== undefined) throw usageError(`Option "${token.rawName}" takes no value, got "${token.value}"`);
    return "";
  }
  const { value } = token;
  const isOption = value !== undefined && token.inlineValue !== true && value.length > 1 && value.startsWith("-");
  if (value === undefined || value === "" || isOption) {
    throw usageError(
      `Option "${token.rawName}" needs a value: ${token.rawName} ${option.value}. See "muster ${spec.name} --help"`,
    );
  }
  return value;
}

function checkArguments(spec: CommandSpec, args: readonly string[]): void {
  const missing = spec.args.find((arg, index) => arg.isOptional !== true && index >= args.length);
  if (missing !== undefined) throw usageError(`"muster ${spec.name}" needs ${missing.name}: ${usageLine(spec)}`);
  const surplus = spec.args.at(-1)?.isRepeatable === true ? undefined : args[spec.args.length];
  if (surplus !== undefined) {
    const isManifest = Object.hasOwn(spec.options, "file") && /\.ya?ml$/.test(surplus);
    const hint = isManifest ? `. Did you mean "--file ${surplus}"?` : `: ${usageLine(spec)}`;
    throw usageError(`"muster ${spec.name}" takes no argument "${surplus}"${hint}`);
  }
}

/** `muster ask [OPTIONS] ADDRESS [PROMPT...]` */
export function usageLine(spec: CommandSpec): string {
  const args = spec.args.map((arg) => {
    const name = arg.isRepeatable === true ? `${arg.name}...` : arg.name;
    return arg.isOptional === true ? `[${name}]` : name;
  });
  return ["muster", spec.name, ...(Object.keys(spec.options).length === 0 ? [] : ["[OPTIONS]"]), ...args].join(" ");
}

function makeInvocation(
  spec: CommandSpec,
  args: readonly string[],
  values: ReadonlyMap<string, readonly string[]>,
): Invocation {
  const valuesOf = (name: string): readonly string[] => {
    if (!Object.hasOwn(spec.options, name)) throw new RangeError(`"${spec.name}" declares no option "${name}"`);
    return values.get(name) ?? [];
  };
  return {
    args,
    text: (name) => valuesOf(name).at(-1),
    texts: valuesOf,
    flag: (name) => valuesOf(name).length > 0,
  };
}
