// What a runtime offers beside its agents: its figures, HTTP for those who ask, and the watch over its memory.

import type { Manifest } from "../manifest/manifest.ts";
import type { Logger } from "../telemetry/log.ts";
import { RecentTraces } from "../telemetry/recent-traces.ts";
import type { TraceSink } from "../telemetry/trace.ts";
import type { RuntimeStatus } from "./control-protocol.ts";
import { HttpService } from "./http-service.ts";
import { MemoryGuard } from "./memory-guard.ts";
import { notReadyReasons } from "./readiness.ts";
import { RuntimeCounts } from "./runtime-counts.ts";
import { runtimeMetrics } from "./runtime-metrics.ts";

export interface RuntimeServices {
  readonly counts: RuntimeCounts;
  readonly http: HttpService;
  /** The latest turns. */
  readonly recent: RecentTraces;
  readonly memory: MemoryGuard;
  /** Takes over what the manifest says of them, at the start and at each reload. Never throws. */
  use(manifest: Pick<Manifest, "http" | "limits">): void;
  /** What to make smaller when memory is short; returns how many entries went. */
  onMemory(shrink: () => number): void;
  /** Counts each turn, then hands it on. */
  traces(next: TraceSink): TraceSink;
  close(): void;
}

export function startServices(ports: {
  readonly status: () => RuntimeStatus;
  readonly isStarted: () => boolean;
  readonly log: Logger;
}): RuntimeServices {
  const { status, isStarted, log } = ports;
  const counts = new RuntimeCounts();
  const recent = new RecentTraces();
  const shrinks: (() => number)[] = [() => recent.shrink()];
  const memory = new MemoryGuard({
    rssBytes: () => process.memoryUsage.rss(),
    shrink: () => shrinks.reduce((gone, shrink) => gone + shrink(), 0),
    collect: () => Bun.gc(true),
    log,
  });
  const http = new HttpService({
    notReady: () => notReadyReasons(status(), isStarted()),
    metrics: () => runtimeMetrics(status(), counts),
    log,
  });
  return {
    counts,
    recent,
    http,
    memory,
    use: (manifest) => {
      memory.use(manifest.limits?.memoryBytes);
      http.use(manifest.http);
    },
    onMemory: (shrink) => void shrinks.push(shrink),
    traces: (next) => (trace) => {
      counts.turn(trace);
      recent.add(trace);
      next(trace);
    },
    close: () => {
      http.close();
      memory.close();
    },
  };
}
