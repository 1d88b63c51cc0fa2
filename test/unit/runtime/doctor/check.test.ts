import { expect, test } from "bun:test";
import { type Check, examine } from "../../../../src/runtime/doctor/check.ts";
import { runStages } from "../../../../src/runtime/doctor/examination.ts";
import { ok, problemOf } from "../../../../src/runtime/doctor/finding.ts";

function check(name: string, work: Check["examine"], deadlineMs = 1_000): Check {
  return { name, deadlineMs, examine: work };
}

const never = () => new Promise<never>(() => undefined);

test("a check that hangs ends as a problem at its deadline, and is told to stop", async () => {
  let told: AbortSignal | undefined;
  const { findings } = await examine(
    check(
      "slow",
      (signal) => {
        told = signal;
        return never();
      },
      5,
    ),
  );
  expect(findings).toMatchObject([{ result: "problem", text: "The check did not end within 0.005 s" }]);
  expect(told?.aborted).toBe(true);
});

test("a check that throws is a problem with the reason", async () => {
  const { findings } = await examine(check("bad", () => Promise.reject(new Error("no disk"))));
  expect(findings).toMatchObject([{ result: "problem", text: "The check failed: no disk" }]);
});

test("one that hangs keeps none but those of its row waiting, and all are told in order", async () => {
  const order: string[] = [];
  const quick = (name: string) =>
    check(name, () => {
      order.push(name);
      return Promise.resolve([ok(name)]);
    });
  const told: string[] = [];
  await runStages(
    [[[check("hangs", never, 20), quick("after it")], [quick("beside it")]], [[quick("next stage")]]],
    (one) => told.push(one.check),
  );
  expect(told).toEqual(["hangs", "after it", "beside it", "next stage"]);
  expect(order).toEqual(["beside it", "after it", "next stage"]);
});

test("an error's advice becomes the remedy", () => {
  expect(problemOf('Cannot reach NATS at "a.b:1": refused. Start it. Or not', "x")).toEqual({
    result: "problem",
    text: 'Cannot reach NATS at "a.b:1": refused',
    remedy: "Start it. Or not",
  });
  expect(problemOf("It broke", "Mend it")).toEqual({ result: "problem", text: "It broke", remedy: "Mend it" });
});
