// What programs ask of the system to have on disk, in its order: a trace by strace of them and all that they start.

import { readFile } from "node:fs/promises";

export interface SystemCall {
  readonly name: string;
  /** As strace prints them: `3</folder/file>, "text", 4`. */
  readonly args: string;
  /** As strace prints it; a leading `-` is an error. */
  readonly result: string;
  /** Places in the trace, in lines. */
  readonly startedAt: number;
  readonly endedAt: number;
}

const traced =
  "write,pwrite64,writev,pwritev,sendto,sendmsg,fsync,fdatasync,sync_file_range,rename,renameat,renameat2,mkdir,mkdirat,unlink,unlinkat,symlink,symlinkat,copy_file_range,sendfile,ftruncate";

/**
 * What to put before a command line. `isChild`: the program is a child of who starts it, so that signals reach it, and the trace may end later
 * than the program; else strace is that child, and the trace is whole when it ends.
 */
export function straceArgv(file: string, isChild = false): string[] {
  return [
    "strace",
    ...(isChild ? ["-D"] : []),
    "-f",
    "-y",
    "-q",
    "--seccomp-bpf",
    "-s",
    "4096",
    "-e",
    `trace=${traced}`,
    "-e",
    "signal=none",
    "-o",
    file,
  ];
}

export function straceMissing(): string | undefined {
  return Bun.which("strace") === null ? "no strace" : undefined;
}

/** Whether the trace has the end of a process. */
export async function hasEnded(file: string, pid: number): Promise<boolean> {
  return new RegExp(`^${pid} .*\\+\\+\\+ (exited|killed)`, "m").test(await readFile(file, "latin1"));
}

/** All calls that ended well, by their end. `from` is the place of the first line, for traces one after the other. */
export async function readTrace(file: string, from = 0): Promise<readonly SystemCall[]> {
  const unfinished = new Map<string, { readonly text: string; readonly startedAt: number }>();
  const calls: SystemCall[] = [];
  for (const [index, line] of (await readFile(file, "latin1")).split("\n").entries()) {
    const at = from + index;
    const [, pid = "", rest = ""] = /^(\d+) +(.*)$/s.exec(line) ?? [];
    if (rest.endsWith(" <unfinished ...>")) {
      unfinished.set(pid, { text: rest.slice(0, -" <unfinished ...>".length), startedAt: at });
      continue;
    }
    const resumed = /^<\.\.\. \w+ resumed>(.*)$/s.exec(rest)?.[1];
    const begun = resumed === undefined ? undefined : unfinished.get(pid);
    const call = parseCall(`${begun?.text ?? ""}${resumed ?? rest}`, begun?.startedAt ?? at, at);
    if (call !== undefined && !call.result.startsWith("-")) calls.push(call);
  }
  return calls;
}

function parseCall(text: string, startedAt: number, endedAt: number): SystemCall | undefined {
  const [, name, args = "", result = ""] = /^(\w+)\((.*)\)\s+= (\S+)/s.exec(text) ?? [];
  return name === undefined ? undefined : { name, args, result, startedAt, endedAt };
}

/** The path that a call's first argument, a descriptor, stands for; "" for another. */
export function descriptorPath({ args }: SystemCall): string {
  return /^\d+<([^>]*)>/.exec(args)?.[1] ?? "";
}

/** The paths that a call names. */
export function namedPaths({ args }: SystemCall): readonly string[] {
  return [...args.matchAll(/"((?:[^"\\]|\\.)*)"/g)].map(([, path = ""]) => path);
}
