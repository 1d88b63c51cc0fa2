import { describe, expect, test } from "bun:test";
import { Watchdog } from "../../../../src/model/builtin/watchdog.ts";

const bounds = { silenceMs: 10_000, loadSilenceMs: 60_000, stallMs: 30_000 };

/** A watchdog on a clock of our own, checked every second of it. */
function onClock() {
  let now = 0;
  const hangs: string[] = [];
  const watchdog = new Watchdog(
    bounds,
    (what) => hangs.push(what),
    () => now,
  );
  watchdog.start();
  const pass = (seconds: number, each: () => void = () => undefined) => {
    for (let second = 0; second < seconds && hangs.length === 0; second++) {
      now += 1_000;
      each();
      watchdog.check();
    }
  };
  const jump = (ms: number) => {
    now += ms;
    watchdog.check();
  };
  return { watchdog, hangs, pass, jump };
}

describe("Watchdog", () => {
  test("lets a child take its time while it loads", () => {
    const { watchdog, hangs, pass } = onClock();
    pass(50);
    expect(hangs).toEqual([]);
    pass(20);
    expect(hangs).toEqual(["it gave no sign of life for 60 s"]);
    watchdog.stop();
  });

  test("reports silence once it has loaded", () => {
    const { watchdog, hangs, pass } = onClock();
    watchdog.ready();
    pass(9);
    expect(hangs).toEqual([]);
    pass(3);
    expect(hangs).toEqual(["it gave no sign of life for 10 s"]);
    watchdog.stop();
  });

  test("reports a child that beats but does nothing", () => {
    const { watchdog, hangs, pass } = onClock();
    watchdog.ready();
    pass(40, () => watchdog.hear(7));
    expect(hangs).toEqual(["it did nothing for 30 s"]);
    watchdog.stop();
  });

  test("is content with slow steps", () => {
    const { watchdog, hangs, pass } = onClock();
    let beats = 0;
    pass(300, () => watchdog.hear(Math.floor(beats++ / 20)));
    expect(hangs).toEqual([]);
    watchdog.stop();
  });

  test("starts over when it was asleep itself", () => {
    const { watchdog, hangs, pass, jump } = onClock();
    watchdog.ready();
    pass(5);
    jump(3_600_000);
    expect(hangs).toEqual([]);
    watchdog.stop();
  });

  test("reports once", () => {
    const { hangs, pass, watchdog } = onClock();
    watchdog.ready();
    pass(30);
    pass(30);
    expect(hangs).toHaveLength(1);
  });
});
