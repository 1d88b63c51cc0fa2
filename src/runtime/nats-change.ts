// What a change of the manifest's `nats` means for a runtime that is connected.

import type { EmbeddedConfig, HubConfig, NatsConfig } from "../manifest/manifest.ts";
import { isSameValue } from "./same-value.ts";

export interface NatsChange {
  /** Connect anew, or link anew to the hub: another one, or another way to be let in; contents of credential files count. */
  readonly isOther: boolean;
  /** What stays until a restart. */
  readonly notes: readonly string[];
}

/** @param changedFiles absolute paths of files whose contents may be others */
export function natsChange(before: NatsConfig, after: NatsConfig, changedFiles: readonly string[]): NatsChange {
  const note =
    "The manifest's nats.mode or nats.embedded is another than at the start: restart the runtime to have it take effect";
  const isRotated = [...credentialFiles(after), ...credentialFiles(after.embedded.hub ?? {})].some((path) =>
    changedFiles.includes(path),
  );
  const isServerSame = isSameServer(before, after);
  return {
    isOther: isServerSame && (!isSameValue(withoutPrograms(before), withoutPrograms(after)) || isRotated),
    notes: isServerSame && isSameBundled(before.embedded, after.embedded) ? [] : [note],
  };
}

/** Only what says how to get onto the bus is another: the bundled server and what runs on it can stay. */
function isSameServer(before: NatsConfig, after: NatsConfig): boolean {
  if (before.mode !== after.mode) return false;
  return after.mode === "external" || isSameBundled(before.embedded, after.embedded);
}

/** Other programs are let in or out by the server that runs, and nobody has to connect anew. */
function withoutPrograms(nats: NatsConfig): NatsConfig {
  const { programs, ...embedded } = nats.embedded;
  return programs === undefined ? nats : { ...nats, embedded };
}

/** Another hub, or another way to be let in there, is taken over, and so are programs; to have a hub at all is not. */
function isSameBundled(before: EmbeddedConfig, after: EmbeddedConfig): boolean {
  if ((before.hub === undefined) !== (after.hub === undefined)) return false;
  const rest = { hub: undefined, programs: undefined };
  return isSameValue({ ...before, ...rest }, { ...after, ...rest });
}

function credentialFiles({ credentialsFile, nkeyFile, tls }: Omit<HubConfig, "url">): readonly string[] {
  const all = [credentialsFile, nkeyFile, tls?.caFile, tls?.certFile, tls?.keyFile];
  return all.filter((path) => path !== undefined);
}
