import { expect, test } from "bun:test";
import { MemoryAtRest } from "../../../src/runtime/memory-at-rest.ts";

const megabyte = 1024 ** 2;

function watched() {
  const state = { isBusy: false, rssMb: 100, leastMb: 70, shrinks: 0 };
  let waiting: { readonly ms: number; readonly act: () => void } | undefined;
  const rest = new MemoryAtRest({
    isBusy: () => state.isBusy,
    rssBytes: () => state.rssMb * megabyte,
    shrink: () => {
      state.shrinks += 1;
      state.rssMb = Math.min(state.rssMb, state.leastMb);
    },
    after: (ms, act) => {
      waiting = { ms, act };
      return () => (waiting = undefined);
    },
  });
  /** The time that it waits for has passed; false: it waits for nothing. */
  const pass = (): boolean => {
    const due = waiting;
    waiting = undefined;
    due?.act();
    return due !== undefined;
  };
  const passAll = (): void => {
    for (let passed = 0; pass(); passed++) if (passed > 10) throw new Error("It never comes to rest");
  };
  return { rest, state, pass, passAll };
}

test("memory is given back once nothing has begun for a while, and then there is nothing to wait for", () => {
  const { rest, state, pass } = watched();
  expect(pass()).toBe(false);
  rest.stir();
  expect(state.shrinks).toBe(0);
  pass();
  expect(state.shrinks).toBe(1);
  pass();
  expect(pass()).toBe(false);
});

test("what begins meanwhile puts it off, and so does what is still in work", () => {
  const { rest, state, pass } = watched();
  rest.stir();
  rest.stir();
  pass();
  expect(state.shrinks).toBe(0);
  state.isBusy = true;
  pass();
  pass();
  expect(state.shrinks).toBe(0);
  state.isBusy = false;
  pass();
  expect(state.shrinks).toBe(1);
});

test("later work that took little memory keeps its code, and work that took much gives it back", () => {
  const { rest, state, passAll } = watched();
  rest.stir();
  passAll();
  state.rssMb = 77;
  rest.stir();
  passAll();
  expect(state.shrinks).toBe(1);
  state.rssMb = 78;
  rest.stir();
  passAll();
  expect(state.shrinks).toBe(2);
});

test("memory that does not go back is not asked for again and again", () => {
  const { rest, state, passAll } = watched();
  state.leastMb = 95;
  rest.stir();
  passAll();
  rest.stir();
  passAll();
  expect(state.shrinks).toBe(1);
});

test("what begins while pages go back is looked at, too", () => {
  const { rest, state, pass, passAll } = watched();
  rest.stir();
  pass();
  rest.stir();
  pass();
  state.rssMb = 120;
  passAll();
  expect(state.shrinks).toBe(2);
});

test("closed, it waits for nothing any more", () => {
  const { rest, state, pass } = watched();
  rest.stir();
  rest.close();
  expect(pass()).toBe(false);
  rest.stir();
  expect(pass()).toBe(false);
  expect(state.shrinks).toBe(0);
});
