// Who may do what on a bundled server that authenticates (docs/auth.md has the same as a table).

import { type NamedSubjects, noNamedSubjects } from "../identity/named-subjects.ts";
import { conversationStream } from "../memory/bucket-key.ts";

/** Public keys of the users. */
export interface BundledUsers {
  readonly runtime: string;
  /** The callers' key that all share, and those of further callers. */
  readonly callers: readonly string[];
  /** What the runtime may do beside what it needs. */
  readonly named: NamedSubjects;
  /** What other programs may do, or callers beside what all may. */
  readonly programs: readonly ProgramRights[];
}

export interface ProgramRights extends NamedSubjects {
  /** Public key. */
  readonly nkey: string;
}

const runtimeInboxes = "_INBOX.muster";

/**
 * Below the prefix of all others, and hidden from callers: what a runtime is told is nobody else's. Each owner has its own, so that a hub can
 * let each machine hear only what is meant for it.
 */
export function runtimeInboxPrefix(owner: string): string {
  return `${runtimeInboxes}.${owner}`;
}

interface Permissions {
  readonly publish: readonly string[];
  readonly subscribe: readonly string[];
  readonly hidden: readonly string[];
  /** Of what may be published. */
  readonly forbidden: readonly string[];
  /** What it hears it may answer, once, wherever the answer is wanted. */
  readonly isAnswering?: boolean;
}

const runtime: Permissions = {
  publish: [
    "agents.>",
    "muster.>",
    "$SRV.>",
    "_INBOX.>",
    "$JS.API.>",
    "$JS.*.API.>",
    "$JS.ACK.>",
    "$JS.FC.>",
    "$KV.>",
    "$SYS.REQ.ACCOUNT.PING.STATZ",
    "$SYS.REQ.USER.INFO",
  ],
  subscribe: ["agents.>", "muster.>", "$SRV.>", `${runtimeInboxes}.>`, "$KV.>"],
  hidden: [],
  forbidden: [],
};

/** What others said to agents is no caller's to read. */
const conversationReads = ["INFO", "MSG.GET"].map((route) => `$JS.API.STREAM.${route}.${conversationStream}`);

/** Finds agents, prompts them and answers their questions, leaves jobs and reads their results; hears no other's prompts and speaks for no agent. */
const caller: Permissions = {
  publish: [
    "agents.prompt.>",
    "agents.status.>",
    "muster.jobs.>",
    "$SRV.>",
    "_INBOX.>",
    "$JS.API.STREAM.NAMES",
    "$JS.API.STREAM.INFO.*",
    "$JS.API.STREAM.MSG.GET.*",
    "$SYS.REQ.USER.INFO",
  ],
  subscribe: ["_INBOX.>", "agents.hb.>", "muster.results.>"],
  hidden: [`${runtimeInboxes}.>`],
  forbidden: conversationReads,
};

/** Lines of nats-server's configuration. */
export function usersConfig(users: BundledUsers): readonly string[] {
  return [
    "authorization {",
    "  users: [",
    userLine(users.runtime, withNamed(runtime, users.named)),
    ...users.callers.map((nkey) => userLine(nkey, withNamed(caller, rightsOf(nkey, users.programs)))),
    ...otherPrograms(users).map((rights) => userLine(rights.nkey, program(rights))),
    "  ]",
    "}",
  ];
}

function rightsOf(nkey: string, programs: readonly ProgramRights[]): NamedSubjects {
  return programs.find((program) => program.nkey === nkey) ?? noNamedSubjects;
}

/** A key that has a line already gets no second: the server would take none of them. */
function otherPrograms({ runtime, callers, programs }: BundledUsers): readonly ProgramRights[] {
  return programs.filter(({ nkey }) => nkey !== runtime && !callers.includes(nkey));
}

/** To the server an empty list of what is allowed would mean everything. */
function program({ publish, subscribe }: ProgramRights): Permissions {
  return {
    publish: [...publish, "$SYS.REQ.USER.INFO"],
    subscribe,
    hidden: subscribe.length === 0 ? [">"] : [],
    forbidden: [],
    isAnswering: true,
  };
}

function withNamed(permissions: Permissions, { publish, subscribe }: NamedSubjects): Permissions {
  return {
    ...permissions,
    publish: [...permissions.publish, ...publish],
    subscribe: [...permissions.subscribe, ...subscribe],
  };
}

function userLine(nkey: string, { publish, subscribe, hidden, forbidden, isAnswering }: Permissions): string {
  const lists = [publish, forbidden, subscribe, hidden].map((list) => JSON.stringify(list));
  const [allowedOut = "[]", deniedOut = "[]", allowedIn = "[]", deniedIn = "[]"] = lists;
  const answers = isAnswering === true ? ", allow_responses: true" : "";
  return `    { nkey: ${nkey}, permissions: { publish: { allow: ${allowedOut}, deny: ${deniedOut} }, subscribe: { allow: ${allowedIn}, deny: ${deniedIn} }${answers} } }`;
}
