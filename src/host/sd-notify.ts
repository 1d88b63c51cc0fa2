// Tells the service manager how the service is (sd_notify(3)): one datagram to the socket that it names. Bun has no unix datagram sockets,
// so libc's own calls are used; nothing is loaded where no manager listens.

import { dlopen, FFIType, ptr } from "bun:ffi";
import type { Logger } from "../telemetry/log.ts";

export interface ServiceManager {
  /** False: nobody is told anything. */
  readonly isListening: boolean;
  /** `WatchdogSec=` in ms: what must be heard at least that often by `watchdog()`; undefined where nothing is watched. */
  readonly watchdogMs: number | undefined;
  /** The service is up; after `reloading`, it has its new configuration. `status` is what `systemctl status` shows, one line. */
  ready(status: string): void;
  status(text: string): void;
  /** It takes over a new configuration; `ready` must follow. */
  reloading(status: string): void;
  stopping(status: string): void;
  /** Alive. */
  watchdog(): void;
  /** Nothing is said after it. */
  close(): void;
}

/** Sends one datagram. False: nobody took it. */
export type SendDatagram = (text: string) => boolean;

export interface NotifyEnvironment {
  readonly NOTIFY_SOCKET?: string | undefined;
  readonly WATCHDOG_USEC?: string | undefined;
  readonly WATCHDOG_PID?: string | undefined;
}

/** The manager that `NOTIFY_SOCKET` names; a silent one where there is none. Never throws. */
export function serviceManager(environment: NotifyEnvironment, log: Logger): ServiceManager {
  const path = environment.NOTIFY_SOCKET ?? "";
  if (process.platform !== "linux" || !/^[/@]./.test(path)) return silent();
  try {
    const socket = openDatagram(path);
    let hasFailed = false;
    const send: SendDatagram = (text) => {
      const isTaken = socket.send(text);
      if (!isTaken && !hasFailed) log.warn("The service manager cannot be told how we are", { socket: path });
      hasFailed = !isTaken;
      return isTaken;
    };
    return managerOf({ ...socket, send }, watchdogMs(environment, process.pid));
  } catch (error) {
    log.error("The service manager cannot be reached", { socket: path, error });
    return silent();
  }
}

export interface NotifySocket {
  readonly send: SendDatagram;
  /** The machine's CLOCK_MONOTONIC, which is not the runtime's own, in µs. */
  readonly monotonicUs: () => bigint;
  readonly close: () => void;
}

/** The messages, over any way to send them. */
export function managerOf(socket: NotifySocket, watchdogMs: number | undefined): ServiceManager {
  let isOpen = true;
  const say = (...lines: readonly string[]): void => {
    if (isOpen) socket.send(lines.join("\n"));
  };
  return {
    isListening: true,
    watchdogMs,
    ready: (status) => say("READY=1", statusLine(status)),
    status: (status) => say(statusLine(status)),
    reloading: (status) => say("RELOADING=1", `MONOTONIC_USEC=${socket.monotonicUs()}`, statusLine(status)),
    stopping: (status) => say("STOPPING=1", statusLine(status)),
    watchdog: () => say("WATCHDOG=1"),
    close: () => {
      if (!isOpen) return;
      isOpen = false;
      socket.close();
    },
  };
}

/** How often the manager wants to hear of us, in ms; undefined where it does not, or asks another process. */
export function watchdogMs(environment: NotifyEnvironment, pid: number): number | undefined {
  const us = Number(environment.WATCHDOG_USEC ?? "");
  const isMeant = environment.WATCHDOG_PID === undefined || environment.WATCHDOG_PID === String(pid);
  return isMeant && Number.isSafeInteger(us) && us > 0 ? us / 1000 : undefined;
}

/** `struct sockaddr_un`: the family, then the path. A leading `@` is the abstract namespace: a zero byte, and no zero byte at the end. */
export function socketAddress(path: string): Uint8Array {
  const name = new TextEncoder().encode(path);
  if (name.length > maxPathBytes) throw new RangeError(`The socket's path "${path}" is over ${maxPathBytes} bytes`);
  const isAbstract = path.startsWith("@");
  const address = new Uint8Array(2 + name.length + (isAbstract ? 0 : 1));
  new DataView(address.buffer).setUint16(0, afUnix, true);
  address.set(name, 2);
  if (isAbstract) address[2] = 0;
  return address;
}

const maxPathBytes = 107;
const maxStatusChars = 500;
const afUnix = 1;
const sockDgramCloexec = 2 | 0o2000000;
const dontWaitNoSignal = 0x40 | 0x4000;
const clockMonotonic = 1;
const libcNames = ["libc.so.6", "libc.musl-x86_64.so.1", "libc.musl-aarch64.so.1"];

function silent(): ServiceManager {
  const nobody = { send: () => true, monotonicUs: () => 0n, close: () => undefined };
  return { ...managerOf(nobody, undefined), isListening: false };
}

function openDatagram(path: string): NotifySocket {
  const address = socketAddress(path);
  const library = openLibc();
  const libc = library.symbols;
  const descriptor = libc.socket(afUnix, sockDgramCloexec, 0);
  if (descriptor < 0) throw new Error("No socket can be made");
  return {
    send: (text) => {
      const bytes = new TextEncoder().encode(text);
      const sent = libc.sendto(descriptor, ptr(bytes), bytes.length, dontWaitNoSignal, ptr(address), address.length);
      return Number(sent) === bytes.length;
    },
    monotonicUs: () => {
      const time = new BigInt64Array(2);
      libc.clock_gettime(clockMonotonic, ptr(time));
      return (time[0] ?? 0n) * 1_000_000n + (time[1] ?? 0n) / 1000n;
    },
    close: () => {
      libc.close(descriptor);
      library.close();
    },
  };
}

function openLibc() {
  const problems: unknown[] = [];
  for (const name of libcNames) {
    try {
      return dlopen(name, libcCalls);
    } catch (error) {
      problems.push(error);
    }
  }
  throw new AggregateError(problems, "The C library cannot be loaded");
}

const libcCalls = {
  socket: { args: [FFIType.i32, FFIType.i32, FFIType.i32], returns: FFIType.i32 },
  sendto: {
    args: [FFIType.i32, FFIType.ptr, FFIType.u64, FFIType.i32, FFIType.ptr, FFIType.u32],
    returns: FFIType.i64,
  },
  clock_gettime: { args: [FFIType.i32, FFIType.ptr], returns: FFIType.i32 },
  close: { args: [FFIType.i32], returns: FFIType.i32 },
} as const;

/** What is shown is one line, whatever was in it. */
function statusLine(text: string): string {
  const line = text.replace(/\p{Cc}+/gu, " ");
  return `STATUS=${line.length > maxStatusChars ? `${line.slice(0, maxStatusChars - 1)}…` : line}`;
}
