// Ranges of IP addresses, and which addresses are private: this machine's own, its networks', and those that no public host has.

import { BlockList, isIP } from "node:net";

/** An address, or a range such as 10.0.0.0/8. */
export function isAddressRange(text: string): boolean {
  return listWith([text]) !== undefined;
}

/** Whether an address is in one of the ranges. A form of an IPv4 address in IPv6 counts as what it stands for. */
export function isInRanges(address: string, ranges: readonly string[]): boolean {
  return isIn(plainAddress(address), listWith(ranges));
}

export type AddressKind = "public" | "loopback" | "local" | "reserved";

const loopback = listWith(["127.0.0.0/8", "::1/128"]);
/** Of networks that a machine may be in. */
const local = listWith([
  "10.0.0.0/8",
  "172.16.0.0/12",
  "192.168.0.0/16",
  "169.254.0.0/16",
  "100.64.0.0/10",
  "fc00::/7",
  "fe80::/10",
]);
/** Where clouds answer with a machine's credentials, also at fixed addresses of local networks. */
const metadata = listWith(["169.254.169.254/32", "169.254.170.2/32", "100.100.100.200/32", "fd00:ec2::254/128"]);
const reserved = listWith([
  "0.0.0.0/8",
  "192.0.0.0/24",
  "192.0.2.0/24",
  "192.88.99.0/24",
  "198.18.0.0/15",
  "198.51.100.0/24",
  "203.0.113.0/24",
  "224.0.0.0/3",
  "::/128",
  "64:ff9b:1::/48",
  "100::/64",
  "2001::/23",
  "2001:db8::/32",
  "3fff::/20",
  "5f00::/16",
  "fec0::/10",
  "ff00::/8",
]);

/** `reserved`: also what is no address. */
export function addressKind(address: string): AddressKind {
  const plain = plainAddress(address);
  if (isIP(plain) === 0 || isIn(plain, reserved) || isIn(plain, metadata)) return "reserved";
  if (isIn(plain, loopback)) return "loopback";
  return isIn(plain, local) ? "local" : "public";
}

/** IPv4 addresses inside of IPv6 ones (mapped, compatible, NAT64, 6to4) as such; without brackets and zone. */
function plainAddress(address: string): string {
  const bare = address.replace(/^\[(.*)\]$/, "$1").replace(/%.*$/, "");
  if (isIP(bare) !== 6) return bare;
  const groups = groupsOf(bare);
  const start = groups
    .slice(0, 6)
    .map((group) => group.toString(16))
    .join(":");
  if (start === "0:0:0:0:0:ffff" || start === "64:ff9b:0:0:0:0") return dotted(groups[6], groups[7]);
  if (start === "0:0:0:0:0:0" && (groups[6] !== 0 || Number(groups[7]) > 1)) return dotted(groups[6], groups[7]);
  return groups[0] === 0x2002 ? dotted(groups[1], groups[2]) : bare;
}

function dotted(high = 0, low = 0): string {
  return [high >> 8, high & 255, low >> 8, low & 255].join(".");
}

/** The eight numbers of an IPv6 address. */
function groupsOf(address: string): readonly number[] {
  const hex = address.replace(/(\d+)\.(\d+)\.(\d+)\.(\d+)$/, (_, ...bytes: string[]) => {
    const [a = 0, b = 0, c = 0, d = 0] = bytes.map(Number);
    return `${(a * 256 + b).toString(16)}:${(c * 256 + d).toString(16)}`;
  });
  const [before = "", after] = hex.split("::");
  const numbers = (part: string) => (part === "" ? [] : part.split(":").map((group) => Number.parseInt(group, 16)));
  const [first, last] = [numbers(before), numbers(after ?? "")];
  const gap = after === undefined ? 0 : 8 - first.length - last.length;
  return [...first, ...Array.from({ length: Math.max(0, gap) }, () => 0), ...last];
}

function isIn(address: string, list: BlockList | undefined): boolean {
  const family = isIP(address);
  return family !== 0 && list?.check(address, family === 4 ? "ipv4" : "ipv6") === true;
}

/** Undefined when one of them is no range. */
function listWith(ranges: readonly string[]): BlockList | undefined {
  const list = new BlockList();
  for (const range of ranges) {
    const [address = "", prefix, ...more] = range.split("/");
    const family = isIP(address);
    const bits =
      prefix === undefined ? (family === 4 ? 32 : 128) : /^\d{1,3}$/.test(prefix) ? Number(prefix) : Number.NaN;
    if (family === 0 || more.length > 0 || !(bits <= (family === 4 ? 32 : 128))) return undefined;
    list.addSubnet(address, bits, family === 4 ? "ipv4" : "ipv6");
  }
  return list;
}
