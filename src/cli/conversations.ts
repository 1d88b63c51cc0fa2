// `muster conversations`: what agents remember of whom, to be read, taken along, and removed.

import {
  type ConversationAccess,
  conversationsOfRuntime,
  conversationsOnDisk,
} from "../runtime/conversation-access.ts";
import type { ConversationList, ListedConversation, ShownConversation } from "../runtime/conversation-wire.ts";
import { ControlError } from "../runtime/control-client.ts";
import { askIfRunning, askLocalRuntime } from "./ask-runtime.ts";
import type { Command, Invocation } from "./command.ts";
import { CommandError, exitCode, usageError } from "./command-error.ts";
import { jsonOption, stateOption } from "./common-options.ts";
import {
  conversationsTable,
  conversationText,
  conversationToJson,
  listedToJson,
  ownerText,
} from "./conversation-text.ts";
import type { Terminal } from "./terminal.ts";

const actions = ["ls", "show", "rm", "export"] as const;
type Action = (typeof actions)[number];

export const command: Command = {
  name: "conversations",
  summary: "List what this machine's agents remember; show, export or remove a conversation",
  details: [
    "A conversation is told by its agent, its owner (the user whose signature its prompts had, or nobody) and its session. show prints one " +
      "as it was said, export one or all as a JSON object a line, rm forgets one for good.",
    "Asks the runtime of this machine; while none runs, reads what is in its state directory, and changes nothing.",
    "Exit codes: 0 done, 1 error, 2 usage, 3 no such conversation.",
  ],
  args: [
    { name: "ACTION", description: "ls, show, rm or export; without it: ls", isOptional: true, complete: actions },
    { name: "SESSION", description: "which conversation", isOptional: true, complete: "none" },
  ],
  options: {
    agent: { value: "AGENT", description: "only those of this agent", complete: "agents" },
    owner: {
      value: "USER",
      description: "only those of this user's NKEY; none: of those who do not sign",
      complete: "none",
    },
    ...jsonOption,
    ...stateOption,
  },
  examples: [
    { line: "muster conversations", does: "all of them" },
    { line: "muster conversations show shift-2 --agent assistant", does: "what was said in one" },
    { line: "muster conversations rm shift-2 --owner none", does: "forget one" },
    { line: "muster conversations export > talks.jsonl", does: "all, for a program or to keep" },
  ],
  run: conversations,
};

async function conversations(invocation: Invocation, terminal: Terminal): Promise<number> {
  const [word = "ls", session] = invocation.args;
  const action = actions.find((one) => one === word);
  if (action === undefined) {
    throw usageError(`"muster conversations" does not know "${word}"; it has ${actions.join(", ")}`);
  }
  if ((action === "show" || action === "rm") && session === undefined) {
    throw usageError(`"muster conversations ${action}" needs the conversation's session`);
  }
  if (action === "ls" && session !== undefined) throw usageError(`"muster conversations ls" takes no session`);
  const access = await openAccess(invocation, terminal);
  return askLocalRuntime(invocation, terminal, () => act(action, { access, session, invocation, terminal }));
}

/** While no runtime can be asked, what is on disk. */
async function openAccess(invocation: Invocation, terminal: Terminal): Promise<ConversationAccess> {
  const running = await askIfRunning(invocation, terminal, async (directory) => {
    const access = conversationsOfRuntime(directory);
    await access.list("");
    return access;
  });
  if (running !== undefined) return running;
  return askLocalRuntime(invocation, terminal, (directory) => Promise.resolve(conversationsOnDisk(directory)));
}

interface Job {
  readonly access: ConversationAccess;
  readonly session: string | undefined;
  readonly invocation: Invocation;
  readonly terminal: Terminal;
}

async function act(action: Action, job: Job): Promise<number> {
  switch (action) {
    case "ls":
      return list(job);
    case "show":
      return show(job);
    case "rm":
      return remove(job);
    case "export":
      return exportAll(job);
  }
}

async function list(job: Job): Promise<number> {
  const { invocation, terminal } = job;
  const { conversations: found, isCut } = await selected(job);
  if (invocation.flag("json")) {
    terminal.out(`${JSON.stringify({ conversations: found.map(listedToJson), is_cut: isCut }, null, 2)}\n`);
  } else if (found.length === 0) terminal.err("No conversations are kept here\n");
  else terminal.out(conversationsTable(found));
  if (isCut) terminal.err("More are not listed; narrow it with --agent\n");
  return exitCode.ok;
}

async function show(job: Job): Promise<number> {
  const { invocation, terminal } = job;
  const found = await readOne(job, await theOne(job));
  if (invocation.flag("json")) terminal.out(`${JSON.stringify(conversationToJson(found), null, 2)}\n`);
  else terminal.out(conversationText(found));
  return exitCode.ok;
}

async function remove(job: Job): Promise<number> {
  const name = await theOne(job);
  if (!(await job.access.remove(name))) throw noSuch(job);
  job.terminal.err(job.terminal.safeErr(`Conversation "${name.session}" of agent "${name.agent}" is forgotten\n`));
  return exitCode.ok;
}

/** One that vanishes meanwhile is left out. */
async function exportAll(job: Job): Promise<number> {
  const { conversations: found, isCut } = await selected(job);
  if (isCut) throw new ControlError("There are too many to export at once; narrow it with --agent");
  if (job.session !== undefined && found.length === 0) throw noSuch(job);
  for (const name of found) {
    const one = await job.access.read(name);
    if (one !== undefined) job.terminal.out(`${JSON.stringify(conversationToJson(one))}\n`);
  }
  return exitCode.ok;
}

async function selected({ access, session, invocation }: Job): Promise<ConversationList> {
  const owner = invocation.text("owner");
  const { conversations: all, isCut } = await access.list(invocation.text("agent"));
  const found = all.filter(
    (one) => (owner === undefined || (one.owner ?? "none") === owner) && (session ?? one.session) === one.session,
  );
  return { conversations: found, isCut };
}

async function theOne(job: Job): Promise<ListedConversation> {
  const { conversations: found } = await selected(job);
  const [first, ...others] = found;
  if (first === undefined) throw noSuch(job);
  if (others.length === 0) return first;
  const which = found.map((one) => `--agent ${one.agent} --owner ${ownerText(one)}`).slice(0, 10);
  throw usageError(`${found.length} conversations are called "${first.session}"; say which: ${which.join(", ")}`);
}

async function readOne(job: Job, name: ListedConversation): Promise<ShownConversation> {
  const found = await job.access.read(name);
  if (found !== undefined) return found;
  throw noSuch(job);
}

function noSuch({ session = "", invocation }: Job): CommandError {
  const agent = invocation.text("agent");
  const of = agent === undefined ? "" : ` of agent "${agent}"`;
  return new CommandError(`No conversation "${session}"${of}. See "muster conversations"`, exitCode.noSuchAgent);
}
