// The micro service contract that discovery stands on: subjects and answers of `$SRV` (§3, §4).

export type ServiceVerb = "PING" | "INFO" | "STATS";

export const serviceVerbs: readonly ServiceVerb[] = ["PING", "INFO", "STATS"];

/** `$SRV.{verb}`, `$SRV.{verb}.{name}` or `$SRV.{verb}.{name}.{id}`. */
export function serviceSubject(verb: ServiceVerb, name?: string, id?: string): string {
  return ["$SRV", verb, name, id].filter((token) => token !== undefined).join(".");
}

export interface ServiceIdentity {
  readonly name: string;
  readonly id: string;
  readonly version: string;
  readonly metadata: Readonly<Record<string, string>>;
}

export interface PingResponse extends ServiceIdentity {
  readonly type: "io.nats.micro.v1.ping_response";
}

export interface EndpointInfo {
  readonly name: string;
  readonly subject: string;
  readonly queue_group: string;
  readonly metadata: Readonly<Record<string, string>>;
}

export interface InfoResponse extends ServiceIdentity {
  readonly type: "io.nats.micro.v1.info_response";
  readonly description: string;
  readonly endpoints: readonly EndpointInfo[];
}

export interface EndpointStats {
  readonly name: string;
  readonly subject: string;
  readonly queue_group: string;
  readonly num_requests: number;
  readonly num_errors: number;
  readonly last_error: string;
  /** Nanoseconds. */
  readonly processing_time: number;
  /** Nanoseconds. */
  readonly average_processing_time: number;
}

export interface StatsResponse extends ServiceIdentity {
  readonly type: "io.nats.micro.v1.stats_response";
  /** UTC, ISO 8601. */
  readonly started: string;
  readonly endpoints: readonly EndpointStats[];
}

/** The answer to a PING, from the full record. */
export function pingResponse({ name, id, version, metadata }: InfoResponse): PingResponse {
  return { type: "io.nats.micro.v1.ping_response", name, id, version, metadata };
}

/** The answer to a STATS request; `started` is UTC, ISO 8601. */
export function statsResponse(
  { name, id, version, metadata }: InfoResponse,
  started: string,
  endpoints: readonly EndpointStats[],
): StatsResponse {
  return { type: "io.nats.micro.v1.stats_response", name, id, version, metadata, started, endpoints };
}
