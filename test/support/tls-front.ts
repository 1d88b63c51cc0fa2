// A server behind TLS with a certificate that only its own CA file vouches for.

import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { runProgram } from "./run-program.ts";

export interface TlsFront extends AsyncDisposable {
  readonly url: string;
  readonly caFile: string;
}

/** What the machine lacks for one; undefined: nothing. */
export function missingForTlsFront(): string | undefined {
  return Bun.which("openssl") === null ? "openssl is not installed" : undefined;
}

/** Answers as the plain server at `url` does. */
export async function startTlsFront(url: string): Promise<TlsFront> {
  const folder = await mkdtemp(join(tmpdir(), "muster-tls-"));
  const [key, cert] = [join(folder, "key.pem"), join(folder, "cert.pem")];
  const made = await runProgram(
    [
      "openssl",
      "req",
      "-x509",
      "-newkey",
      "ec",
      "-pkeyopt",
      "ec_paramgen_curve:prime256v1",
      "-nodes",
      "-days",
      "2",
    ].concat(["-subj", "/CN=tests", "-addext", "subjectAltName=IP:127.0.0.1", "-keyout", key, "-out", cert]),
  );
  if (made.code !== 0) throw new Error(`Cannot make a certificate: ${made.stderr}`);
  const server = Bun.serve({
    hostname: "127.0.0.1",
    port: 0,
    tls: { key: Bun.file(key), cert: Bun.file(cert) },
    fetch: (request) => {
      const { pathname, search } = new URL(request.url);
      return fetch(new Request(`${url}${pathname}${search}`, request));
    },
  });
  const dispose = async () => {
    await server.stop(true);
    await rm(folder, { recursive: true, force: true });
  };
  return { url: `https://127.0.0.1:${server.port ?? 0}`, caFile: cert, [Symbol.asyncDispose]: dispose };
}
