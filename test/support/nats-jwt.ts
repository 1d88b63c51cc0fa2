// A NATS operator with one account and one user, made for one test: the server's configuration and the user's credentials file.

import { nkeys } from "@nats-io/transport-node";

export interface TestOperator {
  /** Lines for nats-server's configuration. */
  readonly config: string;
  /** Text of a credentials file; `expiresAt` in seconds since 1970. */
  credentials(expiresAt?: number): string;
}

export function createTestOperator(): TestOperator {
  const [operator, account] = [nkeys.createOperator(), nkeys.createAccount()];
  const operatorJwt = sign(operator, operator, "operator", {});
  const unlimited = { subs: -1, data: -1, payload: -1, imports: -1, exports: -1, wildcards: true, conn: -1, leaf: -1 };
  const accountJwt = sign(operator, account, "account", { limits: unlimited });
  return {
    config: [
      `operator: ${operatorJwt}`,
      "resolver: MEMORY",
      `resolver_preload: { ${account.getPublicKey()}: ${accountJwt} }`,
    ].join("\n"),
    credentials: (expiresAt) => {
      const user = nkeys.createUser();
      const jwt = sign(account, user, "user", { subs: -1, data: -1, payload: -1 }, expiresAt);
      const seed = new TextDecoder().decode(user.getSeed());
      return [
        "-----BEGIN NATS USER JWT-----",
        jwt,
        "------END NATS USER JWT------",
        "",
        "-----BEGIN USER NKEY SEED-----",
        seed,
        "------END USER NKEY SEED------",
        "",
      ].join("\n");
    },
  };
}

function sign(issuer: nkeys.KeyPair, subject: nkeys.KeyPair, type: string, claims: object, expiresAt?: number): string {
  const header = base64url(JSON.stringify({ typ: "JWT", alg: "ed25519-nkey" }));
  const body = base64url(
    JSON.stringify({
      jti: crypto.randomUUID(),
      iat: Math.floor(Date.now() / 1_000) - 10,
      iss: issuer.getPublicKey(),
      name: type,
      sub: subject.getPublicKey(),
      ...(expiresAt === undefined ? {} : { exp: expiresAt }),
      nats: { type, version: 2, ...claims },
    }),
  );
  const signature = issuer.sign(new TextEncoder().encode(`${header}.${body}`));
  return `${header}.${body}.${signature.toBase64({ alphabet: "base64url", omitPadding: true })}`;
}

function base64url(text: string): string {
  return Buffer.from(text).toString("base64url");
}
