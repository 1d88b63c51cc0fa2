// Export over OTLP: turns become spans, and spans go to the collector.

import type { TurnTrace } from "../trace.ts";
import { SpanExporter, type ExporterOptions, type ExporterStatus } from "./exporter.ts";
import { jsonEncoding } from "./json-encoding.ts";
import { protobufEncoding } from "./protobuf-encoding.ts";
import { turnSpans } from "./turn-spans.ts";

export interface OtlpSettings extends Omit<ExporterOptions, "encoding"> {
  readonly protocol: "http/json" | "http/protobuf";
  /** What was said goes along. */
  readonly exportsContent: boolean;
}

export class OtlpExport {
  readonly #settings: OtlpSettings;
  readonly #exporter: SpanExporter;

  constructor(settings: OtlpSettings) {
    this.#settings = settings;
    const encoding = settings.protocol === "http/json" ? jsonEncoding : protobufEncoding;
    this.#exporter = new SpanExporter({ ...settings, encoding });
  }

  /** Never throws, and never waits. */
  add(trace: TurnTrace): void {
    try {
      this.#exporter.add(turnSpans(trace, this.#settings.exportsContent));
    } catch (error) {
      this.#settings.log.error("Bug: a turn's trace cannot be exported", { turn: trace.id, error });
    }
  }

  status(): ExporterStatus {
    return this.#exporter.status();
  }

  /** Sends what waits, for at most `withinMs`. Never rejects. */
  close(withinMs: number): Promise<void> {
    return this.#exporter.close(withinMs);
  }
}
