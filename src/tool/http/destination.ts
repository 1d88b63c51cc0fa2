// Which address a request goes to: looked up once, and only one that its host may stand for. The connection is made to that address, so that a name that
// means something else a moment later leads nowhere.

import { lookup } from "node:dns/promises";
import { isIP } from "node:net";
import { addressKind, isInRanges } from "../../manifest/tools/address-range.ts";
import { ToolError } from "../contract.ts";

/** Addresses of a host name; rejects when it has none. */
export type Resolver = (host: string) => Promise<readonly string[]>;

export const systemResolver: Resolver = async (host) => {
  const found = await lookup(host, { all: true, order: "verbatim" });
  return found.map(({ address }) => address);
};

/** Names that stand for hosts of a machine's own network. */
const localName = /^([^.]+|.+\.(local|lan|internal|home\.arpa))$/;
const loopbackName = /^(.+\.)?localhost$/;

/** `privately`: ranges of private addresses that a name may stand for beside. Rejects with a `ToolError`, or the signal's reason. */
export async function destination(
  { hostname }: URL,
  privately: readonly string[],
  resolve: Resolver,
  signal: AbortSignal,
): Promise<string> {
  const host = hostname
    .replace(/^\[(.*)\]$/, "$1")
    .replace(/\.$/, "")
    .toLowerCase();
  // The lists name the address itself.
  if (isIP(host) !== 0) return host;
  const addresses = await resolved(host, resolve, signal);
  const address = addresses.find((one) => mayStandFor(host, one, privately));
  if (address !== undefined) return address;
  throw new ToolError(
    "denied",
    `"${host}" is at a private address, ${addresses[0] ?? ""}, which this tool may not reach unless its operator lists it`,
  );
}

function mayStandFor(host: string, address: string, privately: readonly string[]): boolean {
  if (isInRanges(address, privately)) return true;
  const kind = addressKind(address);
  if (kind === "public") return !loopbackName.test(host);
  if (kind === "loopback") return loopbackName.test(host);
  return kind === "local" && localName.test(host) && !loopbackName.test(host);
}

async function resolved(host: string, resolve: Resolver, signal: AbortSignal): Promise<readonly string[]> {
  const stopped = Promise.withResolvers<never>();
  const onAbort = (): void => stopped.reject(signal.reason);
  if (signal.aborted) onAbort();
  signal.addEventListener("abort", onAbort, { once: true });
  try {
    const addresses = await Promise.race([resolve(host), stopped.promise]);
    if (addresses.length > 0) return addresses;
  } catch (cause) {
    if (signal.aborted) throw cause;
  } finally {
    signal.removeEventListener("abort", onAbort);
  }
  throw new ToolError("failed", `There is no host "${host}"`);
}
