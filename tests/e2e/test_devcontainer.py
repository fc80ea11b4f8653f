"""devcontainer.json: a file as people write it comes up by `helper ensure` on a server, and what helper does not do of it is listed."""
import json
import os
import subprocess
import time
import unittest
import urllib.request

import harness
from harness import Helper, Sandbox

FILE = """// For format details, see https://aka.ms/devcontainer.json
{
  "name": "Detector",
  "image": "centernet:1.2",
  "runArgs": ["--gpus", "all", "--shm-size=512m", "--ulimit", "memlock=-1", "--rm"],
  "containerEnv": {"DATA": "/data with spaces", "WHO": "${localEnv:HELPER_E2E_WHO}"},
  "remoteEnv": {"PATH": "${containerEnv:PATH}:/opt/tools"},
  "remoteUser": "dev",
  "workspaceFolder": "/workspace/my_project",
  "workspaceMount": "source=${localWorkspaceFolder},target=/workspace/my_project,type=bind,consistency=cached",
  "mounts": ["source=e2e-cache-${devcontainerId},target=/cache,type=volume", {"type": "bind", "source": "/home/alice/data", "target": "/data"}],
  "forwardPorts": [PORT],
  "features": {"ghcr.io/devcontainers/features/node:1": {}},
  "postCreateCommand": {"one": "echo created in $PWD >> ~/log; echo 'export FROM_PROFILE=yes' >> ~/.profile", "two": ["sh", "-c", "echo $PATH >> ~/path"]},
  "postStartCommand": "echo started >> ~/log; echo $FROM_PROFILE > ~/probed; cd ~ && (python3 -m http.server PORT >/dev/null 2>&1 &)", /* the end */
}
"""


