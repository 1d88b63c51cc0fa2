// What packages import though nothing of ours reaches it: left out of the executable.

import type { BunPlugin } from "bun";

export interface LeftOut {
  /** End of the module's path. */
  readonly module: RegExp;
  /** What it exports, each of which throws when it is called after all. */
  readonly names: readonly string[];
}

export const leftOut: readonly LeftOut[] = [
  // The MCP client's default validator, two copies of a schema compiler. Ours is given to it instead (`src/tool/mcp/trust-no-schema.ts`).
  { module: /@modelcontextprotocol\/sdk\/dist\/esm\/validation\/ajv-provider\.js$/, names: ["AjvJsonSchemaValidator"] },
  // Brokers are reached over TCP and TLS, without proxies, and not from a browser.
  { module: /mqtt\/build\/lib\/connect\/socks\.js$/, names: ["default"] },
  { module: /mqtt\/build\/lib\/connect\/ws\.js$/, names: ["streamBuilder", "browserStreamBuilder"] },
  { module: /worker-timers\/build\/[a-z0-9]+\/(?:bundle|module)\.js$/, names: ["setInterval", "clearInterval"] },
];

export function leftOutPlugin(): BunPlugin {
  return {
    name: "left-out",
    setup: (build) => {
      for (const { module, names } of leftOut)
        build.onLoad({ filter: forAnySystem(module) }, () => ({
          contents: names.map(refusing).join(""),
          loader: "js",
        }));
    },
  };
}

/** Callable and constructible. */
function refusing(name: string): string {
  const declared = name === "default" ? "export default function" : `export function ${name}`;
  return `${declared}() { throw new Error(${JSON.stringify(`"${name}" is left out of this executable`)}); }\n`;
}

function forAnySystem({ source }: RegExp): RegExp {
  return new RegExp(source.replaceAll("\\/", "[\\\\/]"));
}
