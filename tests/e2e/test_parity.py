"""Every way into a container sees the environment that its image and its config gave it; and helper's parts can die, and can be taken out."""
import concurrent.futures
import os
import subprocess
import time
import unittest

import harness
from fleet import Fleet, read_environment
from harness import Sandbox
from test_images import AT_ONCE, IMAGES, wanted_images

BUSYBOX = "/dev/helper/ssh/bin/busybox"
ENV = f"{BUSYBOX} env -0"
GIVEN = {"QUOTES": "it's \"so\", $HOME `id` \\ and 100 %", "BLANKS": "  two  ", "NOTHING": "", "EQUALS": "a=b=c", "LETTERS": "größe", "HASH": "#1 # 2"}
TWO_LINES = {"TWO_LINES": "one\ntwo"}


class Parity(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.sandbox = cls.enterClassContext(Sandbox("e2e-parity"))
        cls.sandbox.make_images(*wanted_images())
        cls.fleet = Fleet(cls.sandbox)
        cls.addClassCleanup(cls.fleet.close)
        for image in wanted_images():
            cls.fleet.add(image, f"{image}:1", env={**GIVEN, **TWO_LINES})
        cls.fleet.write()
        pool = cls.enterClassContext(concurrent.futures.ThreadPoolExecutor(AT_ONCE))
        cls.outcomes = {image: pool.submit(cls.try_image, image) for image in wanted_images()}

    @classmethod
    def try_image(cls, image):
        """way -> the environment there, and "container" -> what the engine says that it is."""
        report = cls.fleet.json("ensure", image)
        cls.fleet.ssh_config(image)
        inspected = cls.fleet.container(image)["Config"]["Env"]
        seen = {"report": report, "container": dict(entry.split("=", 1) for entry in inspected if "=" in entry)}
        seen["umasks"] = [cls.fleet.openssh(image, "umask").stdout, cls.sandbox.docker("exec", image, BUSYBOX, "sh", "-c", "umask").stdout]
        seen["docker exec"] = cls.inside(image, "env", "-0")
        seen["ssh host cmd"] = cls.over_ssh(image, ENV)
        shell = cls.over_ssh(image, ENV).get("SHELL", "sh")
        seen["ssh host sh -lc"] = cls.over_ssh(image, f"{shell} -lc '{ENV}'")
        seen["ssh -tt host"] = cls.login(image)
        seen["sftp"] = cls.sftp_server(image)
        cls.sandbox.docker("rm", "-f", image)
        return seen

    @classmethod
    def inside(cls, name, *words):
        return read_environment(cls.sandbox.docker("exec", name, BUSYBOX, *words).stdout)

    @classmethod
    def over_ssh(cls, name, command):
        done = cls.fleet.openssh(name, command)
        assert done.returncode == 0, (command, done)
        return read_environment(done.stdout)

    @classmethod
    def login(cls, name):
        """What a person types into a terminal; a terminal would change the output, so that goes through a file."""
        cls.fleet.openssh(name, options=("-tt",), input=f"{ENV} >/dev/shm/login\nexit\n")
        return cls.inside(name, "cat", "/dev/shm/login")

    @classmethod
    def sftp_server(cls, name):
        """The environment of the sftp-server that serves a waiting client; it lets itself be looked into from outside only."""
        block = os.path.join(cls.sandbox.client, f"block-{name}")
        client = subprocess.Popen(["/usr/bin/sftp", "-q", "-F", block, "-o", "BatchMode=yes", name], stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                                  stderr=subprocess.DEVNULL, text=True)
        try:
            client.stdin.write("pwd\n")
            client.stdin.flush()
            while "working directory" not in (line := client.stdout.readline()):
                if not line:
                    return {}
            rows = [line.split() for line in cls.sandbox.docker("top", name, "-eo", "pid,comm").stdout.splitlines()]
            (pid,) = [pid for pid, program in rows if program == "sftp-server"]
            return read_environment(cls.sandbox.control("exec", "cat", f"/proc/{pid}/environ").stdout)
        finally:
            client.communicate("bye\n", timeout=30)

    def check(self, image):
        seen = self.outcomes[image].result()
        expected = {name: value for name, value in seen["container"].items() if name not in TWO_LINES}
        self.assertEqual({name: expected.get(name) for name in GIVEN}, GIVEN)
        for way in ("docker exec", "ssh host cmd", "ssh host sh -lc", "ssh -tt host", "sftp"):
            there = seen[way]
            self.assertTrue(there, way)
            lost = {name: (value, there.get(name)) for name, value in expected.items() if not same(name, value, there.get(name))}
            self.assertEqual(lost, {}, f"{way}: variable -> (in the container, there)")
        self.assertEqual(*seen["umasks"])
        if IMAGES[image]:
            notes = " ".join(seen["report"]["notes"])
            self.assertRegex(notes, "line end.*TWO_LINES")


def same(name, value, there):
    """PATH may have got more in front: the start files of an image with conda activate its environment, as they do without helper."""
    return there == value or (name == "PATH" and there is not None and there.endswith(f":{value}"))


class Life(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.sandbox = cls.enterClassContext(Sandbox("e2e-eject"))
        cls.sandbox.make_images("debian-plain", "debian-sshd", "busybox")
        cls.fleet = Fleet(cls.sandbox)
        cls.addClassCleanup(cls.fleet.close)
        for name in ("killed", "made"):
            cls.fleet.add(name, "debian-plain:1")
        for name, image in (("adopted", "debian-plain:1"), ("served", "debian-sshd:1"), ("small", "busybox:1")):
            cls.fleet.add(name, image)
        cls.fleet.write()

    def ready(self, name):
        report = self.fleet.json("ensure", name)
        self.assertEqual(report.get("state"), "ready", report)
        self.fleet.ssh_config(name)
        self.assertEqual(self.fleet.openssh(name, "echo in").stdout, "in\n")
        return report

    def pids(self, container, program):
        return self.sandbox.docker("exec", container, BUSYBOX, "pidof", program).stdout.split()

    def state_of(self, container):
        """What of a container people see: changed files, and processes."""
        changes = sorted(self.sandbox.docker("diff", container).stdout.splitlines())
        processes = sorted(line.split(None, 7)[7] for line in self.sandbox.docker("top", container).stdout.splitlines()[1:])
        return changes, processes

    def test_an_sshd_that_is_killed_comes_back_by_itself_or_by_ensure(self):
        self.ready("killed")
        with self.subTest("sshd alone"):
            killed = self.pids("killed", "sshd")
            self.sandbox.docker("exec", "killed", BUSYBOX, "kill", "-9", *killed)
            deadline = time.monotonic() + 30
            while self.fleet.openssh("killed", "true").returncode != 0 and time.monotonic() < deadline:
                time.sleep(0.2)
            self.assertFalse(set(self.pids("killed", "sshd")) & set(killed))
        with self.subTest("sshd and what watches it"):
            self.sandbox.docker("exec", "killed", BUSYBOX, "sh", "-c", "kill -9 -1")
            report = self.ready("killed")
            self.assertTrue(any(step["text"].startswith("start sshd") for step in report["steps"]), report["steps"])

    def test_eject_leaves_a_container_of_ours_as_its_image_made_it(self):
        self.ready("made")
        self.assertEqual(self.fleet.json("eject", "made").get("error"), None)
        changes, processes = self.state_of("made")
        self.assertEqual(changes, [])
        self.assertFalse([line for line in processes if "/dev/helper" in line or "sshd" in line], processes)

    def test_eject_leaves_an_adopted_container_exactly_as_it_was(self):
        for name, image in (("adopted", "debian-plain:1"), ("served", "debian-sshd:1"), ("small", "busybox:1")):
            with self.subTest(image):
                wait = [] if image == "debian-sshd:1" else ["sh", "-c", "while :; do sleep 1000; done"]
                self.sandbox.docker("run", "-d", "--name", name, image, *wait)
                before = self.state_of(name)
                if image == "busybox:1":
                    self.assertEqual(self.fleet.json("ensure", name)["error"]["name"], "python.missing")
                    self.fleet.ssh_config(name)
                    self.assertEqual(self.fleet.openssh(name, "echo in").stdout, "in\n")
                else:
                    self.ready(name)
                self.assertNotEqual(self.state_of(name), before)
                self.assertEqual(self.fleet.json("eject", name).get("error"), None)
                # busybox's timeout, which bounds each look at a Python, notices within seconds that its program has ended.
                deadline = time.monotonic() + 15
                while self.state_of(name) != before and time.monotonic() < deadline:
                    time.sleep(0.5)
                self.assertEqual(self.state_of(name), before)
                self.assertNotEqual(self.sandbox.docker("exec", name, "ls", "/dev/helper").returncode, 0)


def add_tests():
    for image in wanted_images():
        def test(self, image=image):
            self.check(image)
        setattr(Parity, f"test_{image.replace('-', '_')}", test)


if __name__ == "__main__":
    add_tests()
    harness.main()
