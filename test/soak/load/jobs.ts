// Jobs that an outside client leaves, whatever is away.

import { worker } from "../soak-manifest.ts";
import type { Load } from "./load.ts";

export const jobs: Load = {
  name: "jobs",
  width: 2,
  pauseMs: 150,
  once: async ({ jobs: client, acknowledged }, turn) => {
    const id = `job-${turn}`;
    await client.submit(worker.agent, id, `Do ${id}`);
    acknowledged.push(id);
  },
};
