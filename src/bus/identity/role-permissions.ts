// The least that each role needs of NATS, on a server whose users are somebody else's to make (docs/identity.md).

import type { NamedSubjects } from "./named-subjects.ts";
import { userInfoSubject } from "./own-identity.ts";
import { conversationBucket, conversationStream } from "../memory/bucket-key.ts";
import { type JobOwner, jobStream, ownersJobs, recordStream } from "../../protocol/job-subjects.ts";
import { serviceSubject } from "../../protocol/micro-service.ts";
import { allHeartbeats } from "../../protocol/subjects.ts";
import { serviceName } from "../../protocol/version.ts";

/** Who serves agents, who calls them, and who also looks after their jobs. */
export const roles = ["host", "caller", "operator"] as const;
export type Role = (typeof roles)[number];

export interface RoleScope extends JobOwner {
  /** Prefix of its reply subjects, such as `_INBOX`. */
  readonly inboxPrefix: string;
  /** Whether jobs are left and taken (docs/jobs.md). */
  readonly hasJobs: boolean;
  /** Whether conversations are in JetStream (docs/memory.md). */
  readonly hasKvMemory: boolean;
  /** What a host's agents name in their tools and triggers. */
  readonly named: NamedSubjects;
}

export interface RolePermissions {
  readonly publish: readonly string[];
  readonly subscribe: readonly string[];
  /** Of what may be published otherwise. */
  readonly forbidden?: readonly string[];
}

/** Of a host: for the agents of one harness and owner; of the others: for all agents. */
export function rolePermissions(role: Role, scope: RoleScope): RolePermissions {
  switch (role) {
    case "host":
      return host(scope);
    case "caller":
      return caller(scope);
    case "operator":
      return operator(scope);
  }
}

function host(scope: RoleScope): RolePermissions {
  const { agent, owner, inboxPrefix, named } = scope;
  const own = (verb: string): string => `agents.${verb}.${agent}.${owner}.*`;
  const jobs = scope.hasJobs ? hostJobs(scope) : none;
  const memory = scope.hasKvMemory ? hostMemory(scope) : [];
  return {
    // Its address is asked for before it serves, and who else beats for it later; answers go to whatever inbox asks.
    publish: [
      own("hb"),
      own("status"),
      "$SRV.INFO.agents.*",
      "_INBOX.>",
      userInfoSubject,
      ...jobs.publish,
      ...memory,
      ...named.publish,
    ],
    subscribe: [
      own("prompt"),
      own("status"),
      own("hb"),
      "$SRV.>",
      `${inboxPrefix}.>`,
      ...jobs.subscribe,
      ...named.subscribe,
    ],
  };
}

function hostJobs(owner: JobOwner): RolePermissions {
  const [queue, records] = [jobStream(owner), recordStream(owner)];
  const both = (route: string): string[] => [`$JS.API.STREAM.${route}.${queue}`, `$JS.API.STREAM.${route}.${records}`];
  const kept = (word: string): string => `muster.${word}.${owner.agent}.${owner.owner}.>`;
  return {
    publish: [
      ...both("CREATE"),
      ...both("INFO"),
      ...both("MSG.GET"),
      `$JS.API.STREAM.PURGE.${records}`,
      `$JS.API.CONSUMER.CREATE.${queue}.>`,
      `$JS.API.CONSUMER.MSG.NEXT.${queue}.*`,
      `$JS.ACK.${queue}.>`,
      `$JS.ACK.*.*.${queue}.>`,
      kept("results"),
      kept("progress"),
    ],
    subscribe: [ownersJobs(owner)],
  };
}

/** The bucket is all hosts': each may read it whole, and write what is its agents'. */
function hostMemory({ agent, owner }: JobOwner): readonly string[] {
  const routes = ["CREATE", "INFO", "MSG.GET", "PURGE"].map((route) => `$JS.API.STREAM.${route}.${conversationStream}`);
  return [...routes, `$KV.${conversationBucket}.${agent}.${owner}.>`];
}

function caller({ inboxPrefix, hasJobs }: RoleScope): RolePermissions {
  const jobs = hasJobs ? callerJobs : none;
  return {
    publish: [
      serviceSubject("INFO", serviceName),
      "agents.prompt.>",
      "agents.status.>",
      "_INBOX.>",
      userInfoSubject,
      ...jobs.publish,
    ],
    subscribe: [allHeartbeats, `${inboxPrefix}.>`, ...jobs.subscribe],
    ...(hasJobs ? { forbidden: conversationReads } : {}),
  };
}

/** What others said to agents (docs/memory.md) is no caller's to read, though it is in JetStream beside the jobs. */
const conversationReads = ["INFO", "MSG.GET"].map((route) => `$JS.API.STREAM.${route}.${conversationStream}`);

const callerJobs: RolePermissions = {
  publish: ["muster.jobs.>", "$JS.API.STREAM.NAMES", "$JS.API.STREAM.INFO.*", "$JS.API.STREAM.MSG.GET.*"],
  subscribe: ["muster.results.>"],
};

/** Beside what a caller may: replays and removes jobs, and sees what every micro service counts. */
function operator(scope: RoleScope): RolePermissions {
  const { publish, ...others } = caller(scope);
  const jobs = scope.hasJobs ? ["$JS.API.STREAM.MSG.DELETE.*", "$JS.API.STREAM.PURGE.*"] : [];
  return { publish: [...publish.filter((subject) => !subject.startsWith("$SRV.")), "$SRV.>", ...jobs], ...others };
}

const none: RolePermissions = { publish: [], subscribe: [] };
