// The names that all files together declare, and the problem of a name that is declared twice.

import { quoted } from "./describe-value.ts";
import type { ProviderName } from "./manifest.ts";
import { asProvider, type Names } from "./model-reference.ts";
import { isBusAuthenticated } from "./tools/privileged.ts";
import { asRaw, section, type ParsedFile, type Raw } from "./parsed-file.ts";

export interface Declared extends Names {
  /** The main file's `defaults`. */
  readonly mainDefaults: Raw;
  /** Currency of each model's price, for those that have one. */
  readonly currencies: ReadonlyMap<string, unknown>;
  /** Of each declared model: its provider, where that is known. */
  readonly modelProviders: ReadonlyMap<string, ProviderName | undefined>;
  /** Names of the main file's MQTT brokers. */
  readonly brokers: readonly string[];
  readonly agentCount: number;
  /** Others need credentials to be on the bus. */
  readonly isBusAuthenticated: boolean;
  /** The bundled server is a leaf of a hub. */
  readonly isLeaf: boolean;
  /** Some file could not be read, so a name that is missing may be in there. */
  readonly isIncomplete: boolean;
}

/** Main file first, drop-ins in order. Reports second definitions. */
export function collectDeclared(files: readonly ParsedFile[]): Declared {
  const main = files.find(({ source }) => source.isMain);
  const endpoints = new Map<string, ProviderName | undefined>();
  for (const [name, value] of Object.entries(section(main?.raw ?? {}, "endpoints"))) {
    endpoints.set(name, asProvider(asRaw(value)["provider"]));
  }
  return {
    endpoints,
    modelProviders: providersOf(files, endpoints),
    models: new Set(uniqueNames(files, "models", "model").keys()),
    currencies: currenciesOf(files),
    agentCount: uniqueNames(files, "agents", "agent").size,
    isBusAuthenticated: isBusAuthenticated(section(main?.raw ?? {}, "nats")),
    isLeaf: "hub" in asRaw(section(main?.raw ?? {}, "nats")["embedded"]),
    mainDefaults: section(main?.raw ?? {}, "defaults"),
    brokers: Object.keys(section(main?.raw ?? {}, "mqtt")),
    isIncomplete: files.some(({ scope }) => scope === undefined),
  };
}

function providersOf(
  files: readonly ParsedFile[],
  endpoints: ReadonlyMap<string, ProviderName | undefined>,
): ReadonlyMap<string, ProviderName | undefined> {
  const models = files.flatMap(({ raw }) => Object.entries(section(raw, "models")));
  return new Map(
    models.map(([name, model]) => {
      const { provider, endpoint } = asRaw(model);
      const ofEndpoint = typeof endpoint === "string" ? (endpoints.get(endpoint) ?? asProvider(endpoint)) : undefined;
      return [name, asProvider(provider) ?? ofEndpoint];
    }),
  );
}

function currenciesOf(files: readonly ParsedFile[]): ReadonlyMap<string, unknown> {
  const models = files.flatMap(({ raw }) => Object.entries(section(raw, "models")));
  const priced = models.filter(([, model]) => "price" in asRaw(model));
  return new Map(priced.map(([name, model]) => [name, asRaw(asRaw(model)["price"])["currency"]]));
}

function uniqueNames(
  files: readonly ParsedFile[],
  key: "models" | "agents",
  noun: string,
): ReadonlyMap<string, ParsedFile> {
  const owners = new Map<string, ParsedFile>();
  for (const file of files) {
    for (const name of Object.keys(section(file.raw, key))) {
      const first = owners.get(name);
      if (first === undefined) owners.set(name, file);
      else {
        const where = `"${first.source.file}" line ${first.scope?.lineOf([key, name]) ?? 1}`;
        file.scope?.keyProblem(
          [key, name],
          `Found a second definition of the ${noun} ${quoted(name)}, first defined in ${where}; a name is defined once`,
        );
      }
    }
  }
  return owners;
}
