// The files of a TLS connection, as a manifest names them anywhere.

import type { TlsConfig } from "./manifest.ts";
import type { NatsKeys } from "./schema.ts";

export function buildTls(keys: NonNullable<NatsKeys["tls"]>): TlsConfig {
  return {
    ...(keys.ca_file === undefined ? {} : { caFile: keys.ca_file }),
    ...(keys.cert_file === undefined ? {} : { certFile: keys.cert_file }),
    ...(keys.key_file === undefined ? {} : { keyFile: keys.key_file }),
  };
}
