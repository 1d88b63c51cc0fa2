// What the server's permissions keep the agents of this process from: subscriptions of their own or of all, heartbeats, answers. Whoever is not
// told of it would beat as if prompts came through.

import type { AgentAddress } from "../../protocol/subjects.ts";
import type { BusConnection } from "../connection/connection.ts";
import { Recheck } from "../connection/recheck.ts";
import { uniqueId } from "../unique-id.ts";

/** Where nearly every caller awaits its answers. */
const inboxes = "_INBOX.";

export interface Forbidden {
  readonly act: "subscribe" | "publish";
  readonly subject: string;
}

/** One agent. */
export interface PermissionTaker {
  readonly heartbeatSubject: string;
  /** Whether it is kept from serving when this subscription of ours is refused. */
  dependsOn(subject: string): boolean;
  /** Sends one heartbeat. */
  beat(): void;
  /** What it is kept from now; undefined: from nothing. May be the same as before. */
  setForbidden(forbidden: Forbidden | undefined): void;
}

export class WirePermissions {
  readonly #connection: BusConnection;
  readonly #takers = new Set<PermissionTaker>();
  /** Heartbeat subjects that were refused. */
  readonly #silent = new Set<string>();
  readonly #undo: readonly (() => void)[];
  readonly #recheck = new Recheck(() => this.#publishAgain());
  /** An answer to an inbox was refused. */
  #isMute = false;
  #refusals = 0;

  constructor(connection: BusConnection) {
    this.#connection = connection;
    this.#undo = [
      connection.onRefusedSubjects(() => this.#tellAll()),
      connection.onPublishRefused((subject) => this.#refused(subject)),
    ];
  }

  /** Tells the taker, until it is removed. */
  add(taker: PermissionTaker): void {
    this.#takers.add(taker);
    this.#tell(taker, this.#connection.refusedSubjects());
  }

  remove(taker: PermissionTaker): void {
    this.#takers.delete(taker);
  }

  /** A stream was sent to its end. Where callers alone can open the way for an answer, this is how we learn that it is open again. */
  async answered(reply: string): Promise<void> {
    if (!this.#isMute || !reply.startsWith(inboxes)) return;
    if (!(await this.#isAccepted(() => undefined))) return;
    this.#isMute = false;
    this.#tellAll();
  }

  close(): void {
    for (const act of this.#undo) act();
    this.#recheck.stop();
    this.#takers.clear();
  }

  #refused(subject: string): void {
    this.#refusals += 1;
    if (this.#silent.has(subject)) return;
    if (this.#beatersOf(subject).length > 0) this.#silent.add(subject);
    // Whoever prompts chooses where to be answered: that another choice cannot be met says nothing of the usual one.
    else if (subject.startsWith(inboxes) && !this.#isMute) this.#isMute = true;
    else return;
    this.#recheck.start();
    this.#tellAll();
  }

  /** Publishes what was refused before; the server's refusals come before its pong. */
  async #publishAgain(): Promise<boolean> {
    for (const subject of [...this.#silent]) {
      if (!(await this.#isAccepted(() => this.#beat(subject)))) continue;
      this.#silent.delete(subject);
      this.#tellAll();
    }
    if (this.#isMute && (await this.#isAccepted(() => this.#connection.publish(newInbox(), "")))) {
      this.#isMute = false;
      this.#tellAll();
    }
    return this.#silent.size === 0 && !this.#isMute;
  }

  async #isAccepted(publish: () => void): Promise<boolean> {
    const before = this.#refusals;
    publish();
    return (await this.#connection.flush()) && this.#refusals === before;
  }

  /** None may be left that sends heartbeats there. */
  #beat(subject: string): void {
    for (const taker of this.#beatersOf(subject)) taker.beat();
  }

  #beatersOf(subject: string): PermissionTaker[] {
    if (!subject.startsWith("agents.hb.")) return [];
    return [...this.#takers].filter((taker) => taker.heartbeatSubject === subject);
  }

  #tellAll(): void {
    const refused = this.#connection.refusedSubjects();
    for (const taker of [...this.#takers]) this.#tell(taker, refused);
  }

  #tell(taker: PermissionTaker, refused: readonly string[]): void {
    taker.setForbidden(this.#forbidden(taker, refused));
  }

  #forbidden(taker: PermissionTaker, refused: readonly string[]): Forbidden | undefined {
    const subject = refused.find((one) => taker.dependsOn(one));
    if (subject !== undefined) return { act: "subscribe", subject };
    if (this.#silent.has(taker.heartbeatSubject)) return { act: "publish", subject: taker.heartbeatSubject };
    return this.#isMute ? { act: "publish", subject: `${inboxes}>` } : undefined;
  }
}

function newInbox(): string {
  return inboxes + uniqueId();
}

/** Whether an agent of this address needs the subscription: its own, those that all share, but none of another agent. */
export function isNeededBy({ agent, owner, name }: AgentAddress, subject: string): boolean {
  const [root = "", , ...rest] = subject.split(".");
  if (!["agents", "muster"].includes(root)) return true;
  return (
    rest.includes(agent) && rest.includes(owner) && (rest.includes(name) || (rest.length === 3 && rest[2] === "*"))
  );
}
