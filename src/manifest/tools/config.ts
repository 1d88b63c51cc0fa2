// The entries of an agent's `tools` after parsing. Each type has a form of its own, and a file of its own beside this one for its keys.

import type { Secret } from "../secret.ts";
import type { ArgvPattern } from "./argv-pattern.ts";
import type { AgentsToolConfig, AgentToolConfig, HandoffToolConfig } from "./other-agents-config.ts";
import type { HttpRule } from "./http-rule.ts";

export interface TimeToolConfig {
  readonly type: "time";
  readonly name: string;
  /** IANA name; absent: the machine's. */
  readonly timezone?: string;
}

export interface AskToolConfig {
  readonly type: "ask";
  readonly name: string;
  readonly timeoutMs: number;
  /** What the model reads when nobody answers; absent: an error. */
  readonly default?: string;
}

export interface FilesToolConfig {
  readonly type: "files";
  readonly name: string;
  /** Absolute path of a folder. */
  readonly root: string;
  readonly access: "read" | "write";
  readonly maxSizeBytes: number;
  readonly maxOutputBytes: number;
}

export interface PublishToolConfig {
  readonly type: "publish";
  readonly name: string;
  /** Patterns of subjects. */
  readonly allow: readonly string[];
  readonly ask: readonly string[];
  readonly maxPayloadBytes: number;
}

export interface RequestToolConfig extends Omit<PublishToolConfig, "type"> {
  readonly type: "request";
  readonly timeoutMs: number;
  readonly maxOutputBytes: number;
}

/** Whether what a tool sends to others tells them of the turn's trace; absent: it does not. */
export interface CarriesTrace {
  readonly carriesTrace?: true;
}

/** How a tool runs programs. */
export interface ProgramConfig extends CarriesTrace {
  /** Absolute; absent: a folder of the turn. */
  readonly cwd?: string;
  readonly environment: Readonly<Record<string, Secret>>;
  readonly timeoutMs: number;
  readonly maxOutputBytes: number;
}

export interface ShellToolConfig extends ProgramConfig {
  readonly type: "shell";
  readonly name: string;
  readonly allow: readonly ArgvPattern[];
  readonly ask: readonly ArgvPattern[];
  readonly deny: readonly ArgvPattern[];
}

export interface CommandToolConfig extends ProgramConfig {
  readonly type: "command";
  readonly name: string;
  readonly description: string;
  /** Words with `{{name}}` where an argument goes. */
  readonly command: readonly string[];
  /** A JSON Schema of type `object`. */
  readonly parameters: Readonly<Record<string, unknown>>;
  readonly stdin: "json" | "none";
  readonly ask: boolean;
  readonly readOnly: boolean;
}

export interface McpToolConfig extends CarriesTrace {
  readonly type: "mcp";
  readonly name: string;
  readonly server: McpServerConfig;
  readonly start: "lazy" | "eager";
  /** What the names of its tools start with. */
  readonly prefix: string;
  /** Patterns of the server's own names, in which `*` stands for any characters; absent: all. */
  readonly allow?: readonly string[];
  readonly deny: readonly string[];
  readonly ask: readonly string[];
  /** Who answers what its server asks. */
  readonly questions: "caller" | "deny";
  readonly questionTimeoutMs: number;
  readonly timeoutMs: number;
  readonly startTimeoutMs: number;
  readonly maxOutputBytes: number;
}

export type McpServerConfig = McpStdioConfig | McpHttpConfig;

export interface McpStdioConfig {
  readonly type: "stdio";
  /** The program is a name on PATH or an absolute path. */
  readonly command: readonly [program: string, ...args: string[]];
  readonly env: Readonly<Record<string, Secret>>;
  /** Absolute; absent: `/`. */
  readonly cwd?: string;
}

export interface McpHttpConfig {
  readonly type: "http";
  readonly url: string;
  readonly headers: Readonly<Record<string, Secret>>;
  readonly proxy?: Secret;
  readonly caFile?: string;
}

export interface HttpToolConfig extends CarriesTrace {
  readonly type: "http";
  readonly name: string;
  readonly allow: readonly HttpRule[];
  readonly ask: readonly HttpRule[];
  /** Ranges of private addresses that names may stand for. */
  readonly private: readonly string[];
  readonly headers: Readonly<Record<string, Secret>>;
  readonly timeoutMs: number;
  readonly maxResponseBytes: number;
  readonly maxOutputBytes: number;
}

export interface NotesToolConfig {
  readonly type: "notes";
  readonly name: string;
  readonly maxNotes: number;
  readonly maxSizeBytes: number;
}

export type ToolConfig =
  | AgentToolConfig
  | AgentsToolConfig
  | AskToolConfig
  | CommandToolConfig
  | FilesToolConfig
  | HandoffToolConfig
  | McpToolConfig
  | HttpToolConfig
  | PublishToolConfig
  | RequestToolConfig
  | NotesToolConfig
  | ShellToolConfig
  | TimeToolConfig;
