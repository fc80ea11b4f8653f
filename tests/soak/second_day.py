"""How soon sshd and Jupyter answer after whatever ends them, each event many times.

  HELPER_BIN_DIR=build/release/bin python3 tests/soak/second_day.py [--engine docker|podman] [--socket] [--daemon] [--rounds 20] [EVENT ...]

Without --daemon no helper runs: what answers is in the container, and the keeper or the service's own loop started it. With --daemon the
local ports are asked. Zero is the moment at which the engine says that the container runs (its StartedAt), or at which the link is back, or
the process was killed. --socket gives Podman the socket that a keeper needs. Not one of ctest's: it takes some minutes.
"""
import argparse
import json
import os
import statistics
import subprocess
import sys
import time

sys.path.insert(0, os.path.join(os.path.dirname(os.path.dirname(os.path.abspath(__file__))), "e2e"))

import answers  # noqa: E402
import harness  # noqa: E402
from answers import LIMIT, NAME, greets, serves, until  # noqa: E402
from harness import SANDBOX, Helper  # noqa: E402

IMAGE = "jupyter-notebook:6"


class Matrix:
    def __init__(self, sandbox, given):
        self.sandbox, self.given, self.helper = sandbox, given, Helper(sandbox)
        sandbox.make_images("jupyter-notebook")
        if given.engine == "podman":
            sandbox.control("podman", IMAGE, timeout=300)
        path = os.path.join(sandbox.client, "helper.json")
        with open(path, encoding="utf-8") as file:
            config = json.load(file)
        config["targets"][NAME]["engine"] = given.engine
        config["targets"][NAME]["container"]["image"] = IMAGE
        with open(path, "w", encoding="utf-8") as file:
            json.dump(config, file)
        if given.socket:
            self.on_the_server("mkdir", "-p", "/run/podman")
            self.service = self.start_on_the_server("podman", "system", "service", "--time", "0", "unix:///run/podman/podman.sock")
            time.sleep(2)
        report = self.helper.json("ensure", timeout=300)
        if report.get("state") != "ready":
            raise AssertionError(report)
        for _ in range(2):  # the keeper has all there is to tell it
            self.helper.json("ensure")
        with open(answers.__file__, encoding="utf-8") as file:
            self.asked = self.start_on_the_server("python3", "-u", "-c", file.read(), given.engine)
        if not given.daemon:
            self.helper.run("rpc", "shutdown")

    def start_on_the_server(self, *argv):
        return subprocess.Popen([SANDBOX, "--name", self.sandbox.name, "exec", *argv], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)

    def on_the_server(self, *argv):
        return self.sandbox.control("exec", *argv, check=False)

    def in_the_container(self, script):
        done = self.on_the_server(self.given.engine, "exec", NAME, "sh", "-c", script)
        if done.returncode != 0:
            raise AssertionError(done.stderr)

    def ask(self, **what):
        self.asked.stdin.write(json.dumps(what) + "\n")
        self.asked.stdin.flush()
        return json.loads(self.asked.stdout.readline())

    def close(self):
        self.asked.stdin.close()
        self.asked.wait(timeout=LIMIT)
        self.helper.run("rpc", "shutdown")

    # Each event returns the moment of zero, or None: the container's next start.

    def restart(self):
        self.on_the_server(self.given.engine, "restart", "-t", "0", NAME)

    def kill_process_1(self):
        self.on_the_server("kill", "-9", str(self.ask()["pid"]))

    def restart_engine(self):
        self.sandbox.control("engine", "stop")
        self.sandbox.control("engine", "start")

    def reboot(self, *order):
        self.sandbox.control("cut")
        self.sandbox.control("engine", "stop")
        self.sandbox.control("sshd", "stop")
        for words in order:
            self.sandbox.control(*words)

    def reboot_engine_last(self):
        self.reboot(("heal",), ("sshd", "start"), ("engine", "start"))

    def reboot_engine_first(self):
        self.reboot(("engine", "start"), ("sshd", "start"), ("heal",))
        return time.time() if self.given.daemon else None

    def cut_link(self):
        self.sandbox.control("cut")
        time.sleep(8)
        self.sandbox.control("heal")
        return time.time()

    def kill_sshd(self):
        self.in_the_container("kill -9 $(cat /dev/helper/run/sshd.pid)")
        return time.time()

    def kill_jupyter(self):
        self.in_the_container("set -- $(cat /dev/helper/run/jupyter/own/pid); kill -9 $1")
        return time.time()

    EVENTS = {"restart": restart, "kill-process-1": kill_process_1, "kill-sshd": kill_sshd, "kill-jupyter": kill_jupyter, "cut-link": cut_link,
              "restart-engine": restart_engine, "reboot-engine-last": reboot_engine_last, "reboot-engine-first": reboot_engine_first}

    def possible(self):
        """A reboot of Podman starts nothing, and without helper a link that is cut touches nothing."""
        return [event for event in self.EVENTS
                if not (self.given.engine == "podman" and ("engine" in event)) and (self.given.daemon or event != "cut-link")]

    def round(self, event):
        """Seconds until each service answers; None for one that did not."""
        before = self.ask()["started"]
        zero = self.EVENTS[event](self)
        ask = {"zero": zero} if zero else {"before": before}
        if not self.given.daemon:
            took = self.ask(**ask, ask=["jupyter"] if event == "kill-jupyter" else ["ssh"] if event == "kill-sshd" else ["ssh", "jupyter"])
            return {name: took[name] for name in ("ssh", "jupyter") if name in took}
        zero = zero or self.ask(**ask)["zero"]
        return {"ssh": until(zero, ("127.0.0.1", self.sandbox.status()["local_ports"]["ssh"]), greets),
                "jupyter": until(zero, ("127.0.0.1", self.sandbox.status()["local_ports"]["jupyter"]), serves)}

    def run(self, events):
        failed = 0
        for event in events:
            rounds = [self.round(event) for _ in range(self.given.rounds) if self.settle(event)]
            for name in rounds[0]:
                took = sorted(one[name] for one in rounds if one[name] is not None)
                failed += len(rounds) - len(took)
                line = f"{event:20} {name:8} {len(took)} of {len(rounds)}"
                if took:
                    line += f"  median {statistics.median(took):6.2f} s  19th of 20 {took[-1 - len(took) // 20]:6.2f} s  worst {took[-1]:6.2f} s"
                print(line, flush=True)
        self.close()
        return 1 if failed else 0

    def settle(self, event):
        """Between two rounds. What starts sshd, Jupyter and the container again waits ever longer for one that lived for less than 10 s."""
        time.sleep(14 if event.startswith("kill-") else 3)
        if self.given.daemon:
            self.helper.json("ensure")
        return True


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--engine", choices=("docker", "podman"), default="docker")
    parser.add_argument("--socket", action="store_true")
    parser.add_argument("--daemon", action="store_true")
    parser.add_argument("--rounds", type=int, default=20)
    parser.add_argument("--name", default="soak-day", help="of the sandbox")
    parser.add_argument("events", nargs="*", metavar="EVENT")
    given = parser.parse_args()
    reason = harness.why_not()
    if reason is not None:
        print(f"skipped: {reason}")
        return harness.SKIPPED
    with harness.Sandbox(given.name) as sandbox:
        matrix = Matrix(sandbox, given)
        return matrix.run(given.events or matrix.possible())


if __name__ == "__main__":
    sys.exit(main())
