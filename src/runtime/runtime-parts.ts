// What there is of the runtime so far: its status can be asked while it starts.

import type { Credentials } from "../host/credentials.ts";
import type { KnowledgeDesk } from "../knowledge/knowledge-desk.ts";
import type { Models } from "../model/models.ts";
import type { TriggerDesk } from "../trigger/trigger-desk.ts";
import type { ApprovalDesk } from "../tool/approvals/desk.ts";
import type { AgentSlot } from "./agent-slot.ts";
import type { ConversationStores } from "./conversation-stores.ts";
import type { FileStatus, JobCounts, UpgradeStatus } from "./control-protocol.ts";
import type { Reconciler } from "./reconcile.ts";
import type { Reloader } from "./reload.ts";
import type { RuntimeBus } from "./runtime-bus.ts";
import type { RuntimeServices } from "./runtime-services.ts";
import type { StorageWatch } from "./storage-watch.ts";

export interface RuntimeParts {
  readonly startedAt: Date;
  readonly credentials: Credentials;
  /** How the last switch to another version ended. */
  upgrade?: UpgradeStatus;
  files: readonly FileStatus[];
  isDraining: boolean;
  bus?: RuntimeBus;
  /** Of an agent by its name. */
  jobCounts?: (agent: string) => JobCounts | undefined;
  approvals?: ApprovalDesk;
  models?: Models;
  reconciler?: Reconciler<AgentSlot>;
  reloader?: Reloader;
  services?: RuntimeServices;
  storage?: StorageWatch;
  conversations?: ConversationStores;
  triggers?: TriggerDesk;
  knowledge?: KnowledgeDesk;
}
