"""A target is ready when a strict SSH session and sftp work, whatever a login finds on its way."""
import json
import os
import shutil
import subprocess
import time
import unittest

import harness
from harness import Helper, Sandbox


class Sessions(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.sandbox = cls.enterClassContext(Sandbox("e2e-sessions"))
        cls.helper = Helper(cls.sandbox)
        cls.addClassCleanup(cls.helper.run, "rpc", "shutdown")
        with open(os.path.join(cls.sandbox.client, "helper.json"), encoding="utf-8") as file:
            cls.config = json.load(file)
        cls.container = cls.config["targets"]["centernet"]["container"].get("name", "centernet")

    def tearDown(self):
        self.helper.run("remove", "--yes")

    def write(self, **ssh):
        config = json.loads(json.dumps(self.config))
        config["targets"]["centernet"]["ssh"].update(ssh)
        with open(os.path.join(self.sandbox.client, "helper.json"), "w", encoding="utf-8") as file:
            json.dump(config, file)
        self.port = config["targets"]["centernet"]["ssh"]["local_port"]

    def inside(self, script):
        done = self.sandbox.docker("exec", "--user", "0", self.container, "sh", "-c", script)
        self.assertEqual(done.returncode, 0, done.stderr)

    def ensure(self):
        """Of a daemon that has just begun, so that a session is tried."""
        endpoint = os.path.join(self.helper.environment["XDG_RUNTIME_DIR"], "helper", "endpoint.json")
        with open(endpoint, encoding="utf-8") as file:
            pid = json.load(file)["pid"]
        self.helper.run("rpc", "shutdown")
        for _ in range(200):
            if not os.path.exists(f"/proc/{pid}"):
                break
            time.sleep(0.1)
        return self.helper.run("ensure")

    def ready(self, **ssh):
        self.write(**ssh)
        done = self.helper.run("ensure")
        self.assertEqual(done.returncode, 0, done.stderr)
        self.block = os.path.join(self.sandbox.client, "host-block")
        with open(self.block, "w", encoding="utf-8") as file:
            file.write(self.helper.run("settings", "--format", "ssh-config").stdout)

    def openssh(self, *command):
        """By OpenSSH alone: helper's own `exec` gives the container first what it lacks."""
        return subprocess.run(["/usr/bin/ssh", "-F", self.block, "-o", "BatchMode=yes", "-o", "ConnectTimeout=15", "centernet", *command],
                              stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=60)

    def is_refused(self, *words):
        done = self.ensure()
        self.assertNotEqual(done.returncode, 0, done.stdout)
        for word in words:
            self.assertIn(word, done.stderr)

    def is_ready(self):
        done = self.ensure()
        self.assertEqual(done.returncode, 0, done.stderr)

    def test_a_start_file_that_prints_is_named_with_its_first_line(self):
        self.ready(user="root")
        self.inside("echo 'echo Welcome to the lab GPU box' >> /root/.bashrc")
        self.is_refused("/root/.bashrc", '"Welcome to the lab GPU box"', "[inside.failed]")
        self.assertNotEqual(self.helper.run("status").stdout.find("not ready"), -1)
        self.inside("sed -i '$d' /root/.bashrc; mkdir -p /root/.ssh; echo 'echo noise of rc' > /root/.ssh/rc")
        self.is_refused("/root/.ssh/rc", '"noise of rc"')
        self.inside("rm /root/.ssh/rc; printf 'case $- in *i*) echo hi;; esac\\n' >> /root/.bashrc")
        self.is_ready()

    def test_a_start_file_that_ends_the_shell_or_waits_is_named(self):
        self.ready(user="root")
        for line in ("exit 3", "sleep 600"):
            self.inside(f"cp -a /root/.bashrc /tmp/kept; sed -i '1i {line}' /root/.bashrc")
            self.is_refused("/root/.bashrc ends the shell, or waits", "[inside.failed]")
            self.inside("cp -a /tmp/kept /root/.bashrc")
            self.is_ready()

    def test_what_a_login_depends_on_is_noticed_by_the_daemon_that_runs(self):
        self.ready(user="root")
        self.ready(user="root")
        self.inside(": > /dev/helper/run/authorized_keys")
        self.assertNotEqual(self.openssh("true").returncode, 0)
        done = self.helper.run("ensure")  # the key comes back without a new sshd
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertEqual(self.openssh("true").returncode, 0)
        self.inside("sed -i '/^root:/s|:[^:]*$|:/bin/false|' /dev/helper/run/passwd /etc/passwd")
        self.assertNotEqual(self.openssh("true").returncode, 0)
        done = self.helper.run("ensure")
        self.assertNotEqual(done.returncode, 0, done.stdout)
        self.inside("sed -i '/^root:/s|:[^:]*$|:/bin/bash|' /etc/passwd")
        done = self.helper.run("restart")
        self.assertEqual(done.returncode, 0, done.stderr)

    def test_a_start_file_that_changes_is_noticed_by_the_daemon_that_runs(self):
        self.ready(user="root")
        self.ready(user="root")
        self.inside("cp -a /root/.bashrc /tmp/kept; echo 'echo Welcome' >> /root/.bashrc")
        done = self.helper.run("ensure")
        self.assertNotEqual(done.returncode, 0, done.stdout)
        self.assertIn("/root/.bashrc", done.stderr)
        self.inside("cp -a /tmp/kept /root/.bashrc")
        self.ready(user="root")

    def test_a_user_of_an_adopted_container_gets_in(self):
        self.sandbox.docker("run", "-d", "--gpus", "all", "--name", self.container, "centernet:1.2", "sleep", "100000")
        self.addCleanup(self.sandbox.docker, "rm", "-f", self.container)
        self.inside("useradd -m app")
        self.ready(user="app")
        self.assertEqual(self.openssh("id", "-un").stdout, "app\n")
        self.inside("chmod 700 /dev/helper/ssh")  # as an earlier version left it
        self.assertEqual(self.helper.run("restart").returncode, 0)

    def test_shells_and_files_that_let_nobody_in_are_named(self):
        self.ready(user="dev", create=True)
        # sshd has a copy of the accounts of its start.
        for shell, words in (("/usr/sbin/nologin", "not available"), ("/bin/false", "/bin/false")):
            self.inside(f"sed -i '/^dev:/s|:[^:]*$|:{shell}|' /etc/passwd")
            done = self.helper.run("restart")
            self.assertNotEqual(done.returncode, 0, done.stdout)
            self.assertIn(shell, done.stderr)
            self.assertIn(words, done.stderr)
        self.inside("sed -i '/^dev:/s|:[^:]*$|:/bin/sh|' /etc/passwd")
        self.assertEqual(self.helper.run("restart").returncode, 0)
        self.inside("echo System is booting up. > /etc/nologin")
        self.is_refused("/etc/nologin", '"System is booting up."')
        self.inside("rm /etc/nologin")
        self.is_ready()

    def test_rights_that_sshd_refuses_are_named(self):
        self.ready(user="root")
        self.inside("chmod 777 /dev/helper/run")
        self.is_refused("/dev/helper/run", "chmod go-w")
        self.inside("chmod 755 /dev/helper/run")
        self.is_ready()

    def test_keys_that_ssh_refuses_are_named_before_anything_is_done(self):
        home = self.sandbox.environment()["HOME"]
        key = os.path.join(home, ".ssh", "id_e2e_key")
        subprocess.run(["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", key], check=True)
        self.addCleanup(lambda: [os.unlink(each) for each in (key, key + ".pub") if os.path.exists(each)])
        self.write(user="root", key=key)
        os.chmod(key, 0o644)
        self.is_refused("UNPROTECTED PRIVATE KEY FILE", f"chmod 600 {key}")
        os.chmod(key, 0o600)
        shutil.copy(key + ".pub", key + ".own")
        subprocess.run(["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", key + "2"], check=True)
        os.replace(key + "2.pub", key + ".pub")
        os.unlink(key + "2")
        self.is_refused("is not the public half", f"ssh-keygen -y -f {key}")
        os.replace(key + ".own", key + ".pub")
        self.is_ready()

    def test_a_key_with_a_passphrase_is_not_tried_until_an_agent_holds_it(self):
        home = self.sandbox.environment()["HOME"]
        key = os.path.join(home, ".ssh", "id_e2e_locked")
        subprocess.run(["ssh-keygen", "-q", "-t", "ed25519", "-N", "open sesame", "-f", key], check=True)
        self.addCleanup(lambda: [os.unlink(each) for each in (key, key + ".pub") if os.path.exists(each)])
        self.write(user="root", key=key)
        done = self.helper.run("ensure")
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertIn("no SSH session was tried", done.stdout + done.stderr)
        self.inside("chmod 777 /dev/helper/run")
        self.is_refused("/dev/helper/run", "chmod go-w")
        self.inside("chmod 755 /dev/helper/run")
        self.is_ready()

    def test_swapped_host_keys_are_put_right(self):
        swap = ("b=/dev/helper/ssh; for t in ed25519 ecdsa; do $b/bin/ssh-keygen -q -t $t -N '' -f /tmp/new; "
                "cat /tmp/new > /dev/helper/run/host_$t; rm /tmp/new; done; ")
        # sshd is started again by its keeper, or reads its keys again in the same process, or for each connection.
        for signal_name in ("TERM", "HUP", None):
            self.ready(user="root")
            self.ready(user="root")
            self.inside(swap + (f"kill -{signal_name} $(cat /dev/helper/run/sshd.pid)" if signal_name else ""))
            time.sleep(3)
            self.assertNotEqual(self.openssh("true").returncode, 0)
            if signal_name != "TERM":  # it is looked at, and then the daemon puts it right by itself
                done = self.helper.run("status")
                self.assertEqual(done.returncode, 13)
                self.assertIn("to do: start sshd", done.stdout)
            done = self.helper.run("ensure")
            self.assertEqual(done.returncode, 0, done.stderr)
            if signal_name == "TERM":
                self.assertIn("another host key", done.stdout + done.stderr)
            self.assertEqual(self.openssh("echo", "ok").stdout, "ok\n")


if __name__ == "__main__":
    harness.main()
