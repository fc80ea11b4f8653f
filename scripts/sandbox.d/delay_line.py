#!/usr/bin/env python3
"""A wire with a delay: two TUN devices, one here and one in the sandbox's namespace, and every packet waits between them.

The kernel's own way (sch_netem) is a module that many kernels are built without. The addresses at both ends stay as they
are: a host route at each end, more specific than the veth's, goes through the wire, and disappears with this process.
    delay_line.py NAMESPACE DEVICE CLIENT_ADDRESS SERVER_ADDRESS ROUND_TRIP_MS
"""
import collections
import fcntl
import os
import select
import struct
import subprocess
import sys
import time

# linux/if_tun.h
TUNSETIFF = 0x400454CA
IFF_TUN = 0x0001
IFF_NO_PI = 0x1000
MTU = 1500
# More than that on the wire is dropped, as a router would: 64 MiB are 2.5 Gbit/s at 200 ms.
MAX_BYTES_ON_WIRE = 64 << 20


def open_tun(name):
    handle = os.open("/dev/net/tun", os.O_RDWR | os.O_NONBLOCK | os.O_CLOEXEC)
    fcntl.ioctl(handle, TUNSETIFF, struct.pack("16sH22x", name.encode(), IFF_TUN | IFF_NO_PI))
    return handle


def ip(*argv):
    subprocess.run(["ip", *argv], check=True, stdin=subprocess.DEVNULL)


def carry(here, there, one_way):
    wire = collections.deque()  # (when due, out of which device, packet), in the order of their time
    on_wire = 0
    outlet = {here: there, there: here}
    while True:
        pause = max(0.0, wire[0][0] - time.monotonic()) if wire else None
        readable, _, _ = select.select([here, there], [], [], pause)
        for handle in readable:
            try:
                packet = os.read(handle, MTU + 64)
            except BlockingIOError:
                continue
            # IPv4 only: what the kernel says by itself on a new device (IPv6 router solicitations) stays here.
            if packet[0] >> 4 == 4 and on_wire + len(packet) <= MAX_BYTES_ON_WIRE:
                wire.append((time.monotonic() + one_way, outlet[handle], packet))
                on_wire += len(packet)
        while wire and wire[0][0] <= time.monotonic():
            _, handle, packet = wire.popleft()
            on_wire -= len(packet)
            try:
                os.write(handle, packet)
            except BlockingIOError:
                pass  # a full device drops, as a wire does


def main():
    namespace, device, client, server, round_trip = sys.argv[1:]
    here, there = open_tun(device), open_tun(f"{device}x"[-15:])
    ip("link", "set", f"{device}x"[-15:], "netns", namespace, "name", "delay0")
    ip("link", "set", device, "mtu", str(MTU), "up")
    ip("-n", namespace, "link", "set", "delay0", "mtu", str(MTU), "up")
    ip("-n", namespace, "route", "replace", f"{client}/32", "dev", "delay0", "src", server)
    ip("route", "replace", f"{server}/32", "dev", device, "src", client)
    os.write(1, b"ready\n")
    os.close(1)
    try:
        carry(here, there, float(round_trip) / 2000)
    except KeyboardInterrupt:
        pass


if __name__ == "__main__":
    main()
