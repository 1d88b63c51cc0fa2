// What can be seen of the bus with the runtime's own rights: what they are, who is there. One connection, made once for all checks and closed again.

import { runtimeKeyFile } from "../../bus/bundled/bundled-keys.ts";
import { runtimeInboxPrefix } from "../../bus/bundled/bundled-users.ts";
import { runningBus } from "../../bus/bundled/bus-file.ts";
import { busAgents } from "../../bus/agents/agents-port.ts";
import { serviceSubjects } from "../../bus/calling/service-subjects.ts";
import type { BusConnection } from "../../bus/connection/connection.ts";
import { defaultServer, type BusSettings } from "../../bus/connection/bus-settings.ts";
import { resolveSettings } from "../../bus/connection/connect-options.ts";
import { openBus } from "../../bus/connection/open-bus.ts";
import { readPermissions, type UserPermissions } from "../../bus/connection/user-permissions.ts";
import { userInfoSubject } from "../../bus/identity/own-identity.ts";
import { requestOnce } from "../../bus/jobs/jetstream.ts";
import { JobError } from "../../bus/jobs/job-error.ts";
import { conversationStream } from "../../bus/memory/bucket-key.ts";
import type { NatsConfig } from "../../manifest/manifest.ts";
import { silentLog } from "../../telemetry/silent-log.ts";
import type { RemoteAgent } from "../../tool/agents/port.ts";
import { isLoopbackUrl } from "./loopback.ts";

export type BusView =
  | {
      readonly type: "seen";
      /** Undefined: the server does not tell. */
      readonly permissions: UserPermissions | undefined;
      /** Subjects that micro services answer on. */
      readonly services: ReadonlySet<string>;
      readonly agents: readonly RemoteAgent[];
      /** Undefined: not known. */
      readonly hasJetStream: boolean | undefined;
    }
  | { readonly type: "unseen"; readonly reason: string };

const askMs = 3_000;

/** Never rejects. */
export async function viewBus(
  nats: NatsConfig,
  where: { readonly stateDirectory: string; readonly isOffline: boolean; readonly clientName: string },
): Promise<BusView> {
  const settings = await settingsFor(nats, where);
  if ("reason" in settings) return { type: "unseen", reason: settings.reason };
  const { clientName } = where;
  const bus = openBus({ settings: settings.found, clientName, log: silentLog, isPersistent: false });
  try {
    await bus.connected();
    const [permissions, services, agents, hasJetStream] = await Promise.all([
      permissionsOf(bus),
      serviceSubjects(bus),
      agentsOn(bus),
      jetStreamOf(bus),
    ]);
    return { type: "seen", permissions, services, agents, hasJetStream };
  } catch {
    return { type: "unseen", reason: "There is no connection to NATS: see the check of nats" };
  } finally {
    await bus.close();
  }
}

/** The bundled server's, as the runtime itself connects, while it runs. */
async function settingsFor(
  nats: NatsConfig,
  { stateDirectory, isOffline }: { readonly stateDirectory: string; readonly isOffline: boolean },
): Promise<{ readonly found: BusSettings } | { readonly reason: string }> {
  if (nats.mode !== "external") {
    const running = runningBus(stateDirectory);
    if (running === undefined) return { reason: "The bundled server does not run now: looked at while a runtime runs" };
    const { url, nkeyFile } = running;
    const keys =
      nkeyFile === undefined ? {} : { nkeyFile: runtimeKeyFile(nkeyFile), inboxPrefix: runtimeInboxPrefix("operator") };
    return { found: { servers: [url], ...keys } };
  }
  try {
    const { servers } = await resolveSettings(nats);
    const isHere = (servers.length === 0 ? [defaultServer] : servers).every(isLoopbackUrl);
    if (isOffline && !isHere) return { reason: "The NATS server is not on this machine: not asked with --offline" };
    return { found: nats };
  } catch {
    return { reason: "The settings of NATS cannot be used: see the check of nats" };
  }
}

async function permissionsOf(bus: BusConnection): Promise<UserPermissions | undefined> {
  try {
    const answer = await requestOnce(bus, userInfoSubject, new Uint8Array(), { timeoutMs: askMs });
    return readPermissions(answer.string());
  } catch (error) {
    if (error instanceof JobError) return undefined;
    throw error;
  }
}

async function jetStreamOf(bus: BusConnection): Promise<boolean | undefined> {
  try {
    const subject = `$JS.API.STREAM.INFO.${conversationStream}`;
    await requestOnce(bus, subject, new Uint8Array(), { timeoutMs: askMs });
    return true;
  } catch (error) {
    if (!(error instanceof JobError)) throw error;
    return error.kind === "no-jetstream" ? false : undefined;
  }
}

/** Without the right to ask there are none. */
async function agentsOn(bus: BusConnection): Promise<readonly RemoteAgent[]> {
  const agents = busAgents(bus, silentLog);
  try {
    return await agents.discover(AbortSignal.timeout(askMs));
  } catch {
    return []; // Not permitted: each target is told as one that is not seen.
  } finally {
    agents.close();
  }
}
