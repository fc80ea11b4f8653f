"""Other users of this machine and of the server use no place that the person needs."""
import json
import os
import subprocess
import sys
import unittest

import harness
from harness import Helper, Sandbox

# Idle connections to a port, as another user, until standard input ends; tells how many of them stay open.
STRANGER = """
import encodings.idna, os, socket, sys, time
port, count, uid = map(int, sys.argv[1:])
os.setuid(uid)
all = []
for _ in range(count):
    try:
        all.append(socket.create_connection(("127.0.0.1", port), timeout=10))
    except OSError:
        pass
time.sleep(1)
left = 0
for each in all:
    each.setblocking(False)
    try:
        each.recv(1, socket.MSG_PEEK) == b"" or (left := left + 1)
    except BlockingIOError:
        left += 1
    except OSError:
        pass
print(left, flush=True)
sys.stdin.read()
"""
NOBODY = "65534"


class Strangers(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.sandbox = cls.enterClassContext(Sandbox("e2e-doors"))
        cls.helper = Helper(cls.sandbox)
        cls.addClassCleanup(cls.helper.run, "rpc", "shutdown")
        with open(os.path.join(cls.sandbox.client, "helper.json"), encoding="utf-8") as file:
            cls.config = json.load(file)

    def tearDown(self):
        self.helper.run("remove", "--yes")

    def write(self, **ssh):
        config = json.loads(json.dumps(self.config))
        config["targets"]["centernet"]["ssh"].update(ssh)
        with open(os.path.join(self.sandbox.client, "helper.json"), "w", encoding="utf-8") as file:
            json.dump(config, file)
        self.port = config["targets"]["centernet"]["ssh"]["local_port"]

    def ready(self, **ssh):
        self.write(**ssh)
        done = self.helper.run("ensure")
        self.assertEqual(done.returncode, 0, done.stderr)

    def openssh(self, *command):
        return self.helper.run("exec", "--", *command)

    def test_a_new_start_of_sshd_keeps_open_sessions(self):
        self.ready(user="root")
        with subprocess.Popen([os.path.join(harness.HELPER_BIN_DIR, "helper"), "exec", "--", "sh", "-c", "echo begun; cat"], env=self.helper.environment,
                              cwd=self.sandbox.client, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as session:
            self.assertEqual(session.stdout.readline(), "begun\n")
            self.write(user="root", env={"OTHER": "setup"})
            done = self.helper.run("ensure")
            self.assertEqual(done.returncode, 0, done.stderr)
            self.assertIn("started sshd", done.stdout + done.stderr)
            out, _ = session.communicate("still here\n", timeout=30)
            self.assertEqual(out, "still here\n")

    def strangers(self, argv):
        stranger = subprocess.Popen(argv, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        self.addCleanup(stranger.communicate, timeout=30)
        return int(stranger.stdout.readline())

    def test_other_users_of_this_machine_take_no_place_in_the_tunnel(self):
        self.ready(user="root")
        self.assertEqual(self.strangers([sys.executable, "-c", STRANGER, str(self.port), "200", NOBODY]), 0)
        for _ in range(5):
            self.assertEqual(self.openssh("echo", "ok").stdout, "ok\n")

    def test_other_users_of_the_server_do_not_lock_the_person_out(self):
        self.ready(user="root")
        status = self.helper.json("status")
        status = status[0] if isinstance(status, list) else status
        leads_to = next(each["leads_to"] for each in status["tunnels"] if each["name"] == "ssh")
        port = leads_to.split(" ")[0].rsplit(":", 1)[1]  # "127.0.0.1:49153 on gpu1"
        argv = [harness.SANDBOX, "--name", self.sandbox.name, "exec", "/usr/bin/python3", "-c", STRANGER, port]
        self.strangers([*argv, "40", NOBODY])
        for _ in range(10):
            self.assertEqual(self.openssh("echo", "ok").stdout, "ok\n")
        self.strangers([*argv, "400", NOBODY])  # every place of sshd is taken
        for _ in range(3):
            done = self.openssh("echo", "ok")
            self.assertEqual(done.stdout, "ok\n", done.stderr)


if __name__ == "__main__":
    harness.main()
