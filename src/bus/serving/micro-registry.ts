// Our micro-service registry: answers `$SRV.PING|INFO|STATS` for every agent of this process from nine shared subscriptions (§3).

import type { Msg } from "@nats-io/nats-core";
import type { InfoResponse, ServiceVerb } from "../../protocol/micro-service.ts";
import { pingResponse, serviceSubject, serviceVerbs, statsResponse } from "../../protocol/micro-service.ts";
import { isReplySubject } from "../../protocol/subjects.ts";
import { serviceName } from "../../protocol/version.ts";
import type { Logger } from "../../telemetry/log.ts";
import type { EndpointCounter } from "./endpoint-counter.ts";
import type { BusConnection, BusSubscription } from "../connection/connection.ts";

/** Answers sent before other work gets a turn. */
const batchSize = 128;
/** Requests for all services that may wait; more are dropped, as the caller asks again anyway. */
const waitingLimit = 256;

export interface RegisteredService {
  readonly id: string;
  /** UTC, ISO 8601. */
  readonly started: string;
  /** Asked for each answer. */
  info(): InfoResponse;
  counterOf(endpoint: string): EndpointCounter;
}

export class MicroRegistry {
  readonly #connection: BusConnection;
  readonly #log: Logger;
  readonly #services = new Map<string, RegisteredService>();
  readonly #waiting: { readonly verb: ServiceVerb; readonly reply: string }[] = [];
  #subscriptions: readonly BusSubscription[] = [];
  #isSweeping = false;
  #hasDropped = false;

  constructor(connection: BusConnection, log: Logger) {
    this.#connection = connection;
    this.#log = log;
  }

  /** From now on it is found; the returned function takes it away. */
  add(service: RegisteredService): () => void {
    this.#services.set(service.id, service);
    if (this.#subscriptions.length === 0) this.#subscribe();
    return () => this.#services.delete(service.id);
  }

  close(): void {
    for (const subscription of this.#subscriptions) subscription.unsubscribe();
    this.#subscriptions = [];
    this.#services.clear();
    this.#waiting.length = 0;
  }

  #subscribe(): void {
    this.#subscriptions = serviceVerbs.flatMap((verb) => [
      this.#connection.subscribe(serviceSubject(verb), (message) => this.#answerAll(verb, message)),
      this.#connection.subscribe(serviceSubject(verb, serviceName), (message) => this.#answerAll(verb, message)),
      this.#connection.subscribe(serviceSubject(verb, serviceName, "*"), (message) => this.#answerOne(verb, message)),
    ]);
  }

  #answerOne(verb: ServiceVerb, message: Msg): void {
    const id = message.subject.slice(message.subject.lastIndexOf(".") + 1);
    const service = this.#services.get(id);
    if (service !== undefined && hasReply(message)) this.#send(message.reply, answerOf(service, verb));
  }

  #answerAll(verb: ServiceVerb, message: Msg): void {
    if (!hasReply(message)) return;
    if (this.#waiting.length >= waitingLimit) {
      if (!this.#hasDropped) this.#log.warn("Too many discovery requests at once; some are not answered");
      this.#hasDropped = true;
      return;
    }
    this.#waiting.push({ verb, reply: message.reply });
    if (!this.#isSweeping) void this.#sweep();
  }

  async #sweep(): Promise<void> {
    this.#isSweeping = true;
    for (let next = this.#waiting.shift(); next !== undefined; next = this.#waiting.shift()) {
      let sent = 0;
      for (const service of [...this.#services.values()]) {
        this.#send(next.reply, answerOf(service, next.verb));
        if (++sent % batchSize === 0) await otherWork();
      }
    }
    this.#isSweeping = false;
  }

  #send(reply: string, payload: string): void {
    try {
      this.#connection.publish(reply, payload);
    } catch (cause) {
      this.#log.warn("A discovery answer could not be sent", { reply, error: String(cause) });
    }
  }
}

function answerOf(service: RegisteredService, verb: ServiceVerb): string {
  const info = service.info();
  switch (verb) {
    case "PING":
      return JSON.stringify(pingResponse(info));
    case "INFO":
      return JSON.stringify(info);
    case "STATS": {
      const stats = info.endpoints.map((endpoint) => service.counterOf(endpoint.name).stats(endpoint));
      return JSON.stringify(statsResponse(info, service.started, stats));
    }
  }
}

function hasReply(message: Msg): message is Msg & { readonly reply: string } {
  return message.reply !== undefined && isReplySubject(message.reply);
}

function otherWork(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}
