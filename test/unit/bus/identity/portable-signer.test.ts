import { expect, test } from "bun:test";
import { createUser } from "@nats-io/nkeys";
import { portableSigner } from "../../../../src/bus/identity/portable-signer.ts";
import { nkeySigner } from "../../../../src/bus/identity/signatures.ts";

test("signs and digests as the quick one does", async () => {
  const seed = new TextDecoder().decode(createUser().getSeed());
  const [portable, quick] = [await portableSigner(seed), nkeySigner(seed)];
  const bytes = new TextEncoder().encode("AGENT-SENDER-V1\n");
  expect(portable.user).toBe(quick.user);
  expect(await portable.sign(bytes)).toEqual(new Uint8Array(quick.sign(bytes)));
  expect(await portable.sha256(bytes)).toBe(quick.sha256(bytes));
  expect(await portable.sha256(new Uint8Array())).toBe(quick.sha256(new Uint8Array()));
});
