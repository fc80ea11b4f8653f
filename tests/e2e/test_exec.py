"""Commands and files through a ready target: `helper exec`, `helper cp`, `helper logs -f`."""
import filecmp
import json
import os
import shlex
import shutil
import signal
import socket
import subprocess
import time
import unittest

import harness
from harness import Helper, Sandbox


# Each of them alone would end or change a connection to 127.0.0.1.
FOR_ALL_HOSTS = """
Host * !{server}
    ProxyJump jump1
    ProxyUseFdpass yes
    HostName elsewhere.invalid
    KnownHostsCommand /bin/false
    AddressFamily inet6
    BindAddress 192.0.2.1
    CanonicalizeHostname always
    ControlMaster auto
    ControlPath {folder}/one-for-all
    ControlPersist 60
    PubkeyAuthentication no
    PreferredAuthentications password
    PKCS11Provider /no/such/library.so
    Ciphers aes256-cbc
    MACs hmac-sha1
    KexAlgorithms diffie-hellman-group14-sha1
    HostKeyAlgorithms rsa-sha2-512
    PubkeyAcceptedKeyTypes rsa-sha2-512
    RemoteCommand echo no
    RequestTTY force
    SessionType none
    StdinNull yes
    ForkAfterAuthentication yes
    PermitLocalCommand yes
    LocalCommand echo from here
    Tunnel point-to-point
    LocalForward {port} 127.0.0.1:22
    ExitOnForwardFailure yes
"""


class Exec(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.sandbox = cls.enterClassContext(Sandbox("e2e-exec"))
        cls.helper = Helper(cls.sandbox)
        cls.addClassCleanup(cls.helper.run, "rpc", "shutdown")
        cls.first = cls.helper.json("ensure")

    def test_a_script_that_was_not_sent_is_told_with_the_command_that_sends_it(self):
        here = os.path.join(self.helper.folder, "it's new.py")
        with open(here, "w", encoding="utf-8") as file:
            file.write("import sys; print(*sys.argv[1:], sep='|'); sys.exit(3)\n")
        self.addCleanup(os.unlink, here)
        done = self.helper.run("run", "it's new.py")
        self.assertEqual((done.returncode, done.stdout), (8, ""), done.stderr)
        self.assertIn("the container has no such file [inside.failed]", done.stderr)
        words = shlex.split(done.stderr.partition("fix: ")[2])
        self.assertEqual(words[:2], ["helper", "cp"])
        self.assertEqual(self.helper.run(*words[1:]).returncode, 0)
        done = self.helper.run("run", "it's new.py", "--", "a b", "$c")
        self.assertEqual((done.returncode, done.stdout), (3, "a b|$c\n"), done.stderr)

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

    def test_what_is_set_for_all_hosts_changes_no_connection_to_a_container(self):
        home = self.helper.environment["HOME"]
        file = os.path.join(home, ".ssh", "config")
        with open(file, encoding="utf-8") as before:
            text = before.read()
        with open(os.path.join(self.sandbox.client, "helper.json"), encoding="utf-8") as config:
            server = json.load(config)["targets"]["centernet"]["server"]

        def write(content):
            with open(file, "w", encoding="utf-8") as config:
                config.write(content)
        busy = socket.create_server(("127.0.0.1", 0))
        self.addCleanup(busy.close)
        self.addCleanup(write, text)
        self.addCleanup(self.helper.run, "settings", "undo", "--now")
        write(text + FOR_ALL_HOSTS.format(server=server, folder=self.sandbox.client, port=busy.getsockname()[1]))
        done = self.helper.run("exec", "--", "cat", text="hello")
        self.assertEqual((done.stdout, done.returncode), ("hello", 0), done.stderr)
        with open(os.path.join(self.sandbox.client, "sent.txt"), "w", encoding="utf-8") as sent:
            sent.write("content")
        done = self.helper.run("cp", "sent.txt", "centernet:/tmp/sent.txt")
        self.assertEqual(done.returncode, 0, done.stderr)
        done = self.helper.run("cp", "centernet:/tmp/sent.txt", "got.txt")
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertTrue(filecmp.cmp(os.path.join(self.sandbox.client, "sent.txt"), os.path.join(self.sandbox.client, "got.txt"), shallow=False))
        with self.subTest("by an scp that goes the old way by itself, as before OpenSSH 9"):
            self.old_scp()
            done = self.helper.run("cp", "sent.txt", "centernet:/tmp/sent-2.txt")
            self.assertEqual(done.returncode, 0, done.stderr)
            done = self.helper.run("cp", "centernet:/tmp/sent-2.txt", "got-2.txt")
            self.assertEqual(done.returncode, 0, done.stderr)
        self.assertEqual(self.helper.run("settings", "apply").returncode, 0)
        done = self.sandbox.ssh("centernet", "echo there")
        self.assertEqual((done.stdout, done.returncode), ("there\n", 0), done.stderr)
        for how in ((), ("-O",)):
            done = subprocess.run(["scp", *how, "-o", "BatchMode=yes", "centernet:/tmp/sent.txt", "."], env=self.sandbox.environment(), stdin=subprocess.DEVNULL,
                                  cwd=self.helper.environment["HOME"], capture_output=True, text=True, timeout=60)
            self.assertEqual(done.returncode, 0, (how, done.stderr))
        # The line that is printed to be pasted goes there too.
        line = next(line for line in self.helper.run("settings").stdout.splitlines() if " ssh -p " in line)
        write(text + f"\nHost * !{server}\n    ProxyJump jump1\n    ControlPath {self.sandbox.client}/one-for-all\n    RemoteCommand tmux\n    RequestTTY force\n")
        done = self.sandbox.ssh(*shlex.split(line)[2:], "echo pasted")
        self.assertEqual((done.stdout, done.returncode), ("pasted\n", 0), done.stderr)

    def old_scp(self):
        folder = os.path.join(self.sandbox.client, "old-scp")
        os.makedirs(folder, exist_ok=True)
        before = self.helper.environment["PATH"]
        scp = shutil.which("scp", path=before)
        with open(os.path.join(folder, "scp"), "w", encoding="utf-8") as file:
            file.write(f"#!/bin/sh\nexec '{scp}' -O \"$@\"\n")
        os.chmod(file.name, 0o755)
        self.helper.environment["PATH"] = folder + ":" + before
        self.addCleanup(self.helper.environment.__setitem__, "PATH", before)

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
