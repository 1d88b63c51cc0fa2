// Puts the written notices into the executable, in the place of `src/host/third-party-notices.ts`.

import type { BunPlugin } from "bun";

export function noticesPlugin(file: string): BunPlugin {
  const contents = [
    `import notices from ${JSON.stringify(file)} with { type: "file" };`,
    "export function thirdPartyNotices() {",
    "  return Bun.file(notices).text();",
    "}",
    "",
  ].join("\n");
  return {
    name: "third-party-notices",
    setup: (build) => {
      build.onLoad({ filter: /[\\/]src[\\/]host[\\/]third-party-notices\.ts$/ }, () => ({ contents, loader: "ts" }));
    },
  };
}
