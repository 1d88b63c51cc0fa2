// A rule of `http`: an address that others reach is allowed, and said.

import { quoted } from "./describe-value.ts";
import { isLoopback, parseListen } from "./listen-address.ts";
import { section, type ParsedFile } from "./parsed-file.ts";

export function checkHttp(file: ParsedFile): void {
  const { listen } = section(file.raw, "http");
  if (typeof listen !== "string" || isLoopback(parseListen(listen).host)) return;
  file.scope?.warning(
    ["http", "listen"],
    `Found ${quoted(listen)}, where other machines can read health and figures without a password; better a loopback address such as 127.0.0.1`,
  );
}
