"""The wire between this machine and a sandbox: a network namespace, a veth pair, a cut, a delay."""
import ipaddress
import os
import re
import subprocess
import sys

from common import Refused, run, wait_for

NETWORK = ipaddress.ip_network("10.77.0.0/16")
WIRES_INSIDE = ("eth0", "delay0")  # the server's ends: the veth's, and the delay line's while there is one
MAX_DELAY_MS = 10_000


def server_address(settings):
    return f"10.77.{settings['subnet']}.2"


def client_address(settings):
    return f"10.77.{settings['subnet']}.1"


def choose_subnet(place):
    """The lowest number that no other sandbox has and that this machine routes nowhere else."""
    taken = {other.read_settings().get("subnet") for other in place.others()}
    routes = run("ip", "-4", "route", "show", "table", "all").stdout.splitlines()
    foreign = []
    for line in routes:
        found = re.match(r"(?:unreachable |blackhole |local |broadcast |unicast )?(\d+\.\d+\.\d+\.\d+(?:/\d+)?)", line)
        if found:
            network = ipaddress.ip_network(found.group(1), strict=False)
            if network.prefixlen > 0 and network.overlaps(NETWORK):
                foreign.append(network)
    for number in range(1, 250):
        wanted = ipaddress.ip_network(f"10.77.{number}.0/24")
        if number not in taken and not any(wanted.overlaps(network) for network in foreign):
            return number
    raise Refused(f"every part of {NETWORK} has a route on this machine already (ip route show table all)")


def inside(place, *argv):
    return run("nsenter", f"--net=/run/netns/{place.namespace}", *argv)


def make(place, settings):
    name, veth = place.namespace, place.veth
    run("ip", "netns", "add", name)
    run("ip", "link", "add", veth, "type", "veth", "peer", "name", "eth0", "netns", name)
    # If the link ever loses its own route, nothing meant for the sandbox may leave by the default route.
    run("ip", "route", "add", "unreachable", f"10.77.{settings['subnet']}.0/24", "metric", "4000")
    run("ip", "addr", "add", f"{client_address(settings)}/24", "dev", veth)
    run("ip", "link", "set", veth, "up")
    run("ip", "-n", name, "addr", "add", f"{server_address(settings)}/24", "dev", "eth0")
    for link in ("lo", "eth0"):
        run("ip", "-n", name, "link", "set", link, "up")
    inside(place, "sysctl", "-qw", "net.ipv4.ip_forward=1")


def remove(place, settings):
    """Removes all that there is of it; safe to call at any time."""
    place.delay.stop(seconds=2)
    if os.path.exists(f"/run/netns/{place.namespace}"):
        run("ip", "netns", "del", place.namespace)
    # Removing the namespace removes the pair too, but some time later.
    if not wait_for(lambda: not os.path.exists(f"/sys/class/net/{place.veth}"), 1):
        run("ip", "link", "del", place.veth, check=False)
    if "subnet" in settings:
        run("ip", "route", "del", "unreachable", f"10.77.{settings['subnet']}.0/24", "metric", "4000", check=False)


def _cut_rules():
    # Not OUTPUT in the filter table: the engine rewrites that one. Both directions, so that no RST and no ICMP gets out.
    for wire in WIRES_INSIDE:
        yield ["-t", "raw"], ["PREROUTING", "-i", wire, "-j", "DROP"]
        yield ["-t", "mangle"], ["POSTROUTING", "-o", wire, "-j", "DROP"]


def is_cut(place):
    table, rule = next(_cut_rules())
    return run("nsenter", f"--net=/run/netns/{place.namespace}", "iptables", "-w", *table, "-C", *rule, check=False).returncode == 0


def cut(place):
    if not is_cut(place):
        for table, rule in reversed(list(_cut_rules())):  # the rule that is_cut() looks for comes last
            inside(place, "iptables", "-w", *table, "-A", *rule)


def heal(place):
    for table, rule in _cut_rules():
        run("nsenter", f"--net=/run/netns/{place.namespace}", "iptables", "-w", *table, "-D", *rule, check=False)


def delay_ms(place):
    record = place.delay.read()
    return record["ms"] if record else 0


def set_delay(place, settings, milliseconds):
    """Round-trip time added between this machine and the server's own address; 0 takes it away. Open connections stay."""
    if not 0 <= milliseconds <= MAX_DELAY_MS:
        raise Refused(f"delay {milliseconds}: 0 to {MAX_DELAY_MS} milliseconds")
    place.delay.stop(seconds=2)
    if milliseconds == 0:
        return
    if not os.path.exists("/dev/net/tun"):
        raise Refused("/dev/net/tun is missing: modprobe tun")
    program = os.path.join(os.path.dirname(os.path.abspath(__file__)), "delay_line.py")
    with open(os.path.join(place.logs, "delay.log"), "ab") as log:
        line = subprocess.Popen([sys.executable, program, place.namespace, place.delay_link, client_address(settings), server_address(settings),
                                 str(milliseconds)], stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=log, start_new_session=True)
    place.delay.write(line.pid, ms=milliseconds)
    ready = line.stdout.readline()
    line.stdout.close()
    if ready != b"ready\n":
        place.delay.stop()
        raise Refused(f"the delay line did not start: see {os.path.join(place.logs, 'delay.log')}")
