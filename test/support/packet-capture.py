"""Prints a line "PROTOCOL SOURCE DESTINATION PORT" for each packet that arrives at this machine, until it is ended.

ARP is left out, and so is what the kernel says by itself about its IPv6 addresses (ICMPv6 neighbours and routers, multicast listeners).
"""

import socket
import struct

ALL, OUTGOING = 0x0003, 4
ARP, IPV4, IPV6 = 0x0806, 0x0800, 0x86DD
TCP, UDP, ICMPV6, HOP_BY_HOP = 6, 17, 58, 0
NAMES = {TCP: "tcp", UDP: "udp", 1: "icmp", ICMPV6: "icmpv6"}
KERNELS_OWN = range(130, 144)


def told(protocol, source, destination, rest):
    port = struct.unpack("!H", rest[2:4])[0] if protocol in (TCP, UDP) and len(rest) >= 4 else 0
    print(NAMES.get(protocol, f"protocol-{protocol}"), source, destination, port, flush=True)


def take(kind, packet):
    if kind == IPV4:
        header = (packet[0] & 15) * 4
        told(packet[9], socket.inet_ntoa(packet[12:16]), socket.inet_ntoa(packet[16:20]), packet[header:])
    elif kind == IPV6:
        protocol, rest = packet[6], packet[40:]
        if protocol == HOP_BY_HOP and len(rest) >= 8:
            protocol, rest = rest[0], rest[(rest[1] + 1) * 8 :]
        if protocol == ICMPV6 and rest and rest[0] in KERNELS_OWN:
            return
        source, destination = (socket.inet_ntop(socket.AF_INET6, packet[i : i + 16]) for i in (8, 24))
        told(protocol, source, destination, rest)
    elif kind != ARP:
        print(f"ethertype-{kind:04x} ? ? 0", flush=True)


capture = socket.socket(socket.AF_PACKET, socket.SOCK_DGRAM, socket.htons(ALL))
print("ready", flush=True)
while True:
    data, (interface, kind, direction, *_) = capture.recvfrom(65535)
    if direction != OUTGOING and interface != "lo":
        take(kind, data)
