// The checks of the machine and of its bus, with the real machine behind them.

import { resolve } from "node:path";
import { probeHub } from "../../bus/bundled/probe-hub.ts";
import { probeServer } from "../../bus/bundled/probe-server.ts";
import { resolveSettings } from "../../bus/connection/connect-options.ts";
import { defaultServer } from "../../bus/connection/bus-settings.ts";
import { lookAtServer } from "../../bus/connection/look-at-server.ts";
import { availableMemory } from "../../host/available-memory.ts";
import { build } from "../../host/build-facts.ts";
import { userFolders } from "../../host/install/user-folders.ts";
import { listenProblem } from "../../host/listen-problem.ts";
import { systemUser } from "../../host/system-user.ts";
import { serviceUser } from "../../host/systemd-unit.ts";
import { bundledProblem } from "./bundled-problem.ts";
import type { Check } from "./check.ts";
import { checkClock } from "./check-clock.ts";
import { checkDisk } from "./check-disk.ts";
import { checkExecutable } from "./check-executable.ts";
import { checkHub } from "./check-hub.ts";
import { checkManifestFiles } from "./check-manifest-files.ts";
import { checkMemory } from "./check-memory.ts";
import { checkNats } from "./check-nats.ts";
import { checkPermissions, type PermissionFacts } from "./check-permissions.ts";
import { checkRuntime } from "./check-runtime.ts";
import { checkStateDirectory } from "./check-state-directory.ts";
import { checkUnit } from "./check-unit.ts";
import type { Circumstances } from "./circumstances.ts";
import { executableFacts } from "./executable-facts.ts";
import type { Stage } from "./examination.ts";
import { hasSystemd, installedUnit, isThisExecutable, showUnit } from "./installed-unit.ts";
import { isClockSynchronised, latestWriteMs, natsTimes, serverTimes } from "./machine-clock.ts";
import { isOnThisMachine } from "./model-place.ts";
import { modelShortage } from "./model-shortage.ts";
import { secretFilesOf, secretsOf } from "./secrets-of.ts";

const clientName = `muster doctor ${build.version}`;
const greetingMs = 1_000;
const hubMs = 10_000;

/** Each in a row of its own: a disk that hangs delays no look at the bus. */
export function machineStage(circumstances: Circumstances): Stage {
  const { stateDirectory, manifest, runtime } = circumstances;
  const status = runtime.type === "running" ? runtime.status : undefined;
  const facts = manifest.isAbsent ? undefined : manifest;
  return [
    [checkExecutable(executableFacts(circumstances))],
    [checkManifestFiles(manifest.file, facts, status)],
    [checkRuntime(runtime, build.version)],
    [checkStateDirectory(stateDirectory)],
    [checkDisk(stateDirectory)],
    [clock(circumstances)],
    [memory(circumstances)],
    [nats(circumstances)],
    [
      checkHub({
        ...circumstances,
        hub: manifest.manifest?.nats.embedded.hub,
        link: status?.bus.hub,
        probe: (hub, signal) => probeHub(hub, hubMs, signal),
      }),
    ],
    [checkPermissions(permissionFacts(circumstances))],
    [unit(circumstances)],
  ];
}

function clock({ stateDirectory, manifest, isOffline }: Circumstances): Check {
  const elsewhere = [...(manifest.manifest?.endpoints.values() ?? [])].filter((endpoint) => !isOnThisMachine(endpoint));
  return checkClock({
    nowMs: () => Date.now(),
    sourceTimeS: build.sourceTimeS,
    isSynchronised: isClockSynchronised,
    latestWriteMs: () => latestWriteMs(stateDirectory),
    serverTimes: async (signal) => {
      if (isOffline) return [];
      const times = [natsTimes(manifest.manifest?.nats, clientName), serverTimes(elsewhere, signal)];
      return (await Promise.all(times)).flat();
    },
  });
}

/** A runtime that runs knows of its own engine, and degrades the agents whose model does not fit. */
function memory({ manifest: { manifest }, runtime, stateDirectory, log }: Circumstances): Check {
  const here = [...(manifest?.models.values() ?? [])].flatMap((model) => {
    const endpoint = manifest?.endpoints.get(model.endpoint);
    if (endpoint === undefined || !isOnThisMachine(endpoint, model)) return [];
    if (endpoint.provider === "builtin" && runtime.type !== "none") return [];
    const shortage = (signal: AbortSignal) => modelShortage(model, endpoint, { stateDirectory, log }, signal);
    return [{ name: model.name, shortage }];
  });
  return checkMemory(here, availableMemory);
}

function nats({ manifest, runtime, isOffline, stateDirectory }: Circumstances): Check {
  return checkNats({
    nats: manifest.manifest?.nats,
    bus: runtime.type === "running" ? runtime.status.bus : undefined,
    isOffline,
    servers: async (settings) => {
      const { servers } = await resolveSettings(settings);
      return servers.length === 0 ? [defaultServer] : servers;
    },
    connect: (settings) => lookAtServer(settings, clientName),
    probe: (host, port) =>
      probeServer(host === "0.0.0.0" ? "127.0.0.1" : host === "::" ? "::1" : host, port, greetingMs),
    listenProblem,
    bundledProblem: () => bundledProblem(stateDirectory),
  });
}

function permissionFacts({ stateDirectory, manifest }: Circumstances): PermissionFacts {
  const { manifest: good, files, isService } = manifest;
  return {
    stateDirectory,
    manifestFiles: files,
    secrets: good === undefined ? [] : secretsOf(good),
    secretFiles: good === undefined ? [] : secretFilesOf(good).map((path) => resolve(path)),
    serviceUser: isService ? systemUser(serviceUser) : undefined,
    platform: process.platform,
  };
}

function unit({ manifest, environment }: Circumstances): Check {
  return checkUnit({
    hasSystemd: hasSystemd(),
    installed: process.platform === "linux" ? installedUnit(userFolders(environment)) : undefined,
    show: showUnit,
    isThis: isThisExecutable,
    reach: manifest.reach,
  });
}
