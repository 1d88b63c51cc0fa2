// Conversations for whoever looks after them: asked of the runtime while it is up, read from its database while it is down.

import { existsSync } from "node:fs";
import { join } from "node:path";
import { asOwnerOf } from "../host/backup/as-owner.ts";
import { databasePath, openForReading } from "../memory/sqlite/conversation-database.ts";
import { ConversationRows, entryOf } from "../memory/sqlite/conversation-rows.ts";
import type { ConversationEntry } from "../memory/conversation-record.ts";
import { askRuntime, ControlError } from "./control-client.ts";
import {
  type ConversationList,
  type ConversationName,
  type ConversationRequest,
  isConversationList,
  isShownConversation,
  keyOf,
  listedConversation,
  type ShownConversation,
  shownConversation,
} from "./conversation-wire.ts";
import type { ConversationStores } from "./conversation-stores.ts";

const timeoutMs = 30_000;
/** More are only said to be there. */
const maxListed = 10_000;

export interface ConversationAccess {
  list(agent: string | undefined): Promise<ConversationList>;
  /** Undefined: there is none. */
  read(name: ConversationName): Promise<ShownConversation | undefined>;
  /** False: there is none. */
  remove(name: ConversationName): Promise<boolean>;
}

/** The runtime's end of it. */
export async function answerConversations(request: ConversationRequest, stores: ConversationStores): Promise<unknown> {
  if (request.op === "conversations") return listOf(await stores.list(request.agent, maxListed + 1));
  const key = keyOf(request);
  if (request.action === "remove") return { removed: await stores.remove(key) };
  const found = await stores.read(key);
  return found === undefined ? {} : shownConversation(found.store, found.record);
}

/** All reject with a `ControlError`. */
export function conversationsOfRuntime(stateDirectory: string): ConversationAccess {
  const ask = (request: ConversationRequest) => askRuntime(stateDirectory, request, timeoutMs);
  return {
    list: async (agent) => {
      const list = await ask({ op: "conversations", ...(agent === undefined ? {} : { agent }) });
      if (isConversationList(list)) return list;
      throw unreadable();
    },
    read: async (name) => {
      const found = await ask({ op: "conversation", action: "read", ...name });
      if (isShownConversation(found)) return found;
      if (typeof found === "object" && found !== null && Object.keys(found).length === 0) return undefined;
      throw unreadable();
    },
    remove: async (name) => {
      const done = await ask({ op: "conversation", action: "remove", ...name });
      return typeof done === "object" && done !== null && "removed" in done && done.removed === true;
    },
  };
}

/** Of a runtime that is down: what is on disk, and nothing can be changed. Rejects with a `ControlError`. */
export function conversationsOnDisk(stateDirectory: string): ConversationAccess {
  const path = join(stateDirectory, databasePath);
  const read = <Result>(work: (rows: ConversationRows) => Result, none: Result) =>
    readOnly(path, stateDirectory, work, none);
  return {
    list: (agent) =>
      read(
        (rows) => listOf(rows.list(agent, maxListed + 1).map((row) => ({ store: "sqlite", entry: entryOf(row) }))),
        listOf([]),
      ),
    read: (name) =>
      read((rows) => {
        const row = rows.find(keyOf(name));
        if (row === undefined) return undefined;
        return shownConversation("sqlite", { entry: entryOf(row), turns: rows.turns(row.id, -1) });
      }, undefined),
    remove: () => Promise.reject(new ControlError('Only a runtime removes conversations: start it with "muster run"')),
  };
}

function listOf(found: readonly { readonly store: string; readonly entry: ConversationEntry }[]): ConversationList {
  return {
    conversations: found.slice(0, maxListed).map(({ store, entry }) => listedConversation(store, entry)),
    isCut: found.length > maxListed,
  };
}

async function readOnly<Result>(
  path: string,
  stateDirectory: string,
  work: (rows: ConversationRows) => Result,
  none: Result,
): Promise<Result> {
  if (!existsSync(path)) return none;
  try {
    return await asOwnerOf(stateDirectory, () => {
      const database = openForReading(path);
      try {
        return Promise.resolve(work(new ConversationRows(database)));
      } finally {
        database.close();
      }
    });
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new ControlError(`Cannot read the conversations in "${path}": ${reason}`, { cause });
  }
}

function unreadable(): ControlError {
  return new ControlError("The runtime's answer cannot be read: it is of another version than this command");
}
