"""How long `helper ensure` takes over a slow link, beside one `ssh server true` and beside the same work as a script of ssh and
docker commands. All in one run, on one sandbox; the figures are medians, and round trips are the slope between two delays.

    python3 tests/bench/bench_ensure.py [ROUNDS]      (root; HELPER_BIN_DIR names the binaries, a release build is meant)
"""
import os
import statistics
import subprocess
import sys
import time

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "e2e"))
from harness import Helper, Sandbox  # noqa: E402

DELAYS_MS = (0, 50)
NAME = "bench"
CONTAINER = "byhand"
PORTS = {"ssh": 23222, "jupyter": 23888}
WAIT = "trap 'exit 0' TERM; while :; do sleep 86400 & wait $!; done"


def seconds(work):
    begin = time.monotonic()
    work()
    return time.monotonic() - begin


class ByHand:
    """What a blog post says, a command a line: each a login of its own, as people do it."""

    def __init__(self, sandbox):
        self.sandbox = sandbox
        self.tunnel = None
        with open(f"{sandbox.client}/id_ed25519.pub", encoding="utf-8") as file:
            self.key = file.read().strip()

    def ssh(self, command):
        done = self.sandbox.ssh(NAME, command)
        assert done.returncode == 0, (command, done.stderr)
        return done.stdout

    def open_tunnels(self):
        forwards = [f"127.0.0.1:{PORTS['ssh']}:127.0.0.1:42222", f"127.0.0.1:{PORTS['jupyter']}:127.0.0.1:48888"]
        argv = ["ssh", "-o", "BatchMode=yes", "-o", "ExitOnForwardFailure=yes", "-N", "-L", forwards[0], "-L", forwards[1], NAME]
        self.tunnel = subprocess.Popen(argv, env=self.sandbox.environment(), stdin=subprocess.DEVNULL)
        while not self.listens():
            time.sleep(0.01)

    def listens(self):
        return bool(subprocess.run(["ss", "-Hltn", f"sport = :{PORTS['ssh']}"], capture_output=True, text=True, check=True).stdout)

    def first(self):
        self.ssh(f"docker image inspect centernet:1.2 >/dev/null && ! docker inspect {CONTAINER} >/dev/null 2>&1")
        self.ssh(f"docker run -d --gpus all --shm-size 1g --name {CONTAINER} -p 127.0.0.1:42222:22 -p 127.0.0.1:48888:8888 centernet:1.2 sh -c \"{WAIT}\"")
        self.ssh(f"docker exec {CONTAINER} sh -c 'mkdir -p /run/sshd /root/.ssh && chmod 700 /root/.ssh && ssh-keygen -q -t ed25519 -N \"\" -f /etc/ssh/ssh_host_ed25519_key'")
        self.ssh(f"docker exec {CONTAINER} sh -c 'echo \"{self.key}\" >> /root/.ssh/authorized_keys; chmod 600 /root/.ssh/authorized_keys'")
        self.ssh(f"docker exec {CONTAINER} /usr/sbin/sshd")
        self.ssh(f"docker exec {CONTAINER} nvidia-smi -L")
        self.ssh(f"docker exec {CONTAINER} bash -lic 'which python && python --version'")
        self.open_tunnels()

    def second(self):
        self.ssh(f"docker inspect -f '{{{{.State.Running}}}}' {CONTAINER}")
        self.ssh(f"docker exec {CONTAINER} pgrep sshd")
        self.ssh(f"docker exec {CONTAINER} bash -lic 'which python'")
        assert self.listens()

    def clean(self):
        if self.tunnel is not None:
            self.tunnel.terminate()
            self.tunnel.wait()
            self.tunnel = None
        self.sandbox.docker("rm", "-f", CONTAINER)


def measure(sandbox, helper, rounds):
    by_hand = ByHand(sandbox)
    times = {name: [] for name in ("helper ensure, first", "helper ensure, second", "helper's own time, second", "ssh server true", "by hand, first", "by hand, second")}
    commands = {}
    for _ in range(rounds):
        helper.json("remove")
        helper.run("rpc", "shutdown")
        reports = []
        times["helper ensure, first"].append(seconds(lambda: reports.append(helper.json("ensure"))))
        times["helper ensure, second"].append(seconds(lambda: reports.append(helper.json("ensure"))))
        assert [report["state"] for report in reports] == ["ready", "ready"], reports
        commands = {"first": reports[0]["round_trips"], "second": reports[1]["round_trips"]}
        times["helper's own time, second"].append(reports[1]["elapsed_ms"] / 1000)
        times["ssh server true"].append(seconds(lambda: by_hand.ssh("true")))
        times["by hand, first"].append(seconds(by_hand.first))
        times["by hand, second"].append(seconds(by_hand.second))
        by_hand.clean()
    return times, commands


def main():
    rounds = int(sys.argv[1]) if len(sys.argv) > 1 else 5
    with Sandbox(NAME) as sandbox:
        helper = Helper(sandbox)
        results = {}
        for delay in DELAYS_MS:
            sandbox.control("delay", str(delay))
            results[delay], commands = measure(sandbox, helper, rounds)
        helper.run("rpc", "shutdown")
    print(f"medians of {rounds} rounds in ms [least-most]; round trips = ({DELAYS_MS[1]} ms - {DELAYS_MS[0]} ms) / {DELAYS_MS[1]} ms")
    for name in results[0]:
        low, high = (results[delay][name] for delay in DELAYS_MS)
        trips = (statistics.median(high) - statistics.median(low)) * 1000 / DELAYS_MS[1]
        columns = [f"{delay:>3} ms: {statistics.median(values) * 1000:7.0f} [{min(values) * 1000:.0f}-{max(values) * 1000:.0f}]"
                   for delay, values in zip(DELAYS_MS, (low, high))]
        print(f"{name:28} {'   '.join(columns):60} {trips:5.1f} round trips")
    print(f"commands that helper sent: first {commands['first']}, second {commands['second']}")


if __name__ == "__main__":
    main()
