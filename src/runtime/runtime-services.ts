// What a runtime offers beside its agents: its figures, HTTP for those who ask, and the watch over its memory.

import type { Manifest } from "../manifest/manifest.ts";
import type { Logger } from "../telemetry/log.ts";
import { RecentTraces } from "../telemetry/recent-traces.ts";
import { type TraceSink, withoutText } from "../telemetry/trace.ts";
import type { RuntimeStatus } from "./control-protocol.ts";
import { HttpService } from "./http-service.ts";
import { MemoryAtRest } from "./memory-at-rest.ts";
import { MemoryGuard } from "./memory-guard.ts";
import { notReadyReasons } from "./readiness.ts";
import { RuntimeCounts } from "./runtime-counts.ts";
import { runtimeMetrics } from "./runtime-metrics.ts";
import { toldToServer } from "./told-to-server.ts";
import { TraceExport, type TracedInstance } from "./trace-export.ts";

export interface RuntimeServices {
  readonly counts: RuntimeCounts;
  readonly http: HttpService;
  /** The latest turns. */
  readonly recent: RecentTraces;
  readonly memory: MemoryGuard;
  readonly rest: MemoryAtRest;
  /** Export of traces, where the manifest asks for it. */
  readonly exported: TraceExport;
  /** Takes over what the manifest says of them, at the start and at each reload. Never throws. */
  use(manifest: Pick<Manifest, "http" | "limits" | "otlp">): void;
  /** What to make smaller when memory is short; returns how many entries went. */
  onMemory(shrink: () => number): void;
  /** Counts and keeps each turn, exports it, and hands it on: texts go where they are asked for only. */
  traces(next: TraceSink, keepsText: boolean): TraceSink;
  /** Sends traces that wait, for a short time. Never rejects. */
  close(): Promise<void>;
}

export function startServices(ports: {
  readonly status: () => RuntimeStatus;
  readonly isStarted: () => boolean;
  /** Resolves when the NATS server has all that was sent to it before, or nothing of that can be known. Never rejects. */
  readonly flush: () => Promise<unknown>;
  /** Whether turns are in work, or documents are being indexed. */
  readonly isBusy: () => boolean;
  /** Of this runtime, for those who collect traces of many. */
  readonly instance: TracedInstance;
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
  const rest = new MemoryAtRest(ports);
  const exported = new TraceExport({ counts: counts.spanCounts, instance: ports.instance, log });
  const http = new HttpService({
    notReady: () => toldToServer(() => notReadyReasons(status(), isStarted()), ports.flush),
    metrics: () => runtimeMetrics(status(), counts),
    log,
  });
  return {
    counts,
    recent,
    http,
    memory,
    rest,
    exported,
    use: (manifest) => {
      memory.use(manifest.limits?.memoryBytes);
      http.use(manifest.http);
      void exported.use(manifest.otlp);
      rest.stir();
    },
    onMemory: (shrink) => void shrinks.push(shrink),
    traces: (next, keepsText) => (trace) => {
      counts.turn(trace);
      exported.add(trace);
      const kept = keepsText ? trace : withoutText(trace);
      recent.add(kept);
      next(kept);
      rest.stir();
    },
    close: async () => {
      http.close();
      rest.close();
      memory.close();
      await exported.close();
    },
  };
}
