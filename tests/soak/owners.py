"""For ten minutes: three people, two laptops of one of them, two projects with one target name, on one server whose link is cut, whose
containers are restarted and whose sshd is killed inside, at random. Nobody may be locked out, see another host key, or lose a container.

  HELPER_BIN_DIR=build/release/bin python3 tests/soak/owners.py [SECONDS]

Not one of ctest's: it takes as long as it says. A failure names the client and what was last done to the server.
"""
import json
import os
import random
import sys
import threading
import time

sys.path.insert(0, os.path.join(os.path.dirname(os.path.dirname(os.path.abspath(__file__))), "e2e"))

import harness  # noqa: E402
from test_owners import ALICE, BOB, Client  # noqa: E402

CAROL = "c" * 32
MAY_TAKE = 60  # seconds from the last trouble until every client works again


class Project(Client):
    """A client with a container of the name given; all targets are called "box"."""

    def __init__(self, sandbox, name, owner, port, person, container, like=None):
        super().__init__(sandbox, name, owner, port, person)
        self.name, self.container = name, container
        if like is not None:  # another project of the same machine: one home, one daemon
            self.helper.environment = like.helper.environment
            self.home, self.data = like.home, like.data
            self.host = "box-2"
        self.write(name=container)


class Soak:
    def __init__(self, sandbox, seconds):
        self.sandbox, self.end = sandbox, time.monotonic() + seconds
        port = sandbox.status()["local_ports"]["ssh"] + 20000
        alice = Project(sandbox, "alice", ALICE, port, "alice", "alices")
        self.clients = [alice, Project(sandbox, "laptop", ALICE, port + 1, "alice", "alices"), Project(sandbox, "bob", BOB, port + 2, "bob", "bobs"),
                        Project(sandbox, "carol", CAROL, port + 3, "carol", "alices"),
                        Project(sandbox, "second", ALICE, port + 4, "alice", "seconds", alice)]
        self.last_trouble, self.trouble = time.monotonic(), "none yet"
        self.failures, self.counts = [], {"ensure": 0, "ssh": 0, "refused": 0, "trouble": 0}

    def fail(self, text):
        self.failures.append(f"{text}; last trouble: {self.trouble}, {time.monotonic() - self.last_trouble:.0f} s ago")

    def session(self, client):
        """One ssh with strict checking of the host key."""
        done = client.ssh("echo in")
        if "CHANGED" in done.stderr:
            self.fail(f"{client.name}: {done.stderr}")
        return done.returncode == 0 and done.stdout == "in\n"

    def first(self):
        for client in self.clients:
            agreed = ("--owner", "alice", "--yes") if client.name == "carol" else ()
            client.ensure(*agreed)
            if not self.session(client):
                self.fail(f"{client.name}: no session at the start")
        self.ids = self.containers()

    def containers(self):
        return {name: self.sandbox.docker("inspect", "--format", "{{.Id}}", name).stdout.strip() for name in ("alices", "bobs", "seconds")}

    def use(self, client):
        """What a person does: helper now and then, ssh often. After a trouble things may take a while, and then they must work."""
        broken_since = None
        while time.monotonic() < self.end:
            if random.random() < 0.4:
                self.counts["ensure"] += 1
                client.run("ensure", "--json")
            self.counts["ssh"] += 1
            if self.session(client):
                broken_since = None
            else:
                broken_since = broken_since or time.monotonic()
                if time.monotonic() - max(broken_since, self.last_trouble) > MAY_TAKE:
                    self.fail(f"{client.name}: locked out for {time.monotonic() - broken_since:.0f} s")
                    return
            if client.name == "bob" and random.random() < 0.1:
                self.is_refused(client)
            time.sleep(random.uniform(0.5, 3))

    def is_refused(self, bob):
        """Bob tries what must be refused, on alice's container."""
        path = os.path.join(bob.folder, "wrong.json")
        with open(bob.config, encoding="utf-8") as file:
            config = json.load(file)
        config["targets"]["box"]["container"]["name"] = "alices"
        config["targets"]["box"]["ssh"]["local_port"] = bob.port + 20
        with open(path, "w", encoding="utf-8") as file:
            json.dump(config, file)
        for argv in (("stop",), ("remove", "--yes"), ("ensure", "--recreate"), ("eject", "--yes"), ("snapshot",)):
            done = bob.helper.run(*argv, "--config", path)
            self.counts["refused"] += 1
            if done.returncode == 0:
                self.fail(f"bob's {argv[0]} was not refused: {done.stdout}")

    def disturb(self):
        while time.monotonic() < self.end - MAY_TAKE:
            time.sleep(random.uniform(5, 20))
            kind = random.choice(("cut", "restart", "kill sshd", "kill process 1"))
            name = random.choice(("alices", "bobs", "seconds"))
            self.trouble = kind if kind == "cut" else f"{kind} of {name}"
            self.counts["trouble"] += 1
            if kind == "cut":
                self.sandbox.control("cut")
                time.sleep(random.uniform(1, 8))
                self.sandbox.control("heal")
            elif kind == "restart":
                self.sandbox.docker("restart", "-t", "0", name)
            elif kind == "kill sshd":
                self.sandbox.docker("exec", name, "sh", "-c", "kill -9 $(cat /dev/helper/run/sshd.pid)")
            else:
                pid = self.sandbox.docker("inspect", "-f", "{{.State.Pid}}", name).stdout.strip()
                if pid != "0":
                    self.sandbox.control("exec", "kill", "-9", pid, check=False)
            self.last_trouble = time.monotonic()

    def run(self):
        self.first()
        threads = [threading.Thread(target=self.use, args=(client,)) for client in self.clients] + [threading.Thread(target=self.disturb)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        for client in self.clients:
            client.ensure()
            if not self.session(client):
                self.fail(f"{client.name}: no session at the end")
        if self.containers() != self.ids:
            self.fail(f"a container was lost: {self.ids}, then {self.containers()}")
        for client in self.clients:
            client.close()
        print(json.dumps(self.counts))
        for failure in self.failures:
            print(failure)
        return 1 if self.failures else 0


def main():
    reason = harness.why_not()
    if reason is not None:
        print(f"skipped: {reason}")
        return harness.SKIPPED
    with harness.Sandbox("soak-own") as sandbox:
        return Soak(sandbox, float(sys.argv[1]) if len(sys.argv) > 1 else 600).run()


if __name__ == "__main__":
    sys.exit(main())
