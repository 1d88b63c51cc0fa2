// The package of the library: what it offers, and what it needs.

import whole from "../../package.json";

/** What can be imported as `muster/NAME`. */
export const entries = ["client", "service", "protocol"] as const;

/** Nothing but the NATS client is needed, in the versions that the executable is made with. */
export function packageJson(version: string): Record<string, unknown> {
  return {
    name: "muster",
    version,
    description: "Find, prompt and serve agents on NATS, by the Synadia Agent Protocol",
    license: whole.license,
    type: "module",
    sideEffects: false,
    engines: whole.engines,
    exports: Object.fromEntries(entries.map((name) => [`./${name}`, exported(name)])),
    dependencies: Object.fromEntries(
      Object.entries(whole.dependencies).filter(([name]) => name.startsWith("@nats-io/")),
    ),
  };
}

/** Conditions are looked at in this order. */
function exported(name: (typeof entries)[number]): Record<string, string> {
  return {
    types: `./types/library/${name}.d.ts`,
    ...(name === "client" ? { browser: "./browser/client.js" } : {}),
    default: `./${name}.js`,
  };
}
