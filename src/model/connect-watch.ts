// Bounds connecting, and only that: a model may take minutes to load before its answer's first byte, a connection may not.

import { connect } from "node:net";

/**
 * Calls `onDead` when no TCP connection to `host:port` can be made within `timeoutMs`. The first half of that time the call itself is left
 * alone, so that a quick answer costs one timer; then a bare connection is tried for the other half.
 * @returns ends the watch
 */
export function watchConnect(host: string, port: number, timeoutMs: number, onDead: () => void): () => void {
  const half = timeoutMs / 2;
  let stop = noop;
  const timer = setTimeout(() => {
    stop = tryConnect(host, port, half, onDead);
  }, half);
  timer.unref();
  return () => {
    clearTimeout(timer);
    stop();
  };
}

function tryConnect(host: string, port: number, timeoutMs: number, onDead: () => void): () => void {
  const socket = connect({ host, port });
  const timer = setTimeout(() => {
    socket.destroy();
    onDead();
  }, timeoutMs);
  const stop = () => {
    clearTimeout(timer);
    socket.destroy();
  };
  socket.once("connect", stop);
  // A refusal is the call's own to report.
  socket.once("error", stop);
  return stop;
}

function noop(): void {
  return;
}
