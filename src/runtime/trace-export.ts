// Where turns stand in traces over several processes, and the export of their spans, as the manifest says now. Nothing of the exporter is loaded
// before it is asked for.

import { hostname } from "node:os";
import { build } from "../host/build-facts.ts";
import type { OtlpConfig } from "../manifest/manifest.ts";
import type { TraceContext } from "../protocol/trace-context.ts";
import type { Logger } from "../telemetry/log.ts";
import type { SpanCounts } from "../telemetry/otlp/exporter.ts";
import type { OtlpExport } from "../telemetry/otlp/otlp-export.ts";
import { sampledTracer } from "../telemetry/sampled-tracer.ts";
import type { TurnTrace } from "../telemetry/trace.ts";
import { passingTracer, type Tracer, type TurnSpan } from "../telemetry/tracer.ts";
import type { TracesStatus } from "./control-protocol.ts";
import { isSameValue } from "./same-value.ts";

/** Of this runtime, for those who collect traces of many. */
export interface TracedInstance {
  readonly owner: string;
  /** Another one after each start. */
  readonly id: string;
}

export interface TraceExportPorts {
  readonly counts: SpanCounts;
  readonly instance: TracedInstance;
  readonly log: Logger;
}

/** What waits when an exporter ends is sent for this long. */
const flushMs = 3_000;

export class TraceExport implements Tracer {
  readonly #ports: TraceExportPorts;
  readonly #ending = new Set<Promise<void>>();
  #config: OtlpConfig | undefined;
  #tracer: Tracer = passingTracer;
  #export: OtlpExport | undefined;
  #isClosed = false;

  constructor(ports: TraceExportPorts) {
    this.#ports = ports;
  }

  /** What was said is exported. */
  get exportsContent(): boolean {
    return this.#config?.exportsContent ?? false;
  }

  begin(parent: TraceContext | undefined): TurnSpan | undefined {
    return this.#tracer.begin(parent);
  }

  /** Takes over what the manifest says. Resolves when turns that begin are traced that way. Never rejects. */
  async use(config: OtlpConfig | undefined): Promise<void> {
    // While a secret of it is away, it goes on as it was.
    if (this.#isClosed || config?.missing !== undefined || isSameValue(config, this.#config)) return;
    this.#config = config;
    const load = config === undefined ? undefined : await import("../telemetry/otlp/otlp-export.ts");
    if (!this.#isWanted(config)) return;
    this.#retire();
    if (config === undefined || load === undefined) return;
    this.#export = new load.OtlpExport(settingsOf(config, this.#ports));
    this.#tracer = sampledTracer(config.sampleRatio);
  }

  /** Never throws, and never waits. */
  add(trace: TurnTrace): void {
    this.#export?.add(trace);
  }

  /** Undefined: nobody asked for it. */
  status(): TracesStatus | undefined {
    return this.#export?.status();
  }

  /** Sends what waits, for a short time. Never rejects. */
  async close(): Promise<void> {
    this.#isClosed = true;
    this.#retire();
    await Promise.all(this.#ending);
  }

  /** Another manifest may have come meanwhile, or the end. */
  #isWanted(config: OtlpConfig | undefined): boolean {
    return !this.#isClosed && this.#config === config;
  }

  #retire(): void {
    this.#tracer = passingTracer;
    const ending = this.#export?.close(flushMs);
    this.#export = undefined;
    if (ending === undefined) return;
    this.#ending.add(ending);
    void ending.finally(() => this.#ending.delete(ending));
  }
}

function settingsOf(config: OtlpConfig, { counts, instance, log }: TraceExportPorts) {
  const { url, headers, compression, timeoutMs, tls, protocol, exportsContent } = config;
  return {
    collector: { url, headers, compression, timeoutMs, ...(tls === undefined ? {} : { tls }) },
    protocol,
    exportsContent,
    facts: {
      version: build.version,
      resource: {
        "host.name": hostname(),
        "process.pid": process.pid,
        "muster.owner": instance.owner,
        ...config.resourceAttributes,
        "service.name": config.serviceName,
        "service.version": build.version,
        "service.instance.id": instance.id,
        "telemetry.sdk.name": "muster",
        "telemetry.sdk.language": "nodejs",
        "telemetry.sdk.version": build.version,
      },
    },
    counts,
    log,
  };
}
