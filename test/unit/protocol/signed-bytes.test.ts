import { describe, expect, test } from "bun:test";
import { registrationBytes, senderBytes } from "../../../src/protocol/signed-bytes.ts";
import { registrationVectors, senderVectors } from "../../support/sender-vectors.ts";
import { sha256, testUser } from "../../support/test-user.ts";

describe("§13.6.1 signed input", () => {
  for (const { id, seed, user, account, subject, payload, ts, nonce, payload_sha256, sig } of senderVectors) {
    test(`vector ${id}: our bytes give the known signature`, () => {
      const hash = sha256(payload);
      if (payload_sha256 !== undefined) expect(hash).toBe(payload_sha256);
      const bytes = senderBytes({ account, user, sub: subject, ts, nonce }, hash);
      expect(testUser(seed).nkey).toBe(user);
      expect(testUser(seed).sign(new TextDecoder().decode(bytes))).toBe(sig);
    });
  }

  test("is seven lines, each ended by LF", () => {
    const bytes = senderBytes({ account: "A", user: "U", sub: "s.t", ts: "T", nonce: "N" }, "ab");
    expect(new TextDecoder().decode(bytes)).toBe("AGENT-SENDER-V1\nA\nU\ns.t\nT\nN\nab\n");
  });
});

describe("§13.10 registration", () => {
  for (const { id, seed, user, account, agent, owner, prompt_subject, id_sig } of registrationVectors) {
    test(`vector ${id}: our bytes give the known signature`, () => {
      const bytes = registrationBytes({ account, user }, { agent, owner }, prompt_subject);
      expect(testUser(seed).sign(new TextDecoder().decode(bytes))).toBe(id_sig);
    });
  }

  test("is six lines, the user first, each ended by LF", () => {
    const bytes = registrationBytes({ account: "A", user: "U" }, { agent: "a", owner: "o" }, "s");
    expect(new TextDecoder().decode(bytes)).toBe("AGENT-ID-V1\nU\nA\na\no\ns\n");
  });
});
