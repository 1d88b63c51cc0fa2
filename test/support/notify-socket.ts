// A service manager's end of sd_notify: a unix datagram socket, which only libc has.

import { dlopen, FFIType, ptr } from "bun:ffi";
import { socketAddress } from "../../src/host/sd-notify.ts";

export interface NotifyListener extends Disposable {
  /** What came since the last call. */
  read(): string[];
}

export function listenForNotices(path: string): NotifyListener {
  const library = dlopen("libc.so.6", {
    socket: { args: [FFIType.i32, FFIType.i32, FFIType.i32], returns: FFIType.i32 },
    bind: { args: [FFIType.i32, FFIType.ptr, FFIType.u32], returns: FFIType.i32 },
    recv: { args: [FFIType.i32, FFIType.ptr, FFIType.u64, FFIType.i32], returns: FFIType.i64 },
    close: { args: [FFIType.i32], returns: FFIType.i32 },
  });
  const libc = library.symbols;
  const address = socketAddress(path);
  const descriptor = libc.socket(1, 2, 0);
  if (libc.bind(descriptor, ptr(address), address.length) !== 0) throw new Error(`Cannot listen on "${path}"`);
  const buffer = new Uint8Array(4096);
  const dontWait = 0x40;
  return {
    read: () => {
      const messages: string[] = [];
      for (;;) {
        const length = Number(libc.recv(descriptor, ptr(buffer), buffer.length, dontWait));
        if (length < 0) return messages;
        messages.push(new TextDecoder().decode(buffer.subarray(0, length)));
      }
    },
    [Symbol.dispose]: () => {
      libc.close(descriptor);
      library.close();
    },
  };
}
