// What is known of the executable that runs now, and of the runtime's.

import { existsSync, readFileSync } from "node:fs";
import { build } from "../../host/build-facts.ts";
import { carriedPart } from "../../host/carried-parts.ts";
import { extractedFolder } from "../../host/extract-part.ts";
import { redirectingVariables } from "../../host/systemd-unit.ts";
import { isIntactBlob, isIntactPart } from "../../host/verify-part.ts";
import type { ExecutableFacts } from "./check-executable.ts";
import type { Circumstances } from "./circumstances.ts";

export function executableFacts({ environment, runtime, stateDirectory }: Circumstances): ExecutableFacts {
  return {
    said: `${build.version}, ${build.target}, commit ${build.commit}`,
    isStandalone: Bun.isStandaloneExecutable,
    parts: ["nats-server", "engine"].flatMap((name) => carriedPart(name) ?? []),
    isIntact: isIntactBlob,
    isExtractedIntact: (part) => {
      const folder = extractedFolder(part, stateDirectory);
      return existsSync(folder) ? isIntactPart(part, folder) : undefined;
    },
    variables: {
      here: redirecting(Object.keys(environment).filter((name) => environment[name] !== "")),
      runtime: redirecting(runtime.type === "running" ? variablesOf(runtime.status.pid) : []),
    },
  };
}

function redirecting(names: readonly string[]): readonly string[] {
  return names.filter((name) => redirectingVariables.includes(name));
}

/** Names of the variables that a process was started with; none where that cannot be seen. */
function variablesOf(pid: number): readonly string[] {
  try {
    const entries = readFileSync(`/proc/${pid}/environ`, "utf8").split("\0");
    return entries.flatMap((entry) => /^(\w+)=./.exec(entry)?.[1] ?? []);
  } catch {
    return []; // Another system, or another user's process.
  }
}
