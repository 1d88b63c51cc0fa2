// The keys of `http` and `limits`: what the runtime itself offers and may take.

import * as z from "zod/mini";
import { connectionText, size, part } from "./fields.ts";
import { later } from "./later.ts";

const port = "(\\d{1,4}|[1-5]\\d{4}|6[0-4]\\d{3}|65[0-4]\\d{2}|655[0-2]\\d|6553[0-5])";
const listenPattern = new RegExp(`^(\\[[0-9A-Fa-f:.]+\\]|[A-Za-z0-9.-]+):${port}$`);

export const httpSchema = later(() =>
  z.strictObject(
    {
      listen: z.optional(
        connectionText(
          {
            description:
              "Address and port of `/healthz`, `/readyz` and `/metrics`; port 0: a free one, which `status` names.",
            default: "127.0.0.1:9464",
            absentAs: "127.0.0.1:0",
          },
          "an address and a port such as 127.0.0.1:9464 or [::1]:9464",
          listenPattern,
        ),
      ),
    },
    { error: "a map with listen" },
  ),
);

export const limitsSchema = later(() =>
  z.strictObject(
    {
      memory: z.optional(
        size(
          {
            description:
              "Resident memory of the runtime's own process. Near it, conversations that are in memory only are forgotten; at it, new prompts get 429 until it is below.",
            defaultText: "none",
          },
          32 * 1024 ** 2,
          1024 ** 4,
        ),
      ),
    },
    { error: "a map with memory" },
  ),
);

export const httpField = part(
  {
    description: "Health and figures over HTTP; `{}` for the default address.",
    defaultText: "not served",
  },
  () => httpSchema,
);

export const limitsField = part({ description: "What the runtime may take of the machine." }, () => limitsSchema);
