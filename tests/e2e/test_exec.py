"""Commands and files through a ready target: `helper exec`, `helper cp`, `helper logs -f`."""
import filecmp
import os
import signal
import subprocess
import time
import unittest

import harness
from harness import Helper, Sandbox


class Exec(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.sandbox = cls.enterClassContext(Sandbox("e2e-exec"))
        cls.helper = Helper(cls.sandbox)
        cls.addClassCleanup(cls.helper.run, "rpc", "shutdown")
        cls.first = cls.helper.json("ensure")

    def test_a_command_gets_its_words_as_they_are(self):
        self.assertEqual(self.first.get("state"), "ready", self.first)
        words = ["a b", "$HOME", "it's", "*", "", "--json", "\"q\"", "back\\slash", "new\nline"]
        done = self.helper.run("exec", "centernet", "--", "python3", "-c", "import sys; print(sys.argv[1:])", *words)
        self.assertEqual(done.stdout, f"{words}\n", done.stderr)
        self.assertEqual(done.returncode, 0)

    def test_its_exit_status_is_the_commands(self):
        self.assertEqual(self.helper.run("exec", "--", "sh", "-c", "exit 7").returncode, 7)

    def test_its_input_and_its_two_outputs_are_passed_on(self):
        done = self.helper.run("exec", "--", "sh", "-c", "cat; echo trouble >&2", text="hello")
        self.assertEqual((done.stdout, done.stderr), ("hello", "trouble\n"))

    def test_x11_programs_are_told_a_display_where_the_container_has_xauth(self):
        # A stand-in for xauth, which sshd runs to keep the cookie; and there is no X server here, to which nothing is sent.
        self.sandbox.docker("exec", "centernet", "sh", "-c", "printf '#!/bin/sh\\nexit 0\\n' > /usr/bin/xauth; chmod 755 /usr/bin/xauth")
        self.helper.environment["DISPLAY"] = "127.0.0.1:99"
        self.addCleanup(self.helper.environment.pop, "DISPLAY")
        done = self.helper.run("ssh", "-X", "centernet", "--", "sh", "-c", "echo $DISPLAY")
        self.assertRegex(done.stdout, r"^(localhost|127\.0\.0\.1):1\d\.\d", done.stderr)
        self.assertEqual(self.helper.run("exec", "--", "sh", "-c", "echo $DISPLAY").stdout, "\n")

    def test_folders_go_there_and_come_back(self):
        there = os.path.join(self.sandbox.client, "folder to send")
        os.makedirs(os.path.join(there, "sub"), exist_ok=True)
        with open(os.path.join(there, "sub", "file.bin"), "wb") as file:
            file.write(os.urandom(1 << 20))
        back = os.path.join(self.sandbox.client, "back")
        sent = self.helper.run("cp", "folder to send", "centernet:/tmp/sent")
        self.assertEqual(sent.returncode, 0, sent.stderr)
        got = self.helper.run("cp", "centernet:/tmp/sent", back)
        self.assertEqual(got.returncode, 0, got.stderr)
        self.assertTrue(filecmp.cmp(os.path.join(there, "sub", "file.bin"), os.path.join(back, "sub", "file.bin"), shallow=False))

    def test_two_places_in_containers_are_a_mistake(self):
        done = self.helper.run("cp", "centernet:/a", "centernet:/b")
        self.assertEqual(done.returncode, 2, done.stderr)

    def test_logs_are_followed_and_hold_nobody_up(self):
        follower = subprocess.Popen([os.path.join(harness.HELPER_BIN_DIR, "helper"), "logs", "-f"], env=self.helper.environment, cwd=self.helper.folder,
                                    stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
        try:
            time.sleep(2)
            self.assertEqual(self.helper.json("status")[0]["state"], "ready")
            self.sandbox.docker("exec", "centernet", "sh", "-c", "echo a new line >/proc/1/fd/1")
            os.set_blocking(follower.stdout.fileno(), False)
            text, deadline = b"", time.monotonic() + 30
            while b"a new line" not in text and time.monotonic() < deadline:
                text += follower.stdout.read() or b""
                time.sleep(0.1)
            self.assertIn(b"a new line", text)
            follower.send_signal(signal.SIGINT)
            self.assertNotEqual(follower.wait(timeout=30), 0)
        finally:
            follower.kill()
            follower.wait()
            follower.stdout.close()
            follower.stderr.close()


if __name__ == "__main__":
    harness.main()
