// A link that a test can cut: forwards TCP from a free loopback port to another port.

import type { Socket, TCPSocketListener } from "bun";

interface Pair {
  readonly near: Socket<Pair | undefined>;
  far: Socket | undefined;
  waiting: Uint8Array[];
}

export interface TcpProxy {
  readonly url: string;
  /** Ends all connections; new ones are made as before. */
  cut(): void;
  /** What the other side sends is thrown away while it is deaf. */
  setDeaf(isDeaf: boolean): void;
  stop(): void;
}

/** The URL is a NATS one. `port` 0: a free one. */
export function startTcpProxy(targetPort: number, port = 0): TcpProxy {
  const pairs = new Set<Pair>();
  let isDeaf = false;
  const listener: TCPSocketListener<Pair | undefined> = Bun.listen<Pair | undefined>({
    hostname: "127.0.0.1",
    port,
    socket: {
      open(near) {
        const pair: Pair = { near, far: undefined, waiting: [] };
        near.data = pair;
        pairs.add(pair);
        // Nobody listens there: the link ends, as it would without the proxy.
        connectFar(pair, targetPort, () => isDeaf).catch(() => near.terminate());
      },
      data(near, bytes) {
        const pair = near.data;
        if (pair?.far === undefined) pair?.waiting.push(Uint8Array.from(bytes));
        else pair.far.write(bytes);
      },
      close(near) {
        near.data?.far?.end();
        if (near.data !== undefined) pairs.delete(near.data);
      },
    },
  });
  const cut = (): void => {
    for (const pair of pairs) pair.near.terminate();
  };
  return {
    url: `nats://127.0.0.1:${listener.port}`,
    cut,
    setDeaf: (value) => (isDeaf = value),
    stop: () => {
      cut();
      listener.stop(true);
    },
  };
}

async function connectFar(pair: Pair, port: number, isDeaf: () => boolean): Promise<void> {
  pair.far = await Bun.connect({
    hostname: "127.0.0.1",
    port,
    socket: {
      data: (_, bytes) => {
        if (!isDeaf()) pair.near.write(bytes);
      },
      close: () => void pair.near.end(),
    },
  });
  for (const bytes of pair.waiting) pair.far.write(bytes);
  pair.waiting = [];
}
