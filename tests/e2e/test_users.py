"""Users: what a user of the container writes to the project belongs to the project's owner on the server."""
import json
import os
import subprocess
import time
import unittest

import harness
from harness import Helper, Sandbox


class Users(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.sandbox = cls.enterClassContext(Sandbox("e2e-users"))
        cls.helper = Helper(cls.sandbox)
        cls.addClassCleanup(cls.helper.run, "rpc", "shutdown")
        cls.sandbox.control("exec", "sh", "-c", "mkdir -p /home/alice/project && chown alice:alice /home/alice/project")
        with open(os.path.join(cls.sandbox.client, "helper.json"), encoding="utf-8") as file:
            cls.config = json.load(file)
        cls.config["targets"]["centernet"]["container"]["mounts"] = ["/home/alice/project:/workspace/my_project"]

    def tearDown(self):
        self.helper.run("remove", "--yes")

    def write(self, **more):
        config = json.loads(json.dumps(self.config))
        target = config["targets"]["centernet"]
        target["ssh"].update(more.pop("ssh", {}))
        target["container"].update(more.pop("container", {}))
        target.update(more)
        with open(os.path.join(self.sandbox.client, "helper.json"), "w", encoding="utf-8") as file:
            json.dump(config, file)

    def ensure(self, **more):
        self.write(**more)
        report = self.helper.json("ensure")
        self.assertEqual(report.get("state"), "ready", report)
        return report

    def openssh(self, *command):
        block = os.path.join(self.sandbox.client, "host-block")
        with open(block, "w", encoding="utf-8") as file:
            file.write(self.helper.run("settings", "--format", "ssh-config").stdout)
        return subprocess.run(["/usr/bin/ssh", "-F", block, "-o", "BatchMode=yes", "-o", "ConnectTimeout=15", "centernet", *command],
                              stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=60)

    def owner(self, name):
        return self.sandbox.control("exec", "stat", "-c", "%U:%G", f"/home/alice/project/{name}").stdout.strip()

    def test_root_is_told_whose_files_it_writes(self):
        report = self.ensure(ssh={"user": "root"})
        self.assertTrue([note for note in report["notes"] if "alice (5001)" in note], report["notes"])
        self.openssh("touch /workspace/my_project/of_root")
        self.assertEqual(self.owner("of_root"), "root:root")

    def test_a_user_that_is_made_has_the_owners_ids(self):
        report = self.ensure(ssh={"user": "dev", "create": True})
        self.assertIn("create user dev with the ids 5001:5001 in the container", [step["text"] for step in report["steps"]])
        done = self.openssh("id -un; touch /workspace/my_project/of_dev ~/mine")
        self.assertEqual((done.returncode, done.stdout), (0, "dev\n"), done.stderr)
        self.assertEqual(self.owner("of_dev"), "alice:alice")
        self.assertEqual([step["text"] for step in report["steps"] if "keeper" in step["text"]][-1],
                         "tell the keeper to start sshd whenever centernet starts", report["steps"])
        self.assertNotIn("leave container", str(report["steps"]), "the keeper is told once, when all is known")
        self.assertFalse(self.ensure(ssh={"user": "dev", "create": True})["changed"])

    def test_a_user_that_is_made_gets_in_where_there_is_no_python_also_after_a_restart(self):
        self.write(ssh={"user": "dev", "create": True}, container={"image": "bare:1"}, project={"local": ".", "remote": "/workspace"})
        done = self.helper.run("ensure")
        self.assertIn("python.missing", done.stderr)
        self.assertEqual(self.openssh("id -un").stdout, "dev\n")
        self.sandbox.docker("restart", "-t", "0", "centernet")
        end = time.monotonic() + 10  # the keeper starts sshd, and the daemon follows the ports
        while (again := self.openssh("id -un").stdout) != "dev\n" and time.monotonic() < end:
            time.sleep(0.2)
        self.assertEqual(again, "dev\n")

    def test_a_user_that_the_image_has_gets_the_owners_ids_and_an_error_when_its_shell_runs_nothing(self):
        with self.assertRaises(AssertionError) as refused:
            self.ensure(ssh={"user": "games"})
        self.assertIn("/usr/sbin/nologin", str(refused.exception))
        ids = self.sandbox.docker("exec", "centernet", "id", "-u", "games").stdout.strip()
        self.assertEqual(ids, "5001")
        self.sandbox.docker("exec", "centernet", "sed", "-i", "/^games:/s|:[^:]*$|:/bin/sh|", "/etc/passwd")
        self.helper.run("restart")  # our sshd reads the accounts when it starts
        self.assertFalse(self.ensure(ssh={"user": "games"})["changed"])
        self.assertEqual(self.openssh("id -un").stdout, "games\n")

    def test_a_user_that_is_not_there_is_a_problem_that_names_the_key(self):
        config = json.loads(json.dumps(self.config))
        config["targets"]["centernet"]["ssh"]["user"] = "nobody-here"
        with open(os.path.join(self.sandbox.client, "helper.json"), "w", encoding="utf-8") as file:
            json.dump(config, file)
        done = self.helper.run("ensure")
        self.assertNotEqual(done.returncode, 0)
        self.assertIn('"create": true', done.stderr)

    def test_commands_run_once_for_each_container_and_once_for_each_start(self):
        hooks = {"ssh": {"user": "dev", "create": True}, "post_create": ["echo made >> ~/log"], "post_start": ["echo started >> ~/log"]}
        self.ensure(**hooks)
        self.assertEqual(self.openssh("cat log").stdout, "made\nstarted\n")
        self.assertFalse(self.ensure(**hooks)["changed"])
        self.helper.run("restart")
        self.assertEqual(self.openssh("cat log").stdout, "made\nstarted\nstarted\n")

    def test_a_command_that_fails_is_told_with_its_words_and_tried_again(self):
        config = json.loads(json.dumps(self.config))
        config["targets"]["centernet"]["post_create"] = ["echo some words; exit 7"]
        with open(os.path.join(self.sandbox.client, "helper.json"), "w", encoding="utf-8") as file:
            json.dump(config, file)
        done = self.helper.run("ensure")
        self.assertNotEqual(done.returncode, 0)
        self.assertIn("some words", done.stdout + done.stderr)
        self.assertIn("exit status 7", done.stderr)
        config["targets"]["centernet"]["post_create"] = ["true"]
        with open(os.path.join(self.sandbox.client, "helper.json"), "w", encoding="utf-8") as file:
            json.dump(config, file)
        self.assertEqual(self.helper.json("ensure").get("state"), "ready")


if __name__ == "__main__":
    harness.main()
