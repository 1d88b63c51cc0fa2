import { beforeEach, describe, expect, test } from "bun:test";
import { type HubLinkState, LinkProof } from "../../../../src/trigger/deliver/link-proof.ts";

let link: HubLinkState | undefined;
let nowMs: number;
let proof: LinkProof;

beforeEach(() => {
  link = { isUp: true, since: "first" };
  nowMs = 0;
  proof = new LinkProof(
    () => link,
    () => nowMs,
  );
  proof.add(1, "first");
});

describe("an answer that went out over the link to a hub", () => {
  test("has arrived once the link has stood for as long as a cut cable says nothing, and is told once", () => {
    nowMs = 45_000;
    expect([proof.settle(), proof.waiting()]).toEqual([[], [1]]);
    proof.add(2, "first");
    nowMs = 50_000;
    expect([proof.settle(), proof.waiting()]).toEqual([[1], [2]]);
    expect(proof.settle()).toEqual([]);
  });

  test("is to be sent again when the link is down, however long ago it went out", () => {
    nowMs = 60_000;
    link = { isUp: false, since: "cut" };
    expect([proof.settle(), proof.waiting()]).toEqual([[], []]);
  });

  test("is to be sent again when the link was another since", () => {
    nowMs = 60_000;
    link = { isUp: true, since: "second" };
    expect([proof.settle(), proof.waiting()]).toEqual([[], []]);
  });
});
