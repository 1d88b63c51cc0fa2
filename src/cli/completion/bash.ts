// Completion for bash: commands, then the options of the one that was typed, then files where a value is one.

import type { CommandSpec, Completion } from "../command.ts";

export function bashCompletion(specs: readonly CommandSpec[]): string {
  return `# bash completion for muster
_muster() {
  local cur="\${COMP_WORDS[COMP_CWORD]}" prev="\${COMP_WORDS[COMP_CWORD-1]}" cmd="\${COMP_WORDS[1]}"
  COMPREPLY=()
  if [[ $COMP_CWORD -eq 1 ]]; then
    COMPREPLY=($(compgen -W "${specs.map(({ name }) => name).join(" ")} help" -- "$cur"))
    return
  fi
  case "$cmd" in
${specs.map(commandCase).join("\n")}
    help) COMPREPLY=($(compgen -W "${specs.map(({ name }) => name).join(" ")}" -- "$cur")) ;;
  esac
}
complete -F _muster muster
`;
}

function commandCase(spec: CommandSpec): string {
  const options = Object.entries(spec.options);
  const flags = [...options.map(([name]) => `--${name}`), "--help"].join(" ");
  const values = options.flatMap(([name, option]) => {
    if (option.value === undefined) return [];
    const names = option.short === undefined ? `--${name}` : `--${name}|-${option.short}`;
    return [`        ${names}) ${replyWith(option.complete)}; return ;;`];
  });
  const first = spec.args[0]?.complete;
  return [
    `    ${spec.name})`,
    ...(values.length === 0 ? [] : ['      case "$prev" in', ...values, "      esac"]),
    `      if [[ $cur == -* ]]; then COMPREPLY=($(compgen -W "${flags}" -- "$cur")); else ${replyWith(first)}; fi ;;`,
  ].join("\n");
}

function replyWith(completion: Completion = "none"): string {
  switch (completion) {
    case "file":
      return 'COMPREPLY=($(compgen -f -- "$cur"))';
    case "folder":
      return 'COMPREPLY=($(compgen -d -- "$cur"))';
    case "agents":
      return 'COMPREPLY=($(compgen -W "$(muster __agents 2>/dev/null)" -- "$cur"))';
    case "none":
      return ":";
    default:
      return `COMPREPLY=($(compgen -W "${completion.join(" ")}" -- "$cur"))`;
  }
}
