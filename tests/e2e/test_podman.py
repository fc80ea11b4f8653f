"""The main job on Podman: root's engine, and a rootless one of an ordinary user; GPUs by CDI (a stand-in specification)."""
import json
import os
import shutil
import subprocess
import unittest

import harness
from harness import Helper, Sandbox


@unittest.skipUnless(shutil.which("podman"), "Podman is not installed: scripts/install-deps")
class PodmanCase(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.sandbox = cls.enterClassContext(Sandbox("e2e-podman"))
        cls.helper = Helper(cls.sandbox)
        cls.addClassCleanup(cls.helper.run, "rpc", "shutdown")
        with open(os.path.join(cls.sandbox.client, "helper.json"), encoding="utf-8") as file:
            cls.config = json.load(file)
        cls.prepare()

    @classmethod
    def prepare(cls):
        """What the class needs before its tests."""

    def write(self, change):
        config = json.loads(json.dumps(self.config))
        change(config["targets"]["centernet"])
        with open(os.path.join(self.sandbox.client, "helper.json"), "w", encoding="utf-8") as file:
            json.dump(config, file)

    def ensure(self):
        report = self.helper.json("ensure")
        self.assertEqual(report.get("state"), "ready", report)
        return report

    def openssh(self, *command):
        block = os.path.join(self.sandbox.client, "host-block")
        with open(block, "w", encoding="utf-8") as file:
            file.write(self.helper.run("settings", "--format", "ssh-config").stdout)
        return subprocess.run(["/usr/bin/ssh", "-F", block, "-o", "BatchMode=yes", "-o", "ConnectTimeout=15", "centernet", *command],
                              stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=60)

    def created(self, report):
        return [step["text"] for step in report["steps"] if step["text"].startswith("create")]

    def main_job(self):
        """From nothing to ready, nothing to do, back after a stop by somebody, gone."""
        self.assertIn("with CDI devices", self.created(self.ensure())[0])
        there = self.openssh("nvidia-smi -L; echo $CUDA_HOME; python3 --version")
        self.assertEqual(there.returncode, 0, there)
        self.assertEqual(there.stdout.count("GPU "), 2, there)
        self.assertIn("/usr/local/cuda", there.stdout)
        self.assertFalse(self.ensure()["changed"])
        self.assertIn("centernet", self.helper.run("list").stdout)
        self.assertIn("project", self.helper.run("settings").stdout)
        again = self.helper.json("restart")
        self.assertEqual(again.get("state"), "ready", again)
        self.assertEqual(self.openssh("true").returncode, 0)
        self.assertEqual(self.helper.json("remove", "--yes").get("state"), "absent")


class Rootful(PodmanCase):
    @classmethod
    def prepare(cls):
        cls.sandbox.control("podman", timeout=300)

    def podman(self, *argv):
        return self.sandbox.control("exec", "podman", *argv, check=False)

    def test_the_main_job(self):
        self.write(lambda target: target.update(engine="podman"))
        self.main_job()
        self.assertEqual(self.podman("ps", "-aq").stdout, "")

    def test_auto_takes_docker_and_not_podman_unasked_while_docker_is_down(self):
        self.write(lambda target: None)
        self.helper.run("remove", "--yes")
        plan = self.helper.run("plan").stdout
        self.assertIn("--gpus", plan)
        self.sandbox.control("engine", "stop")
        self.addCleanup(self.sandbox.control, "engine", "start")
        done = self.helper.run("plan")
        self.assertEqual(done.returncode, 5, done.stdout)
        self.assertIn('to use Podman instead, in helper.json: "engine": "podman"', done.stdout + done.stderr)
        self.write(lambda target: target.update(engine="podman"))
        self.assertIn("with CDI devices", self.helper.run("plan").stdout)

    def test_without_a_cdi_specification_the_command_that_writes_one_is_named(self):
        self.write(lambda target: target.update(engine="podman"))
        self.sandbox.control("gpu", "none")
        self.addCleanup(self.sandbox.control, "gpu", "both")
        self.helper.run("remove", "--yes")
        done = self.helper.run("ensure")
        self.assertEqual(done.returncode, 7, done.stdout + done.stderr)
        self.assertIn("nvidia-ctk cdi generate", done.stderr)
        self.assertEqual(self.podman("ps", "-aq").stdout, "")

    def test_variables_of_every_form_arrive_and_are_no_drift(self):
        values = {"PLAIN": "1", "EMPTY": "", "BLANKS": "  two  words ", "LINES": "a\nb\n", "QUOTES": "it's \"so\" #1", "EQUALS": "a=b, c=#1",
                  "WIDE": "größer", "SLASHED": "\\n \\ $HOME `id`", "TERM": "dumb", "container": "mine"}

        def change(target):
            target["engine"] = "podman"
            target["container"].update(gpus="none", env=values)
        self.write(change)
        self.helper.run("remove", "--yes")
        self.ensure()
        again = self.ensure()
        self.assertFalse(again["changed"], again)
        self.assertEqual(self.helper.json("plan")["drifts"], [])
        there = json.loads(self.podman("exec", "centernet", "python3", "-c", "import json, os; print(json.dumps(dict(os.environ)))").stdout)
        for name, value in values.items():
            if name != "container":  # which Podman itself sets
                self.assertEqual(there[name], value, name)
        self.helper.run("remove", "--yes")

    def test_one_gpu_by_its_index(self):
        def one(target):
            target["engine"] = "podman"
            target["container"]["gpus"] = "device=1"
        self.write(one)
        self.helper.run("remove", "--yes")
        self.ensure()
        listed = self.openssh("nvidia-smi -L").stdout
        self.assertEqual(listed.count("GPU "), 1, listed)
        self.helper.run("remove", "--yes")


class Rootless(PodmanCase):
    @classmethod
    def prepare(cls):
        try:
            cls.sandbox.control("podman", "--user", "carol", timeout=300)
        except AssertionError as refusal:
            raise unittest.SkipTest(f"this machine lets no rootless Podman run: {refusal}") from None

    def test_the_main_job_and_files_of_root_inside_are_the_persons_own_on_the_server(self):
        address = f"carol@{self.sandbox.name}"
        self.assertEqual(self.sandbox.ssh(address, "mkdir -p project").returncode, 0)

        def rootless(target):
            target.update(server=address, engine="podman")
            target["container"]["ulimits"] = {}
            target["container"]["mounts"] = ["/home/carol/project:/workspace/my_project"]
        self.write(rootless)
        self.ensure()
        self.assertEqual(self.openssh("touch /workspace/my_project/made").returncode, 0)
        self.assertEqual(self.sandbox.ssh(address, "stat -c %U project/made").stdout, "carol\n")
        self.assertEqual(self.helper.json("remove", "--yes").get("state"), "absent")
        self.main_job()


del PodmanCase

if __name__ == "__main__":
    harness.main()
