// Files without problems → the effective manifest: defaults filled in, chains and inline models resolved.

import { type Absence, absencesBelow } from "./absence.ts";
import { buildAgent, type Layer } from "./build-agent.ts";
import { buildNats } from "./build-nats.ts";
import { buildOtlp } from "./build-otlp.ts";
import { buildBrokers } from "./build-triggers.ts";
import { httpDefaults, withDefault } from "./defaults.ts";
import { hostToken } from "./host-token.ts";
import { parseListen } from "./listen-address.ts";
import type { AgentConfig, Identity, Manifest } from "./manifest.ts";
import { ModelTable } from "./model-table.ts";
import type { ManifestSource } from "./parsed-file.ts";
import type { FileContent } from "./schema.ts";
import type { Surroundings } from "./surroundings.ts";

/** A file that passed every check, but for what it names and this machine does not have now. */
export interface CheckedFile {
  readonly source: ManifestSource;
  readonly content: FileContent;
  readonly absences: readonly Absence[];
}

export function buildManifest(
  main: CheckedFile,
  dropIns: readonly CheckedFile[],
  surroundings: Surroundings,
): Manifest {
  const models = new ModelTable(surroundings);
  const files = [main, ...dropIns];
  for (const [name, keys] of Object.entries(main.content.endpoints ?? {})) {
    models.addEndpoint(name, keys, absencesBelow(main.absences, ["endpoints", name]));
  }
  for (const { content, absences } of files) {
    for (const [name, keys] of Object.entries(content.models ?? {})) {
      models.addModel(name, keys, absencesBelow(absences, ["models", name]));
    }
  }
  const identity = buildIdentity(main.content.identity, surroundings.hostName);
  const brokers = buildBrokers(main.content.mqtt ?? {}, identity, main.absences);
  const agents = new Map<string, AgentConfig>();
  for (const file of files) {
    const lower = [...(file === main ? [] : [defaultsOf(file)]), defaultsOf(main)];
    for (const [name, keys] of Object.entries(file.content.agents ?? {})) {
      const absences = absencesBelow(file.absences, ["agents", name]);
      const layers = [{ keys, folder: file.source.folder, absences }, ...lower];
      agents.set(name, buildAgent(name, layers, file.source.path, { models, brokers, surroundings }));
    }
  }
  return {
    identity,
    nats: buildNats(main.content.nats ?? {}),
    endpoints: models.endpoints,
    models: models.models,
    agents,
    brokers,
    ...buildService(main),
    ...(main.content.otlp === undefined
      ? {}
      : {
          otlp: buildOtlp(main.content.otlp, surroundings.variables, absencesBelow(main.absences, ["otlp"])),
        }),
  };
}

function buildService({ content, absences }: CheckedFile): Pick<Manifest, "http" | "limits"> {
  const { http, limits } = content;
  const hasAddress = absencesBelow(absences, ["http"]).length === 0;
  return {
    ...(http === undefined || !hasAddress
      ? {}
      : { http: parseListen(withDefault(http.listen, httpDefaults().listen)) }),
    ...(limits?.memory === undefined ? {} : { limits: { memoryBytes: limits.memory } }),
  };
}

function defaultsOf({ content, source, absences }: CheckedFile): Layer {
  return { keys: content.defaults ?? {}, folder: source.folder, absences: absencesBelow(absences, ["defaults"]) };
}

function buildIdentity(identity: FileContent["identity"], hostName: string): Identity {
  return { agent: identity?.agent ?? "muster", owner: identity?.owner ?? hostToken(hostName) };
}
