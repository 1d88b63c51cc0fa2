import { expect, test } from "bun:test";
import {
  jobProgressSubject,
  jobResultSubject,
  jobStream,
  jobSubject,
  ownersJobs,
  ownersRecords,
  parseJobStream,
  parseJobSubject,
  parseResultSubject,
} from "../../../src/protocol/job-subjects.ts";

const address = { agent: "muster", owner: "edge1", name: "inspector" };

test("the subjects of a job name its agent, and those of its records its id too", () => {
  expect(jobSubject(address)).toBe("muster.jobs.muster.edge1.inspector");
  expect(jobResultSubject(address, "a-1")).toBe("muster.results.muster.edge1.inspector.a-1");
  expect(jobProgressSubject(address, "a-1")).toBe("muster.progress.muster.edge1.inspector.a-1");
});

test("an owner's store takes the jobs of that owner alone", () => {
  expect(ownersJobs(address)).toBe("muster.jobs.muster.edge1.*");
  expect(ownersRecords(address)).toEqual([
    "muster.results.muster.edge1.*.*",
    "muster.progress.muster.edge1.*.*",
    "muster.unsent.muster.edge1.*.*",
  ]);
});

test("two owners never share a store, whatever their names", () => {
  expect(jobStream({ agent: "a", owner: "b-c" })).not.toBe(jobStream({ agent: "a-b", owner: "c" }));
});

test("a token that cannot stand in a subject is refused, wildcards too", () => {
  for (const name of ["", "a.b", "*", ">", "a b"]) expect(() => jobSubject({ ...address, name })).toThrow(RangeError);
});

test("subjects are read back, and others are not mistaken for them", () => {
  expect(parseJobSubject(jobSubject(address))).toEqual(address);
  expect(parseResultSubject(jobResultSubject(address, "a-1"))).toEqual({ address, id: "a-1" });
  expect(parseJobSubject(jobResultSubject(address, "a-1"))).toBeUndefined();
  expect(parseResultSubject(jobProgressSubject(address, "a-1"))).toBeUndefined();
  expect(parseJobSubject("muster.jobs.muster.edge1")).toBeUndefined();
});

test("a hub's outbox shares no subject and no stream with the machine's own queue", () => {
  expect(jobSubject(address, "outbox")).toBe("muster.outbox.muster.edge1.inspector");
  expect(jobResultSubject(address, "a-1", "outbox")).toBe("muster.outbox-results.muster.edge1.inspector.a-1");
  expect(ownersRecords(address, "outbox")).toEqual(["muster.outbox-results.muster.edge1.*.*"]);
  expect(parseJobStream(jobStream(address, "outbox"), "here")).toBeUndefined();
  expect(parseJobStream(jobStream(address, "outbox"), "outbox")).toEqual({ agent: "muster", owner: "edge1" });
});
