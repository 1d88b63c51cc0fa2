// Metrics in the text form that Prometheus scrapes (exposition format 0.0.4).

export const metricContentType = "text/plain; version=0.0.4; charset=utf-8";

export interface Sample {
  readonly labels: Readonly<Record<string, string>>;
  readonly value: number;
}

export interface HistogramSample {
  readonly labels: Readonly<Record<string, string>>;
  /** Observations at or below each bound, cumulative, bounds ascending. */
  readonly buckets: readonly { readonly le: number; readonly count: number }[];
  readonly count: number;
  readonly sum: number;
}

interface MetricFamily {
  readonly name: string;
  readonly help: string;
}

export type Metric =
  | (MetricFamily & { readonly type: "counter" | "gauge"; readonly samples: readonly Sample[] })
  | (MetricFamily & { readonly type: "histogram"; readonly samples: readonly HistogramSample[] });

/** A family without samples is left out. */
export function metricText(metrics: readonly Metric[]): string {
  return metrics.map((metric) => (metric.samples.length === 0 ? "" : family(metric))).join("");
}

function family(metric: Metric): string {
  const { name, help, type } = metric;
  const lines =
    metric.type === "histogram"
      ? metric.samples.flatMap((sample) => histogramLines(name, sample))
      : valueLines(name, metric.samples);
  return [`# HELP ${name} ${escapeHelp(help)}`, `# TYPE ${name} ${type}`, ...lines, ""].join("\n");
}

function valueLines(name: string, samples: readonly Sample[]): readonly string[] {
  return samples.map(({ labels, value }) => line(name, labels, value));
}

function histogramLines(name: string, { labels, buckets, count, sum }: HistogramSample): readonly string[] {
  return [
    ...buckets.map((bucket) => line(`${name}_bucket`, { ...labels, le: String(bucket.le) }, bucket.count)),
    line(`${name}_bucket`, { ...labels, le: "+Inf" }, count),
    line(`${name}_sum`, labels, sum),
    line(`${name}_count`, labels, count),
  ];
}

function line(name: string, labels: Readonly<Record<string, string>>, value: number): string {
  const pairs = Object.entries(labels).map(([label, text]) => `${label}="${escapeLabel(text)}"`);
  return `${name}${pairs.length === 0 ? "" : `{${pairs.join(",")}}`} ${numberText(value)}`;
}

function numberText(value: number): string {
  if (Number.isNaN(value)) return "NaN";
  if (Number.isFinite(value)) return String(value);
  return value > 0 ? "+Inf" : "-Inf";
}

function escapeHelp(text: string): string {
  return text.replaceAll("\\", "\\\\").replaceAll("\n", "\\n");
}

function escapeLabel(text: string): string {
  return escapeHelp(text).replaceAll('"', '\\"');
}
