import { expect, test } from "bun:test";
import { Counter, Histogram } from "../../../src/telemetry/counts.ts";
import { metricText } from "../../../src/telemetry/metric-text.ts";

test("a counter is written as Prometheus reads it, label values escaped", () => {
  const prompts = new Counter();
  prompts.add({ agent: "helper" });
  prompts.add({ agent: "helper" }, 2);
  prompts.add({ agent: 'a"b\\c\nd' }, 0);
  const metrics = [{ type: "counter", name: "x_total", help: "Of a\nkind", samples: prompts.samples() } as const];
  expect(metricText(metrics)).toBe(
    [
      "# HELP x_total Of a\\nkind",
      "# TYPE x_total counter",
      'x_total{agent="helper"} 3',
      'x_total{agent="a\\"b\\\\c\\nd"} 0',
      "",
    ].join("\n"),
  );
});

test("a histogram's buckets are cumulative and end at infinity", () => {
  const seconds = new Histogram([0.5, 1]);
  for (const value of [0.25, 0.5, 0.75, 7]) seconds.observe({ agent: "a" }, value);
  expect(metricText([{ type: "histogram", name: "s", help: "h", samples: seconds.samples() }])).toBe(
    [
      "# HELP s h",
      "# TYPE s histogram",
      's_bucket{agent="a",le="0.5"} 2',
      's_bucket{agent="a",le="1"} 3',
      's_bucket{agent="a",le="+Inf"} 4',
      's_sum{agent="a"} 8.5',
      's_count{agent="a"} 4',
      "",
    ].join("\n"),
  );
});

test("a value without labels has no braces, and a family without samples is left out", () => {
  const metrics = [
    { type: "gauge", name: "up", help: "h", samples: [{ labels: {}, value: 1 }] },
    { type: "gauge", name: "none", help: "h", samples: [] },
  ] as const;
  expect(metricText(metrics)).toBe("# HELP up h\n# TYPE up gauge\nup 1\n");
});

test("series past the limit are counted together", () => {
  const counter = new Counter(2);
  for (const model of ["a", "b", "c", "d"]) counter.add({ model });
  expect(counter.samples()).toEqual([
    { labels: { model: "a" }, value: 1 },
    { labels: { model: "b" }, value: 1 },
    { labels: { model: "other" }, value: 2 },
  ]);
});

test("what is forgotten is no longer there, and the rest is", () => {
  const counter = new Counter();
  counter.add({ agent: "a", error: "busy" });
  counter.add({ agent: "b", error: "busy" });
  counter.forget("agent", "a");
  expect(counter.samples()).toEqual([{ labels: { agent: "b", error: "busy" }, value: 1 }]);
});
