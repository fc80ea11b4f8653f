"""The second day: what the daemon does by itself after the container was restarted, the engine too, or a person stopped it (docs/lifecycle.md)."""
import os
import socket
import time
import unittest

import harness
from harness import Helper, Sandbox


class SecondDay(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.sandbox = cls.enterClassContext(Sandbox("e2e-day-two"))
        cls.helper = Helper(cls.sandbox)
        cls.addClassCleanup(cls.helper.run, "rpc", "shutdown")

    def setUp(self):
        self.settings = self.helper.json("ensure")["settings"]

    def greeting(self):
        """What a client of the local port hears within 3 s: an SSH server's first bytes, or nothing."""
        try:
            with socket.create_connection((self.settings["host"], self.settings["port"]), timeout=3) as way:
                way.settimeout(3)
                return way.recv(8)
        except OSError:
            return b""

    def seconds_until_ssh(self, limit):
        start = time.monotonic()
        while time.monotonic() - start < limit:
            if self.greeting().startswith(b"SSH-"):
                return time.monotonic() - start
            time.sleep(0.25)
        return None

    def state(self):
        return self.sandbox.docker("inspect", "-f", "{{.State.Status}}", "centernet").stdout.strip()

    def test_after_a_restart_of_the_container_its_ports_answer_again(self):
        times = []
        for _ in range(3):
            self.sandbox.docker("restart", "-t", "0", "centernet")
            times.append(self.seconds_until_ssh(60))
            self.assertIsNotNone(times[-1], times)
            self.helper.json("ensure")  # so that the next restart is no repeat of this one
        print(f"  ssh after docker restart: {', '.join(f'{seconds:.1f}' for seconds in times)} s")
        self.assertLess(sorted(times)[1], 20, times)

    def test_after_a_restart_that_no_client_noticed_whoever_asks_helper_gets_it(self):
        self.sandbox.docker("restart", "-t", "0", "centernet")
        done = self.helper.run("exec", "centernet", "--", "echo", "here")
        self.assertEqual((done.returncode, done.stdout), (0, "here\n"), done.stderr)
        self.sandbox.docker("restart", "-t", "0", "centernet")
        until = time.monotonic() + 20
        while self.helper.json("status")[0]["state"] != "ready":
            self.assertLess(time.monotonic(), until)
            time.sleep(1)
        self.assertTrue(self.greeting().startswith(b"SSH-"))

    def reboot_this_machine(self):
        """The daemon ends; the next one begins as at login, without a request for a target."""
        self.helper.run("rpc", "shutdown")
        for _ in range(100):
            if self.greeting() == b"":
                break
            time.sleep(0.1)
        self.assertEqual(self.greeting(), b"")
        self.assertEqual(self.helper.run("rpc", "version").returncode, 0)

    def test_after_a_reboot_of_this_machine_its_ports_answer_again(self):
        self.reboot_this_machine()
        self.assertIsNotNone(self.seconds_until_ssh(60))
        self.assertEqual(self.helper.json("ensure")["state"], "ready")

    def test_after_a_reboot_of_this_machine_what_a_person_stopped_stays_so(self):
        for stop in (lambda: self.helper.run("stop"), lambda: self.sandbox.docker("stop", "-t", "0", "centernet")):
            stop()
            self.reboot_this_machine()
            time.sleep(8)
            self.assertEqual(self.state(), "exited")
            self.helper.json("ensure")

    def test_after_a_restart_of_the_engine_its_ports_answer_again(self):
        self.sandbox.control("engine", "stop")
        self.assertEqual(self.greeting(), b"")
        self.sandbox.control("engine", "start")
        self.assertIsNotNone(self.seconds_until_ssh(120))

    def test_after_a_reboot_of_the_server_whose_engine_comes_late(self):
        self.sandbox.control("cut")
        self.sandbox.control("engine", "stop")
        time.sleep(25)
        self.sandbox.control("heal")
        time.sleep(12)  # the link is back, and every look finds no engine
        self.sandbox.control("engine", "start")
        seconds = self.seconds_until_ssh(60)
        print(f"  ssh after the engine of a rebooted server: {seconds} s")
        self.assertIsNotNone(seconds)
        self.assertLess(seconds, 15)

    def test_what_a_person_stopped_stays_stopped_when_a_client_connects(self):
        for words, state in ((("stop", "-t", "0"), "exited"), (("kill",), "exited"), (("pause",), "paused")):
            self.sandbox.docker(*words, "centernet")
            until = time.monotonic() + 12
            while time.monotonic() < until:
                self.assertFalse(self.greeting().startswith(b"SSH-"))
                time.sleep(0.5)
            self.assertEqual(self.state(), state, words)
            self.helper.json("ensure")
            self.assertEqual(self.state(), "running", words)
            self.assertIsNotNone(self.seconds_until_ssh(10))

    def test_what_a_person_stopped_and_started_again_answers_soon(self):
        """Whatever pause the daemon has come to meanwhile."""
        for stop, start in ((("stop", "-t", "0"), "start"), (("pause",), "unpause")):
            self.sandbox.docker(*stop, "centernet")
            until = time.monotonic() + 25
            while time.monotonic() < until:
                self.assertFalse(self.greeting().startswith(b"SSH-"))
                time.sleep(0.5)
            self.sandbox.docker(start, "centernet")
            seconds = self.seconds_until_ssh(30)
            print(f"  ssh after docker {start}: {seconds} s")
            self.assertIsNotNone(seconds)
            self.assertLess(seconds, 5)
            self.helper.json("ensure")

    def test_what_a_person_removed_is_not_made_again(self):
        self.sandbox.docker("rm", "-f", "centernet")
        for _ in range(20):
            self.greeting()
            time.sleep(0.5)
        self.assertNotIn("centernet", self.sandbox.docker("ps", "-a", "--format", "{{.Names}}").stdout.split())
        error = self.helper.run("settings", "--json")
        self.assertIn("its container does not exist", error.stdout)

    def test_a_renamed_target_gets_the_ports(self):
        path = os.path.join(self.helper.folder, "helper.json")
        with open(path, encoding="utf-8") as file:
            text = file.read()
        try:
            with open(path, "w", encoding="utf-8") as file:
                file.write(text.replace('"centernet":', '"renamed":', 1))
            report = self.helper.json("ensure")
            self.assertEqual(report.get("state"), "ready", report)
            self.assertTrue([note for note in report["notes"] if "target centernet is no longer in" in note], report["notes"])
        finally:
            self.helper.run("remove", "renamed", "--yes")
            with open(path, "w", encoding="utf-8") as file:
                file.write(text)


if __name__ == "__main__":
    harness.main()
