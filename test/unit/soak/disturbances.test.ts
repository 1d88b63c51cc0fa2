import { expect, test } from "bun:test";
import { Disturbances } from "../../soak/disturbances.ts";

test("what was away at some time since is told, also while it is away", async () => {
  const disturbances = new Disturbances();
  const before = performance.now();
  const back = Promise.withResolvers<undefined>();
  const away = disturbances.during("nats", () => back.promise);
  expect([...disturbances.since(performance.now())]).toEqual(["nats"]);
  expect(disturbances.sinceNatsIsBack(before)).toBe(0);
  back.resolve(undefined);
  await away;
  await Bun.sleep(2);
  expect([...disturbances.since(before)]).toEqual(["nats"]);
  expect([...disturbances.since(performance.now())]).toEqual([]);
  expect(disturbances.sinceNatsIsBack(before)).toBeGreaterThan(0);
  expect(disturbances.sinceNatsIsBack(performance.now())).toBeUndefined();
  expect([disturbances.count("nats"), disturbances.count("model")]).toEqual([1, 0]);
});
