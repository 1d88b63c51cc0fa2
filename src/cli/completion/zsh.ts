// Completion for zsh, with `_arguments`.

import type { ArgumentSpec, CommandSpec, Completion, OptionSpec } from "../command.ts";

export function zshCompletion(specs: readonly CommandSpec[]): string {
  const names = specs.map(({ name, summary }) => `    ${quote(`${name}:${summary.replaceAll(":", "\\:")}`)}`);
  return `#compdef muster
# zsh completion for muster
_muster() {
  local -a commands
  commands=(
${names.join("\n")}
  )
  if (( CURRENT == 2 )); then
    _describe -t commands 'muster command' commands
    return
  fi
  local command=$words[2]
  shift words
  (( CURRENT-- ))
  case $command in
${specs.map(commandCase).join("\n")}
    help) _describe -t commands 'muster command' commands ;;
  esac
}
if [ "$funcstack[1]" = "_muster" ]; then _muster "$@"; else compdef _muster muster; fi
`;
}

function commandCase(spec: CommandSpec): string {
  const options = Object.entries(spec.options).flatMap(([name, option]) => optionArguments(name, option));
  const help = quote("(-h --help)--help[show help]");
  const args = spec.args.map(argument);
  return [`    ${spec.name})`, `      _arguments -s ${[...options, help, ...args].join(" \\\n        ")} ;;`].join(
    "\n",
  );
}

function optionArguments(name: string, option: OptionSpec): string[] {
  const text = `[${escape(option.description)}]`;
  const value = option.value === undefined ? "" : `:${escape(option.value)}:${action(option.complete)}`;
  const again = option.isRepeatable === true ? "*" : "";
  const long = quote(`${again}--${name}${text}${value}`);
  return option.short === undefined ? [long] : [long, quote(`${again}-${option.short}${text}${value}`)];
}

function argument(arg: ArgumentSpec): string {
  return quote(`${arg.isRepeatable === true ? "*" : ""}:${escape(arg.name)}:${action(arg.complete)}`);
}

function action(completion: Completion = "none"): string {
  switch (completion) {
    case "file":
      return "_files";
    case "folder":
      return "_files -/";
    case "agents":
      return "($(muster __agents 2>/dev/null))";
    case "none":
      return " ";
    default:
      return `(${completion.join(" ")})`;
  }
}

function escape(text: string): string {
  return text.replaceAll(/[[\]:]/g, "\\$&");
}

function quote(text: string): string {
  return `'${text.replaceAll("'", "'\\''")}'`;
}
