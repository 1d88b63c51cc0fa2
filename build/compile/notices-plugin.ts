// Puts the written notices into the executable, in the place of `src/host/third-party-notices.ts`.

import type { BunPlugin } from "bun";

/** `blob` is the path of the notices' text as a zstd stream. */
export function noticesPlugin(blob: string): BunPlugin {
  const contents = [
    `import notices from ${JSON.stringify(blob)} with { type: "file" };`,
    "export async function thirdPartyNotices() {",
    "  return Bun.zstdDecompressSync(await Bun.file(notices).bytes()).toString();",
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
