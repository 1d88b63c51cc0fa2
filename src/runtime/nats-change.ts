// What a change of the manifest's `nats` means for a runtime that is connected.

import type { NatsConfig } from "../manifest/manifest.ts";
import { isSameValue } from "./same-value.ts";

export interface NatsChange {
  /** Connect anew: other servers, or another way to be let in; contents of credential files count. */
  readonly isOther: boolean;
  /** What stays until a restart. */
  readonly notes: readonly string[];
}

/** @param changedFiles absolute paths of files whose contents may be others */
export function natsChange(before: NatsConfig, after: NatsConfig, changedFiles: readonly string[]): NatsChange {
  const isOtherServer = before.mode !== after.mode || !isSameValue(before.embedded, after.embedded);
  const note =
    "The manifest's nats.mode or nats.embedded is another than at the start: restart the runtime to have it take effect";
  const isConnectedByManifest = before.mode === "external" && after.mode === "external";
  const isRotated = credentialFiles(after).some((path) => changedFiles.includes(path));
  return {
    isOther: isConnectedByManifest && (!isSameValue(before, after) || isRotated),
    notes: isOtherServer ? [note] : [],
  };
}

function credentialFiles({ credentialsFile, nkeyFile, tls }: NatsConfig): readonly string[] {
  const all = [credentialsFile, nkeyFile, tls?.caFile, tls?.certFile, tls?.keyFile];
  return all.filter((path) => path !== undefined);
}
