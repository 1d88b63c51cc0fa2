import { expect, test } from "bun:test";
import fc from "fast-check";
import { Admission } from "../../../../src/bus/serving/admission.ts";
import type { Ticket } from "../../../../src/bus/serving/admission.ts";
import { ServiceError } from "../../../../src/protocol/service-error.ts";

function enter(admission: Admission): Ticket {
  const ticket = admission.enter();
  if (ticket instanceof ServiceError) throw ticket;
  return ticket;
}

test("as many as may are served at once, then as many wait, then 429", () => {
  const admission = new Admission({ concurrency: 2, queue: 1 });
  const tickets = [enter(admission), enter(admission), enter(admission)];
  expect(tickets.map((ticket) => ticket.isServing())).toEqual([true, true, false]);
  const refusal = admission.enter();
  expect(refusal).toBeInstanceOf(ServiceError);
  expect(refusal).toMatchObject({ code: 429, error: "busy", fields: { retry_after_s: 1 } });
  expect([admission.inFlight, admission.queued]).toEqual([2, 1]);
});

test("who waits is served in order of arrival", async () => {
  const admission = new Admission({ concurrency: 1, queue: 3 });
  const first = enter(admission);
  const order: string[] = [];
  const waiting = ["a", "b", "c"].map((name) => {
    const ticket = enter(admission);
    return ticket.served().then(() => {
      order.push(name);
      ticket.leave();
    });
  });
  first.leave();
  await Promise.all(waiting);
  expect(order).toEqual(["a", "b", "c"]);
  expect([admission.inFlight, admission.queued]).toEqual([0, 0]);
});

test("who leaves the queue is never served, and leaving twice frees one place only", () => {
  const admission = new Admission({ concurrency: 1, queue: 2 });
  const first = enter(admission);
  const quitter = enter(admission);
  const patient = enter(admission);
  quitter.leave();
  first.leave();
  first.leave();
  expect(quitter.isServing()).toBe(false);
  expect(patient.isServing()).toBe(true);
  expect([admission.inFlight, admission.queued]).toEqual([1, 0]);
});

test("without a queue the next one is refused", () => {
  const admission = new Admission({ concurrency: 1, queue: 0 });
  enter(admission);
  expect(admission.enter()).toBeInstanceOf(ServiceError);
});

test("limits hold and nothing is lost, whatever comes and goes", () => {
  fc.assert(
    fc.property(
      fc.integer({ min: 1, max: 4 }),
      fc.integer({ min: 0, max: 4 }),
      fc.array(fc.integer({ min: -1, max: 9 }), { maxLength: 80 }),
      (concurrency, queue, acts) => {
        const admission = new Admission({ concurrency, queue });
        const tickets: Ticket[] = [];
        for (const act of acts) {
          const entered = act < 0 || tickets.length === 0 ? admission.enter() : undefined;
          if (entered instanceof ServiceError) expect(tickets).toHaveLength(concurrency + queue);
          else if (entered !== undefined) tickets.push(entered);
          else tickets.splice(act % tickets.length, 1)[0]?.leave();
          expect(admission.inFlight).toBe(Math.min(tickets.length, concurrency));
          expect(admission.inFlight + admission.queued).toBe(tickets.length);
        }
      },
    ),
  );
});

test("a job is served when no caller waits, in the order of jobs, and takes no caller's place in the queue", () => {
  const admission = new Admission({ concurrency: 1, queue: 1 });
  const first = enter(admission);
  const jobs = [admission.enterBackground(), admission.enterBackground()];
  const caller = enter(admission);
  expect(admission.enter()).toBeInstanceOf(ServiceError);
  first.leave();
  expect([caller, ...jobs].map((ticket) => ticket.isServing())).toEqual([true, false, false]);
  caller.leave();
  expect(jobs.map((ticket) => ticket.isServing())).toEqual([true, false]);
  jobs[0]?.leave();
  expect(jobs[1]?.isServing()).toBe(true);
});

test("a job that left while it waited is not served, and nobody behind it is held up", () => {
  const admission = new Admission({ concurrency: 1, queue: 1 });
  const first = enter(admission);
  const [gone, next] = [admission.enterBackground(), admission.enterBackground()];
  gone.leave();
  first.leave();
  expect([gone.isServing(), next.isServing()]).toEqual([false, true]);
  expect([admission.inFlight, admission.queued]).toEqual([1, 0]);
});

test("senders take turns: a flood of one holds up that one", () => {
  const admission = new Admission({ concurrency: 1, queue: 8 });
  const places = ["ann", "ann", "ann", "ann", "bob", "bob", "cid"].map((sender) => ({
    sender,
    ...of(admission, sender),
  }));
  const order = places.map(() => {
    const serving = places.find(({ ticket, isGone }) => ticket.isServing() && !isGone());
    serving?.leave();
    return serving?.sender;
  });
  expect(order).toEqual(["ann", "ann", "bob", "cid", "ann", "bob", "ann"]);
});

test("of the senders that wait, the one with the fewest in service is next", () => {
  const admission = new Admission({ concurrency: 3, queue: 8 });
  const [first] = ["ann", "ann", "ann"].map((sender) => of(admission, sender));
  const [waiting, late] = [of(admission, "ann"), of(admission, "bob")];
  first?.leave();
  expect([waiting.ticket.isServing(), late.ticket.isServing()]).toEqual([false, true]);
});

test("a queue that one sender has filled has one place for each other, and is twice as long at most", () => {
  const admission = new Admission({ concurrency: 1, queue: 2 });
  for (let sent = 0; sent < 3; sent++) enter(admission);
  expect(admission.enter()).toBeInstanceOf(ServiceError);
  of(admission, "ann");
  expect(admission.enter("ann")).toBeInstanceOf(ServiceError);
  of(admission, "bob");
  expect(admission.enter("cid")).toMatchObject({ code: 429, error: "busy" });
  expect(admission.queued).toBe(4);
});

function of(admission: Admission, sender: string) {
  const ticket = admission.enter(sender);
  if (ticket instanceof ServiceError) throw ticket;
  let isGone = false;
  const leave = (): void => {
    isGone = true;
    ticket.leave();
  };
  return { ticket, leave, isGone: () => isGone };
}
