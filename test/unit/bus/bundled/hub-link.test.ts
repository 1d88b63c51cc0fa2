import { afterEach, describe, expect, test } from "bun:test";
import { HubLink } from "../../../../src/bus/bundled/hub-link.ts";
import { recordedLog } from "../../../support/recorded-log.ts";
import type { Logger } from "../../../../src/telemetry/log.ts";
import { silentLog } from "../../../support/silent-log.ts";
import { until } from "../../../support/until.ts";

const links: HubLink[] = [];
afterEach(() => links.splice(0).forEach((link) => link.close()));

function newLink(log: Logger = silentLog()): HubLink {
  const link = new HubLink({ url: "tls://hub:7422", address: "hub:7422", log });
  links.push(link);
  return link;
}

async function linked(link: HubLink): Promise<void> {
  link.askWith(() => Promise.resolve(true));
  link.take({ type: "opened" });
  await until("the link", () => link.isConnected());
}

describe("the link to the hub", () => {
  test("is connecting at first, and stays so while attempts fail", () => {
    const link = newLink();
    expect(link.status()).toMatchObject({ url: "tls://hub:7422", state: "connecting" });
    link.take({ type: "failed", text: "dial tcp: connect: connection refused" });
    expect(link.status()).toMatchObject({
      state: "connecting",
      reason: 'Cannot reach the hub at "hub:7422": connection refused',
    });
  });

  test("is connected when the server has it, not when a connection is open", async () => {
    const link = newLink();
    const answers = [false, undefined, true];
    link.askWith(() => Promise.resolve(answers.shift()));
    link.take({ type: "opened" });
    expect(link.isConnected()).toBe(false);
    await until("the link", () => link.isConnected());
    expect(answers).toEqual([]);
    expect(link.status().reason).toBeUndefined();
  });

  test("keeps the reason of a refusal when the refused connection is closed", () => {
    const link = newLink();
    link.take({ type: "opened" });
    link.take({ type: "problem", text: "Authorization Violation" });
    link.take({ type: "closed", text: "Client Closed" });
    expect(link.status().reason).toContain("refused the credentials");
  });

  test("that is moved to another hub says of the old one that it ended", async () => {
    const link = newLink();
    await linked(link);
    link.retarget({ url: "tls://other:7422", address: "other:7422" });
    link.take({ type: "closed", text: "Client Closed" });
    expect(link.status()).toMatchObject({
      url: "tls://other:7422",
      state: "disconnected",
      reason: 'The link to the hub at "hub:7422" was lost',
    });
    link.take({ type: "failed", text: "dial tcp: connect: connection refused" });
    expect(link.status().reason).toBe('Cannot reach the hub at "other:7422": connection refused');
  });

  test("is disconnected when it ends, or when the server does", async () => {
    const link = newLink();
    await linked(link);
    link.take({ type: "closed", text: "Stale Connection" });
    expect(link.status()).toMatchObject({
      state: "disconnected",
      reason: 'The link to the hub at "hub:7422" fell silent',
    });
    await linked(link);
    link.serverEnded();
    expect(link.status().state).toBe("disconnected");
  });

  test("is logged once for each reason and link, however often and in turn attempts fail", async () => {
    const log = recordedLog();
    const link = newLink(log);
    const fail = () => {
      for (const text of ["connection refused", "network is unreachable"]) link.take({ type: "failed", text });
    };
    for (let attempt = 0; attempt < 5; attempt++) fail();
    expect(log.lines.filter(({ level }) => level === "warn")).toHaveLength(2);
    await linked(link);
    link.take({ type: "closed", text: "Client Closed" });
    fail();
    expect(log.lines.filter(({ level }) => level === "warn")).toHaveLength(5);
  });
});
