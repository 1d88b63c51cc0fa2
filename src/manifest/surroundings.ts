// What checking needs to know of the machine, as a port: the checks stay pure, and tests give them any machine they like.

export type FileText = { readonly text: string } | { readonly failure: string };

export interface Surroundings {
  readonly variables: Readonly<Record<string, string | undefined>>;
  /** The machine's name, from which the default owner is made. */
  readonly hostName: string;
  /** Turns a path into an absolute one; a relative path is taken from `base`, an absolute folder. */
  absolute(path: string, base: string): string;
  /** Text of a small file (UTF-8), or in a few words why it can't be read, such as "no such file". Never throws. */
  readText(path: string): FileText;
  /** Why a file can't be read, or undefined when it can. Never throws. */
  unreadable(path: string): string | undefined;
  /** Why a path is no folder that can be listed (`notAFolder`: it is something else), or undefined when it is one. Never throws. */
  notFolder(path: string): string | undefined;
  /** Names of the folders in a folder, links to folders among them, without those that start with a dot; in order. Never throws. */
  listFolders(path: string): { readonly names: readonly string[] } | { readonly failure: string };
  /** As `readText`, of a file that is really in that folder: a link out of it is a failure. Never throws. */
  readTextInside(folder: string, name: string): FileText;
  /** Whether there is a file at `base`, or below it one whose path from there is wanted; undefined: nobody looked long enough to tell. Never throws. */
  findsFile(base: string, isWanted: (relative: string) => boolean): boolean | undefined;
  /** Whether there is such a program: a name is looked for in PATH, an absolute path taken as it is. Never throws. */
  hasProgram(program: string): boolean;
  /** Why this build has no engine of its own for `provider: builtin`, when it has none. */
  readonly engineMissing?: string;
  /** Why this build cannot search documents by meaning, when it cannot. */
  readonly vectorsMissing?: string;
  /** What is checked was good once: what it names may be missing now, which those tell that need it. */
  readonly wasGood?: true;
}
