// Jobs where NATS permissions keep a caller, or the runtime, from a subject that they need: it is named, and nothing of it stays once it is allowed.

import { afterEach, beforeEach, describe, expect, test } from "bun:test";
import { awaitResult } from "../../../../src/bus/jobs/change-job.ts";
import { JobError } from "../../../../src/bus/jobs/job-error.ts";
import { submitJob, type SubmittedJob } from "../../../../src/bus/jobs/submit-job.ts";
import { openBus } from "../../../../src/bus/connection/open-bus.ts";
import type { BusConnection } from "../../../../src/bus/connection/connection.ts";
import type { ServedAgent } from "../../../../src/bus/serving/service-port.ts";
import { answers, type BusHost, eventually, startBusHost } from "../../../support/bus-host.ts";
import { type RunningNatsServer, startNatsServer } from "../../../support/nats-server.ts";
import { rawCaller } from "../../../support/raw-caller.ts";
import { silentLog } from "../../../support/silent-log.ts";
import { until } from "../../../support/until.ts";

const address = { agent: "muster", owner: "tests", name: "one" };

interface Denied {
  readonly subscribe?: string;
  readonly publish?: string;
}

let server: RunningNatsServer;
let host: BusHost;
let caller: BusConnection;
let agent: ServedAgent;

beforeEach(async () => {
  server = await startNatsServer({ jetstream: true, config: users({}) });
  host = await startBusHost(server.url.replace("//", "//host:h@"), { takesJobs: true });
  agent = await host.serve({ address }, answers("done"));
  caller = openBus({
    settings: { servers: [server.url.replace("//", "//caller:c@")] },
    clientName: "caller",
    log: silentLog(),
  });
  await caller.connected();
  await until("the store", () => submit("first").catch(() => undefined));
  expect(await resultText("first")).toBe("done");
});

afterEach(async () => {
  await caller.close();
  await host.stop();
  await server.stop();
});

function users(denied: { readonly host?: Denied; readonly caller?: Denied }): string {
  const list = (subject: string | undefined): string => (subject === undefined ? "" : `, deny: ["${subject}"]`);
  const user = (name: "host" | "caller", password: string): string => {
    const { subscribe, publish } = denied[name] ?? {};
    return `{ user: ${name}, password: ${password}, permissions: {
      subscribe: { allow: ">" ${list(subscribe)} }, publish: { allow: ">" ${list(publish)} } } }`;
  };
  return `authorization { users: [ ${user("host", "h")}, ${user("caller", "c")}, { user: onlooker, password: o } ] }`;
}

function submit(id: string): Promise<SubmittedJob> {
  return submitJob(caller, address, { id, payload: new TextEncoder().encode("Do it"), isNewId: true });
}

async function refusal(id: string): Promise<JobError> {
  const error = await submit(id).catch((reason: unknown) => reason);
  if (error instanceof JobError) return error;
  throw new Error(`Expected a JobError, got ${JSON.stringify(error)}`);
}

/** Those that the runtime said that it may not publish to. */
function forbiddenSubjects(): readonly string[] {
  return host.log.lines.flatMap(({ message, fields }) =>
    message.includes("forbid to publish") ? [String(fields["subject"])] : [],
  );
}

async function resultText(id: string): Promise<string | undefined> {
  const found = await awaitResult(caller, address, { id, place: "here" }, AbortSignal.timeout(20_000));
  return found?.text;
}

describe("who submits", () => {
  test.each([
    ["the queue", { publish: "muster.jobs.>" }, 'The NATS user may not publish to "muster.jobs.muster.tests.one"'],
    ["JetStream", { publish: "$JS.API.>" }, /^The NATS user may not publish to "\$JS\.API\.STREAM\.INFO\.MUSTER_JOBS=/],
    ["its own inboxes", { subscribe: "_INBOX.>" }, /^Cannot listen for the server's answer: /],
  ])(
    "is told at once which permission is wanting, and submits once it is there: %s",
    async (_, denied, text) => {
      await server.reload(users({ caller: denied }));
      const error = await refusal("second");
      expect(error.kind).toBe("not-permitted");
      if (typeof text === "string") expect(error.message).toBe(text);
      else expect(error.message).toMatch(text);
      await server.reload(users({}));
      await until("the permission", () => submit("second").catch(() => undefined));
      expect(await resultText("second")).toBe("done");
    },
    60_000,
  );
});

describe("the runtime", () => {
  test("that may not fetch jobs keeps serving prompts and says so once; the job waits, and is done when it may", async () => {
    await server.reload(users({ host: { publish: "$JS.API.>" } }));
    await submit("second");
    await eventually(() => forbiddenSubjects().some((subject) => subject.startsWith("$JS.API.")));
    const onlooker = await rawCaller(server.url, { user: "onlooker", pass: "o" });
    expect((await onlooker.prompt(agent.promptSubject, "x").done).text()).toBe("done");
    expect(forbiddenSubjects()).toEqual([...new Set(forbiddenSubjects())]);
    await server.reload(users({}));
    expect(await resultText("second")).toBe("done");
    await onlooker.close();
  }, 60_000);

  test("that may not keep results runs the job until it may, and keeps one", async () => {
    await server.reload(users({ host: { publish: "muster.results.>" } }));
    await submit("second");
    await eventually(() => forbiddenSubjects().some((subject) => subject.startsWith("muster.results.")));
    await server.reload(users({}));
    expect(await resultText("second")).toBe("done");
  }, 60_000);

  test("that may not hear of jobs finds them by looking, and its agents say which permission is wanting", async () => {
    await server.reload(users({ host: { subscribe: "muster.jobs.>" } }));
    const reason = 'NATS permissions forbid to subscribe to "muster.jobs.muster.tests.*"';
    await eventually(() => agent.state().reason === reason);
    await submit("second");
    await server.reload(users({}));
    await eventually(() => agent.state().state === "ready", 20_000);
    expect(await resultText("second")).toBe("done");
  }, 60_000);
});
