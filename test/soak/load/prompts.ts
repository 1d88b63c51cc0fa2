// Prompts to every agent in turn, each read to its end; and prompts that continue a few conversations.

import { judgeStream } from "../judge-stream.ts";
import { asked, talker } from "../soak-manifest.ts";
import type { Load } from "./load.ts";

const sessions = 8;

export const prompts: Load = {
  name: "prompts",
  width: 12,
  pauseMs: 0,
  once: async (scene, turn) => {
    const one = asked[turn % asked.length];
    if (one !== undefined) await judgeStream(scene, one);
  },
};

export const conversations: Load = {
  name: "conversations",
  width: 4,
  pauseMs: 0,
  once: (scene, turn) =>
    judgeStream(scene, talker, JSON.stringify({ prompt: `Turn ${turn}`, session: `s-${turn % sessions}` })),
};
