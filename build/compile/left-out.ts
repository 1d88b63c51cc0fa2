// What a package imports though nothing of ours reaches it: left out of the executable.

import type { BunPlugin } from "bun";

/** The MCP client's default validator, two copies of a schema compiler. Ours is given to it instead (`src/tool/mcp/trust-no-schema.ts`). */
const validatorOfMcp = /[\\/]@modelcontextprotocol[\\/]sdk[\\/]dist[\\/]esm[\\/]validation[\\/]ajv-provider\.js$/;

export function leftOutPlugin(): BunPlugin {
  return {
    name: "left-out",
    setup: (build) => {
      build.onLoad({ filter: validatorOfMcp }, () => ({ contents: refusing("AjvJsonSchemaValidator"), loader: "js" }));
    },
  };
}

function refusing(name: string): string {
  return `export class ${name} { constructor() { throw new Error("${name} is left out of this executable"); } }`;
}
