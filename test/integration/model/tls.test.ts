// Endpoints over TLS: whose certificate is taken, and whose is not.

import { describe, expect, test } from "bun:test";
import { mayRun } from "../../support/may-run.ts";
import { ask, modelError } from "../../support/model-fixtures.ts";
import { remoteProviders, startHarness, urlFor } from "../../support/model-harness.ts";
import { startScriptedModel } from "../../support/scripted-model.ts";
import { missingForTlsFront, startTlsFront } from "../../support/tls-front.ts";

describe.if(mayRun("TLS endpoints", missingForTlsFront()))("an endpoint over TLS", () => {
  test.each(remoteProviders)(
    "%s is reached with a certificate that the endpoint's ca_file vouches for",
    async (provider) => {
      await using served = disposable(startScriptedModel());
      await using front = await startTlsFront(served.url);
      served.script("m", { text: "Over TLS" });
      const url = urlFor({ ...served, url: front.url }, provider);
      await using harness = startHarness({ provider, endpoint: { url, caFile: front.caFile } });
      expect((await ask(harness.model)).text).toBe("Over TLS");
    },
  );

  test("a certificate that nothing vouches for is refused, and the answer says so", async () => {
    await using served = disposable(startScriptedModel());
    await using front = await startTlsFront(served.url);
    await using harness = startHarness({ endpoint: { url: front.url } });
    const error = modelError((await ask(harness.model)).error);
    expect(error.kind).toBe("unreachable");
    expect(error.message).toContain("its certificate was not accepted");
    expect(served.received.chats()).toEqual([]);
  });

  test("a ca_file of another server does not vouch", async () => {
    await using served = disposable(startScriptedModel());
    await using front = await startTlsFront(served.url);
    await using other = await startTlsFront(served.url);
    await using harness = startHarness({ endpoint: { url: front.url, caFile: other.caFile } });
    expect(modelError((await ask(harness.model)).error).message).toContain("its certificate was not accepted");
  });
});

function disposable<Server extends { stop(): Promise<void> }>(server: Server): Server & AsyncDisposable {
  return Object.assign(server, { [Symbol.asyncDispose]: () => server.stop() });
}
