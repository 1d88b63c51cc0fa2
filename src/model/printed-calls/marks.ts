// The words by which models say that a call follows, that it has ended, or that their answer has: after the templates that are published with them.

/** `isKnownOnly`: the words stand in prose too, so that only a name which a tool has makes a call of what follows. */
export interface Mark {
  readonly open: string;
  readonly close: readonly string[];
  readonly isKnownOnly?: true;
}

export const marks: readonly Mark[] = [
  { open: "<tool_call>", close: ["</tool_call>"] },
  { open: "<tool_calls>", close: ["</tool_calls>"] },
  { open: "<function_call>", close: ["</function_call>"] },
  { open: "<function_calls>", close: ["</function_calls>"] },
  { open: "<tools>", close: ["</tools>"] },
  { open: "<tool_code>", close: ["</tool_code>"] },
  { open: "<TOOLCALL>", close: ["</TOOLCALL>"] },
  { open: "<seed:tool_call>", close: ["</seed:tool_call>"] },
  { open: "<minimax:tool_call>", close: ["</minimax:tool_call>"] },
  { open: "<｜DSML｜function_calls>", close: ["</｜DSML｜function_calls>"] },
  { open: "<|tool_call|>", close: ["<|/tool_call|>", "</tool_call>", "<|tool_call|>"] },
  { open: "<|tool_call>", close: ["<tool_call|>"] },
  { open: "<start_function_call>", close: ["<end_function_call>"] },
  { open: "<|tool_call_start|>", close: ["<|tool_call_end|>"] },
  { open: "<|tool_calls_section_begin|>", close: ["<|tool_calls_section_end|>"] },
  { open: "<|tool_call_begin|>", close: ["<|tool_call_end|>"] },
  ...spelled("<｜tool▁calls▁begin｜>", "<｜tool▁calls▁end｜>"),
  ...spelled("<｜tool▁call▁begin｜>", "<｜tool▁call▁end｜>"),
  { open: "<|action_start|><|plugin|>", close: ["<|action_end|>"] },
  { open: "<|START_ACTION|>", close: ["<|END_ACTION|>"] },
  { open: "<|tools_prefix|>", close: ["<|tools_suffix|>"] },
  { open: "<|python_tag|>", close: [] },
  { open: "<|python_start|>", close: ["<|python_end|>"] },
  { open: "[TOOL_CALLS]", close: ["[/TOOL_CALLS]"] },
  { open: "✿FUNCTION✿:", close: [] },
  { open: "functools", close: [] },
  { open: "Action:", close: [], isKnownOnly: true },
];

export const closingMarks: readonly string[] = [...new Set(marks.flatMap(({ close }) => close))];

/** What stands between a call's name and its arguments. */
export const separators: readonly string[] = [
  "[ARGS]",
  "<|tool_call_argument_begin|>",
  ...spellings("<｜tool▁sep｜>"),
  "✿ARGS✿:",
  "Action Input:",
];

export const fenceLanguages: ReadonlySet<string> = new Set([
  "",
  "json",
  "tool_code",
  "tool_call",
  "tool_calls",
  "python",
  "py",
  "xml",
]);

/** What some servers leave at the end of an answer. */
export const endings: readonly string[] = [
  "<|im_end|>",
  "<|eot_id|>",
  "<|eom_id|>",
  "<|eot|>",
  "<|eom|>",
  "<|end|>",
  "<|endoftext|>",
  "<|end_of_text|>",
  "<|END_OF_TURN_TOKEN|>",
  "<|observation|>",
  "<|tool_response>",
  "<｜end▁of▁sentence｜>",
  "<start_function_response>",
  "</s>",
  "<eos>",
  "<turn|>",
  "<end_of_turn>",
];

function spelled(open: string, close: string): readonly Mark[] {
  return spellings(open).map((text) => ({ open: text, close: spellings(close) }));
}

/** Models that were taught by others write DeepSeek's tokens in plain characters, too. */
function spellings(token: string): readonly string[] {
  const bars = [token, token.replaceAll("｜", "|")];
  return bars.flatMap((text) => [text, text.replaceAll("▁", "_")]);
}
