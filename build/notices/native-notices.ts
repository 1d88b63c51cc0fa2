// Notices of what comes as machine code: the Bun runtime, nats-server with the Go modules inside it, and sqlite-vec.

import { readFileSync } from "node:fs";
import { join } from "node:path";
import { natsServerVersion } from "../nats-server/release.ts";
import { sqliteVecVersion } from "../sqlite-vec/release.ts";
import type { Notice } from "./notice.ts";

/** Licence of each Go module that `go version -m` finds in nats-server, and the file of its text. */
const goModules: Readonly<Record<string, readonly [licence: string, file: string]>> = {
  "github.com/antithesishq/antithesis-sdk-go": ["MIT", "antithesis-sdk-go.txt"],
  "github.com/google/go-tpm": ["Apache-2.0", "apache-2.0.txt"],
  "github.com/klauspost/compress": ["BSD-3-Clause AND Apache-2.0 AND MIT", "klauspost-compress.txt"],
  "github.com/minio/highwayhash": ["Apache-2.0", "apache-2.0.txt"],
  "github.com/nats-io/jwt/v2": ["Apache-2.0", "apache-2.0.txt"],
  "github.com/nats-io/nats-server/v2": ["Apache-2.0", "apache-2.0.txt"],
  "github.com/nats-io/nkeys": ["Apache-2.0", "apache-2.0.txt"],
  "github.com/nats-io/nuid": ["Apache-2.0", "apache-2.0.txt"],
  "golang.org/x/crypto": ["BSD-3-Clause", "go.txt"],
  "golang.org/x/sys": ["BSD-3-Clause", "go.txt"],
  "golang.org/x/time": ["BSD-3-Clause", "go.txt"],
};

export function nativeNotices(): Notice[] {
  const goMod = readFileSync(join(import.meta.dirname, "..", "nats-server", "go.mod"), "utf8");
  return [bunNotice(), ...goNotices(goMod), goRuntimeNotice(), sqliteVecNotice()];
}

/** A notice for each module that a `go.mod` requires; throws when the licence of one isn't noted here. */
export function goNotices(goMod: string): Notice[] {
  return [...goMod.matchAll(/^\t(\S+) v(\S+)/gm)].map(([, path = "", version = ""]): Notice => {
    const known = goModules[path];
    if (known === undefined)
      throw new Error(`No licence is noted for the Go module "${path}" (build/notices/native-notices.ts)`);
    const [licence, file] = known;
    return { name: path, version, licence, text: textOf(file), purl: `pkg:golang/${path}@v${version}` };
  });
}

function goRuntimeNotice(): Notice {
  const version = `with nats-server ${natsServerVersion}`;
  return {
    name: "Go standard library",
    version,
    licence: "BSD-3-Clause",
    text: textOf("go.txt"),
    purl: "pkg:golang/std",
  };
}

/** Its packages hold no text of the licence. */
function sqliteVecNotice(): Notice {
  return {
    name: "sqlite-vec",
    version: sqliteVecVersion,
    licence: "MIT OR Apache-2.0",
    text: textOf("sqlite-vec.txt"),
    purl: `pkg:npm/sqlite-vec@${sqliteVecVersion}`,
  };
}

function bunNotice(): Notice {
  const text = ["bun.txt", "lgpl-2.0.txt", "lgpl-2.1.txt"].map(textOf).join("\n");
  return {
    name: "Bun",
    version: Bun.version,
    licence: "MIT AND LGPL-2.0-only AND LGPL-2.1-only",
    text,
    purl: `pkg:github/oven-sh/bun@bun-v${Bun.version}`,
  };
}

function textOf(file: string): string {
  return readFileSync(join(import.meta.dirname, "texts", file), "utf8");
}