class Devcontainer(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.sandbox = cls.enterClassContext(Sandbox("e2e-devc"))
        cls.helper = Helper(cls.sandbox, HELPER_E2E_WHO="me")
        cls.addClassCleanup(cls.helper.run, "rpc", "shutdown")
        cls.sandbox.control("exec", "sh", "-c", "mkdir -p /home/alice/data && echo images > /home/alice/data/train")
        with open(os.path.join(cls.sandbox.client, "helper.json"), encoding="utf-8") as file:
            target = json.load(file)["targets"]["centernet"]
        cls.server, cls.ssh_port = target["server"], target["ssh"]["local_port"]
        cls.port = cls.ssh_port + 4000  # beside the ports of every other sandbox, and below those that the kernel gives to clients
        cls.project = os.path.join(cls.sandbox.client, "detector")
        os.makedirs(os.path.join(cls.project, ".devcontainer"))
        cls.config = os.path.join(cls.project, "helper.json")

    def setUp(self):
        self.write(FILE)
        with open(self.config, "w", encoding="utf-8") as file:
            json.dump({"targets": {"detector": {
                "server": self.server, "devcontainer": ".", "container": {"mounts": ["/home/my_project:/workspace/my_project"]},
                "ssh": {"local_port": self.ssh_port, "create": True}}}}, file)

    def tearDown(self):
        self.helper.run("remove", "--yes", "--config", self.config)

    def write(self, text):
        with open(os.path.join(self.project, ".devcontainer", "devcontainer.json"), "w", encoding="utf-8") as file:
            file.write(text.replace("PORT", str(self.port)))

    def ensure(self, *argv):
        report = self.helper.json("ensure", "--config", self.config, *argv)
        self.assertEqual(report.get("state"), "ready", report)
        return report

    def openssh(self, command):
        block = os.path.join(self.sandbox.client, "host-block")
        with open(block, "w", encoding="utf-8") as file:
            file.write(self.helper.run("settings", "--format", "ssh-config", "--config", self.config).stdout)
        done = subprocess.run(["/usr/bin/ssh", "-F", block, "-o", "BatchMode=yes", "-o", "ConnectTimeout=15", "detector", command],
                              stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=60)
        self.assertEqual(done.returncode, 0, done.stderr)
        return done.stdout

    def assert_web_server_answers(self):
        for _ in range(50):  # the command starts it and does not wait for it
            try:
                with urllib.request.urlopen(f"http://127.0.0.1:{self.port}/log", timeout=5) as page:
                    return page.read().decode()
            except OSError:
                time.sleep(0.2)
        self.fail("nothing answers through the tunnel")

    def test_it_comes_up_with_all_that_the_file_says(self):
        # The daemon is started by somebody without the variable: what counts is who asks.
        self.helper.run("rpc", "shutdown")
        Helper(self.sandbox).run("status", "--config", self.config)
        report = self.ensure()
        self.assertEqual(self.openssh("whoami; pwd; echo $DATA; echo $WHO; echo $PATH; cat /data/train; test -d /cache && ls /workspace/my_project").splitlines()[:4],
                         ["dev", "/home/dev", "/data with spaces", "me"])
        self.assertIn(":/opt/tools\n", self.openssh("echo $PATH"))
        self.assertEqual(self.openssh("cat /data/train"), "images\n")
        self.assertEqual(self.openssh("cat log"), "created in /workspace/my_project\nstarted\n")
        self.assertTrue(self.openssh("cat path").endswith(":/opt/tools\n"))
        self.assertEqual(self.openssh("cat probed"), "yes\n")  # the start files of the user's shell are asked
        self.assertIn("started", self.assert_web_server_answers())
        container = json.loads(self.sandbox.docker("container", "inspect", "detector").stdout)[0]
        self.assertEqual(container["HostConfig"]["ShmSize"], 512 << 20)
        self.assertFalse(container["HostConfig"]["AutoRemove"])
        places = {mount["Destination"]: mount["Type"] for mount in container["Mounts"]}
        self.assertEqual((places["/workspace/my_project"], places["/cache"], places["/data"]), ("bind", "volume", "bind"))
        listed = [note.split(": ")[1] for note in report["notes"] if note.startswith("devcontainer.json:")]
        self.assertEqual(listed, ["runArgs[5]", "features"])
        again = self.ensure()
        self.assertEqual((again["changed"], again["steps"]), (False, []))
        self.helper.run("restart", "--config", self.config)
        self.assertEqual(self.openssh("cat log"), "created in /workspace/my_project\nstarted\nstarted\n")

    def test_a_change_of_the_file_is_drift(self):
        self.ensure()
        self.write(FILE.replace("512m", "256m"))
        plan = self.helper.json("plan", "--config", self.config)
        self.assertEqual([(drift["field"], drift["cause"]) for drift in plan["drifts"]], [("container.shm_size", "the config has changed")])
        self.assertTrue([note for note in plan["notes"] if "features" in note])

    def test_a_folder_of_this_machine_is_not_mounted_on_the_server_and_that_is_said(self):
        with open(self.config, "w", encoding="utf-8") as file:
            json.dump({"targets": {"detector": {"server": self.server, "devcontainer": ".", "ssh": {"local_port": self.ssh_port, "create": True}}}}, file)
        plan = self.helper.json("plan", "--config", self.config)
        self.assertTrue([note for note in plan["notes"] if "workspaceMount" in note and f"{self.server} cannot mount it" in note], plan["notes"])

    def test_what_the_target_writes_wins_over_a_mistake(self):
        self.write(FILE.replace("[PORT]", "[0]").replace('"all"', '"many"'))
        with open(self.config, encoding="utf-8") as file:
            config = json.load(file)
        config["targets"]["detector"].update(forwards=[self.port], container={"gpus": "all", "mounts": ["/home/my_project:/workspace/my_project"]})
        with open(self.config, "w", encoding="utf-8") as file:
            json.dump(config, file)
        plan = self.helper.json("plan", "--config", self.config)
        self.assertTrue([step for step in plan["steps"] if "create container detector" in step["text"]], plan)

    def test_a_mistake_in_it_is_told_with_its_line(self):
        self.write(FILE.replace("[PORT]", "[0]"))
        done = self.helper.run("ensure", "--config", self.config)
        self.assertEqual(done.returncode, 3)
        self.assertIn("devcontainer.json:12: forwardPorts[0]", done.stderr)

    def test_init_takes_its_values_over(self):
        config = os.path.join(self.project, "taken.json")
        done = self.helper.run("init", "--server", self.server, "--from", self.project, "--target", "detector", "--config", config,
                               "--mount", "/home/my_project:/workspace/my_project", "--ssh-port", str(self.ssh_port), "--jupyter-port", "0")
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertIn("features", done.stdout)
        self.assertIn("HELPER_E2E_WHO", done.stdout)  # its value is not written into a file
        with open(config, encoding="utf-8") as file:
            text = file.read()
        self.assertIn('"post_create": ["', text)
        plan = self.helper.json("plan", "--config", config)
        self.assertTrue([step for step in plan["steps"] if "create container detector from centernet:1.2" in step["text"]], plan)

    def init(self, name, *argv):
        """The config that helper init writes of it, and what init says."""
        config = os.path.join(self.project, name)
        done = self.helper.run("init", "--server", self.server, "--config", config, "--force", "--ssh-port", str(self.ssh_port), "--jupyter-port", "0", *argv)
        self.assertEqual(done.returncode, 0, done.stderr)
        return config, done.stdout

    def test_init_describes_a_container_that_is_there_and_ensure_uses_it_as_it_is(self):
        made = self.sandbox.docker("run", "-d", "--name", "by-hand", "--gpus", "all", "--shm-size", "256m", "-e", "A=b c", "-e", "API_TOKEN=hush",
                                   "-v", "/home/my_project:/workspace/my_project", "-p", "127.0.0.1::22", "--restart", "no", "--cap-add", "SYS_PTRACE",
                                   "centernet:1.2", "sleep", "infinity")
        self.assertEqual(made.returncode, 0, made.stderr)
        self.addCleanup(self.sandbox.docker, "rm", "-f", "by-hand")
        config, said = self.init("by-hand.json", "--from-container", "by-hand")
        self.addCleanup(self.helper.run, "eject", "--config", config)  # which closes its ports
        self.assertIn("container.shm_size: 256m", said)
        self.assertIn("API_TOKEN: its value looks like a secret", said)
        with open(config, encoding="utf-8") as file:
            self.assertNotIn("hush", file.read())
        report = self.helper.json("ensure", "--config", config)
        self.assertEqual(report.get("state"), "ready", report)
        self.assertEqual(self.helper.json("plan", "--config", config)["drifts"], [])
        self.assertEqual(self.sandbox.docker("inspect", "-f", "{{.Id}}", "by-hand").stdout, made.stdout)

    def test_init_reads_back_a_container_that_helper_made(self):
        self.ensure()
        config, said = self.init("back.json", "--from-container", "detector")
        self.assertIn("helper made it", said)
        plan = self.helper.json("plan", "--config", config)
        self.assertEqual(plan["drifts"], [])

    def test_init_names_the_containers_that_are_there(self):
        self.ensure()
        done = self.helper.run("init", "--server", self.server, "--from-container", "none", "--config", os.path.join(self.project, "none.json"))
        self.assertNotEqual(done.returncode, 0)
        self.assertIn("detector", done.stderr)

    def test_init_takes_no_keeper_of_helper_s(self):
        self.ensure()
        keeper = "helper-keeper-somebody"
        self.sandbox.docker("create", "--name", keeper, "--label", "io.helper.keeper=0.1.0", "bare:1")
        self.addCleanup(self.sandbox.docker, "rm", "--force", keeper)
        for name, words in ((keeper, "is helper's own keeper"), ("none", "these are there: ")):
            done = self.helper.run("init", "--server", self.server, "--from-container", name, "--config", os.path.join(self.project, "keeper.json"))
            self.assertNotEqual(done.returncode, 0)
            self.assertIn(words, done.stderr)
            self.assertNotIn(f"there: {keeper}", done.stderr)
            self.assertNotIn(f", {keeper}", done.stderr)

    def test_init_takes_a_docker_run_command_over(self):
        config, said = self.init("run.json", "--from", "docker run -it --rm --name from-notes --gpus all --shm-size 256m -e A='b c' \\\n"
                                 "  -v /home/my_project:/workspace/my_project centernet:1.2 bash")
        self.addCleanup(self.helper.run, "remove", "--yes", "--config", config)
        self.assertIn("--rm: the container outlives its stop", said)
        report = self.helper.json("ensure", "--config", config)
        self.assertEqual(report.get("state"), "ready", report)
        container = json.loads(self.sandbox.docker("container", "inspect", "from-notes").stdout)[0]
        self.assertEqual(container["HostConfig"]["ShmSize"], 256 << 20)
        self.assertIn("A=b c", container["Config"]["Env"])


if __name__ == "__main__":
    harness.main()
