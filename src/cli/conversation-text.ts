// Conversations as people and programs read them.

import type { ListedConversation, ShownConversation, ShownTurn } from "../runtime/conversation-wire.ts";
import { formatSize } from "../manifest/units.ts";
import { neutralise, neutraliseLine } from "../telemetry/neutralise.ts";
import { formatTable } from "./table.ts";

type Message = ShownTurn["messages"][number];

export function conversationsTable(found: readonly ListedConversation[]): string {
  return formatTable(
    ["SESSION", "AGENT", "OWNER", "TURNS", "SIZE", "LAST USED", "STORE"],
    found.map((one) => [
      neutraliseLine(one.session),
      neutraliseLine(one.agent),
      neutraliseLine(ownerText(one)),
      `${one.turns}`,
      sizeText(one.bytes),
      shortTime(one.used),
      neutraliseLine(one.store),
    ]),
  );
}

/** `none`: those who do not sign. */
export function ownerText({ owner }: Pick<ListedConversation, "owner">): string {
  return owner ?? "none";
}

/** Stable: programs read it. */
export function listedToJson({ agent, owner, session, store, turns, bytes, created, used }: ListedConversation) {
  return { agent, owner: owner ?? null, session, store, turns, bytes, created_at: created, used_at: used };
}

/** Stable: programs read it. */
export function conversationToJson(one: ShownConversation) {
  return {
    ...listedToJson(one),
    history: one.history.map(({ at, folds, messages }) => ({
      at,
      ...(folds === undefined ? {} : { folds }),
      messages: messages.map(messageToJson),
    })),
  };
}

export function conversationText(one: ShownConversation): string {
  const lines = [
    `Session    ${neutraliseLine(one.session)}`,
    `Agent      ${neutraliseLine(one.agent)}`,
    `Owner      ${neutraliseLine(ownerText(one))}`,
    `Kept       ${one.turns} turns, ${sizeText(one.bytes)}, in ${neutraliseLine(one.store)}`,
    `Begun      ${shortTime(one.created)}`,
    `Last used  ${shortTime(one.used)}`,
  ];
  return `${lines.join("\n")}\n${one.history.map(turnText).join("")}`;
}

function turnText({ at, messages, folds }: ShownTurn): string {
  const what = folds === undefined ? "" : `  summary of ${folds} turns, made by the model`;
  return `\n${shortTime(at)}${what}\n${messages.map(messageText).join("")}`;
}

function messageText(message: Message): string {
  const images = (message.images ?? []).map(
    ({ mediaType, data }) => `[image ${neutraliseLine(mediaType)}, ${sizeText(Math.floor((data.length * 3) / 4))}]`,
  );
  const calls = (message.calls ?? []).map(
    ({ name, input }) => `[calls ${neutraliseLine(`${name} ${JSON.stringify(input)}`)}]`,
  );
  const text = neutralise(message.text).trimEnd();
  const said = [...images, ...(text === "" ? [] : [text]), ...calls].join("\n");
  return `${speaker(message)}: ${said.replaceAll("\n", "\n  ")}\n`;
}

function speaker({ role, name }: Message): string {
  switch (role) {
    case "user":
      return "caller";
    case "assistant":
      return "agent";
    case "tool":
      return `tool ${neutraliseLine(name ?? "")}`;
  }
}

function messageToJson({ role, text, images, calls, call, name }: Message) {
  return {
    role,
    text,
    ...(images === undefined ? {} : { images: images.map(({ mediaType, data }) => ({ media_type: mediaType, data })) }),
    ...(calls === undefined ? {} : { calls }),
    ...(call === undefined ? {} : { call }),
    ...(name === undefined ? {} : { name }),
  };
}

function sizeText(bytes: number): string {
  return bytes < 10 * 1024 ? `${bytes}B` : formatSize(Math.round(bytes / 1024) * 1024);
}

function shortTime(iso: string): string {
  return neutraliseLine(iso).replace(/\.\d+Z$/, "Z");
}
