// Servers on which clients are somebody, in each way that NATS has, and the credentials files of those clients.

import { encodeAccount, encodeOperator, encodeUser, fmtCreds } from "@nats-io/jwt";
import { createAccount, createOperator, createUser } from "@nats-io/nkeys";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { BusSettings } from "../../src/bus/connection/bus-settings.ts";
import { testUser } from "./test-user.ts";

export interface NatsUsers {
  /** Lines of nats-server's configuration. */
  readonly config: string;
  readonly host: NatsUser;
  readonly caller: NatsUser;
  remove(): Promise<void>;
}

export interface NatsUser {
  /** What a connection needs beside the server's address. */
  readonly settings: Partial<BusSettings>;
  /** The agent ID that it has; absent: none. */
  readonly id?: string;
  readonly user?: string;
}

export type NatsMode = "operator" | "named account" | "global account" | "no authentication";

export async function natsUsers(mode: NatsMode): Promise<NatsUsers> {
  const folder = await mkdtemp(join(tmpdir(), "muster-users-"));
  const remove = (): Promise<void> => rm(folder, { recursive: true, force: true });
  switch (mode) {
    case "operator":
      return { ...(await operatorUsers(folder)), remove };
    case "named account":
      return { ...(await nkeyUsers(folder, "ACME")), remove };
    case "global account":
      return { ...(await nkeyUsers(folder)), remove };
    case "no authentication":
      return { config: "", host: { settings: {} }, caller: { settings: {} }, remove };
  }
}

const unlimited = { subs: -1, data: -1, payload: -1, imports: -1, exports: -1, wildcards: true, conn: -1, leaf: -1 };

/** An operator, an account, its signing key, and a user each signed by one of the two: as `nsc` makes them. */
async function operatorUsers(folder: string): Promise<Omit<NatsUsers, "remove">> {
  const [operator, account, signingKey] = [createOperator(), createAccount(), createAccount()];
  const operatorJwt = await encodeOperator("O", operator);
  const accountJwt = await encodeAccount(
    "A",
    account,
    { limits: unlimited, signing_keys: [signingKey.getPublicKey()] },
    { signer: operator },
  );
  const user = async (name: string, signer = account): Promise<NatsUser> => {
    const pair = createUser();
    const jwt = await encodeUser(name, pair, account, {}, { signer });
    const credentialsFile = join(folder, `${name}.creds`);
    await writeFile(credentialsFile, fmtCreds(jwt, pair));
    return {
      settings: { credentialsFile },
      id: `${account.getPublicKey()}.${pair.getPublicKey()}`,
      user: pair.getPublicKey(),
    };
  };
  return {
    config: [
      `operator: ${operatorJwt}`,
      "resolver: MEMORY",
      `resolver_preload: { ${account.getPublicKey()}: ${accountJwt} }`,
    ].join("\n"),
    host: await user("host"),
    caller: await user("caller", signingKey),
  };
}

async function nkeyUsers(folder: string, account?: string): Promise<Omit<NatsUsers, "remove">> {
  const user = async (name: string): Promise<NatsUser> => {
    const { nkey, seed } = testUser();
    const nkeyFile = join(folder, `${name}.nk`);
    await writeFile(nkeyFile, seed);
    return { settings: { nkeyFile }, id: `${account ?? "$G"}.${nkey}`, user: nkey };
  };
  const [host, caller] = [await user("host"), await user("caller")];
  const users = `users: [ { nkey: ${host.user ?? ""} }, { nkey: ${caller.user ?? ""} } ]`;
  const config = account === undefined ? `authorization { ${users} }` : `accounts { ${account} { ${users} } }`;
  return { config, host, caller };
}
