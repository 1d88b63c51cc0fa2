// Options that several commands share, so that they read and mean the same everywhere.

import type { OptionSpec } from "./command.ts";

export const fileOption = {
  file: {
    short: "f",
    value: "FILE",
    description: "the manifest; default agents.yaml here, then /etc/muster/agents.yaml",
    complete: "file",
  },
} as const satisfies Record<string, OptionSpec>;

export const dropInOption = {
  "drop-in": {
    value: "DIR",
    description: "the folder of drop-ins; default agents.d beside the manifest",
    complete: "folder",
  },
} as const satisfies Record<string, OptionSpec>;

export const stateOption = {
  state: { value: "DIR", description: "the state directory of the runtime", complete: "folder" },
} as const satisfies Record<string, OptionSpec>;

/** How a bus client finds its server: these, else `NATS_URL`, the manifest, the state directory. */
export const serverOptions = {
  server: { short: "s", value: "URL", description: "the NATS server, such as nats://127.0.0.1:4222", complete: "none" },
  context: { value: "NAME", description: "a NATS CLI context with the server and credentials", complete: "none" },
  ...fileOption,
  ...stateOption,
} as const satisfies Record<string, OptionSpec>;

export const serverDetails =
  "The NATS server is the one of --server or --context, else of NATS_URL, else the manifest's; the bundled server of a runtime is " +
  "found through its state directory; the last resort is nats://127.0.0.1:4222.";

export const jsonOption = {
  json: { description: "print JSON, for programs" },
} as const satisfies Record<string, OptionSpec>;
