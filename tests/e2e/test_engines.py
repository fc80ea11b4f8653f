"""The main job on a server of Debian 13: Docker 26, and Podman 5 for root and rootless. Skipped where this machine's Debian mirror has no
Debian 13 and nothing of it is kept."""
import json
import os
import subprocess
import sys
import time
import unittest

import harness
from harness import Helper, Sandbox

RELEASE = "trixie"


class EngineCase(unittest.TestCase):
    sandbox = None
    engine = "docker"

    def setUp(self):
        self.helper = Helper(self.sandbox)
        with open(os.path.join(self.sandbox.client, "home", ".config", "helper", "config.json"), encoding="utf-8") as file:
            self.config = json.load(file)
        self.target = self.config["targets"]["centernet"]
        self.target["engine"] = self.engine
        self.addCleanup(self.helper.run, "rpc", "shutdown")
        self.addCleanup(self.helper.run, "remove", "--yes")

    def write(self):
        with open(os.path.join(self.sandbox.client, "helper.json"), "w", encoding="utf-8") as file:
            json.dump(self.config, file)

    def server(self, *command):
        """Of the account on the server that the target uses; what it prints."""
        done = self.sandbox.ssh(self.target["server"], *command)
        self.assertEqual(done.returncode, 0, done.stderr)
        return done.stdout

    def ensure(self, *argv):
        report = self.helper.json("ensure", *argv)
        self.assertEqual(report.get("state"), "ready", report)
        with open(self.block(), "w", encoding="utf-8") as file:
            file.write(self.helper.run("settings", "--format", "ssh-config").stdout)
        return report

    def block(self):
        return os.path.join(self.sandbox.client, "host-block")

    def notes(self, report):
        """Beside the one of Jupyter, which no image here has."""
        return [note for note in report["notes"] if not note.startswith("Jupyter is not in the container")]

    def openssh(self, *command):
        return subprocess.run(["/usr/bin/ssh", "-F", self.block(), "-o", "BatchMode=yes", "-o", "ConnectTimeout=15", "centernet", *command],
                              stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=60)

    def comes_back_by_itself(self, seconds=30):
        """Within the time, the container's sshd answers again through the tunnel, and nobody has asked helper for anything."""
        end = time.monotonic() + seconds
        while (done := self.openssh("true")).returncode != 0 and time.monotonic() < end:
            time.sleep(0.3)
        self.assertEqual(done.returncode, 0, done.stderr)

    def main_job(self, way, *wanted_notes):
        """From nothing to ready, nothing to do, other settings, gone."""
        self.write()
        first = self.ensure()
        created = [step["text"] for step in first["steps"] if step["text"].startswith("create")]
        self.assertTrue(any(way in text for text in created), created)
        self.assert_notes(first, wanted_notes)
        there = self.openssh("nvidia-smi -L; echo $CUDA_HOME; python3 --version")
        self.assertEqual((there.returncode, there.stdout.count("GPU ")), (0, 2), there)
        self.assertIn("/usr/local/cuda", there.stdout)
        self.assert_silent()
        self.assertIn("owner", self.helper.run("list").stdout)
        self.target["container"]["shm_size"] = "2g"
        self.write()
        self.assertEqual([drift["field"] for drift in self.helper.json("plan")["drifts"]], ["container.shm_size"])
        self.ensure("--recreate")
        self.assertIn("2.0G", self.openssh("df -h /dev/shm").stdout)
        self.assert_silent()

    def assert_notes(self, report, wanted):
        notes = self.notes(report)
        self.assertEqual(len(notes), len(wanted), notes)
        for note, part in zip(notes, wanted):
            self.assertIn(part, note)

    def assert_silent(self):
        again = self.ensure()
        self.assertEqual((again["changed"], again["steps"], self.notes(again)), (False, [], []), again)
        self.assertEqual(self.helper.json("plan")["drifts"], [])

    def remove(self):
        self.assertEqual(self.helper.json("remove", "--yes").get("state"), "absent")
        self.assertEqual(self.server(f"{self.engine} ps --all --quiet --filter name=centernet"), "")
        self.assertEqual(self.server(f"{self.engine} volume ls --quiet --filter label=io.helper.of.container"), "")


class Docker26(EngineCase):
    def change_engine(self, script):
        """A change of daemon.json, `s` in the Python script."""
        self.sandbox.control("engine", "stop")
        program = f"import json; p = '/etc/docker/daemon.json'; s = json.load(open(p)); {script}; json.dump(s, open(p, 'w'))"
        self.sandbox.control("exec", "python3", "-c", program)
        self.sandbox.control("engine", "start")

    def test_the_main_job(self):
        self.assertEqual(self.server("docker version --format '{{.Server.Version}}'").partition(".")[0], "26")
        self.main_job("with --gpus")
        self.server("docker restart --time 1 centernet")
        self.comes_back_by_itself()
        self.sandbox.control("engine", "stop")
        self.sandbox.control("engine", "start")
        self.comes_back_by_itself()
        self.ensure()  # the engine may have given the container other ports
        self.assert_silent()
        self.remove()

    def test_a_store_of_images_of_containerd_and_cdi_alone(self):
        """As Docker 29 is by itself: containerd keeps the images, and CDI gives the GPUs where no hook of NVIDIA's is installed."""
        self.addCleanup(self.sandbox.control, "gpu", "both")
        self.sandbox.control("gpu", "none")
        self.sandbox.control("exec", "sh", "-c", 'mkdir -p /etc/cdi; printf %s "$1" >/etc/cdi/nvidia.json', "sh", json.dumps(cdi_specification()))
        self.change_engine("s['features'] = {'containerd-snapshotter': True, 'cdi': True}")
        self.sandbox.make_images("centernet:1.2", "bare:1")
        self.main_job("with CDI devices")
        self.remove()


class Podman5(EngineCase):
    engine = "podman"

    def test_the_main_job_of_root(self):
        self.sandbox.control("podman", timeout=300)
        self.assertEqual(self.server("podman version --format '{{.Client.Version}}'").partition(".")[0], "5")
        self.main_job("with CDI devices", "there is no keeper, since the engine has no socket")
        self.server("podman restart --time 1 centernet")
        self.assertEqual(len(self.ensure()["steps"]), 1)
        self.comes_back_by_itself()
        self.remove()

    def test_the_main_job_rootless(self):
        self.sandbox.control("podman", "--user", "carol", timeout=300)
        self.target["server"] = f"carol@{self.sandbox.name}"
        self.target["container"] |= {"ulimits": {}, "mounts": ["/home/carol/project:/workspace/my_project"]}
        self.server("mkdir -p project")
        self.main_job("with CDI devices", "there is no keeper, since the engine has no socket")
        self.assertEqual(self.server("podman inspect --format '{{.HostConfig.NetworkMode}}' centernet"), "pasta\n")
        self.assertEqual(self.openssh("touch /workspace/my_project/made").returncode, 0)
        self.assertEqual(self.server("stat -c %U project/made"), "carol\n")
        self.assertEqual(self.helper.json("restart").get("state"), "ready")
        self.comes_back_by_itself()
        self.remove()


def cdi_specification():
    sys.path.insert(0, os.path.join(os.path.dirname(harness.SANDBOX), "sandbox.d"))
    import podman
    return podman.cdi_specification()


del EngineCase


def main():
    reason = harness.why_not()
    if reason is None:
        made = subprocess.run([harness.SANDBOX, "root", RELEASE], stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=900)
        if made.returncode != 0:
            reason = f"there is no server of Debian {RELEASE} to be had here: {made.stderr.strip()}"
    if reason is not None:
        print(f"SKIPPED: {reason}")
        sys.exit(harness.SKIPPED)
    with Sandbox("e2e-engines", release=RELEASE) as sandbox:
        for case in (Docker26, Podman5):
            case.sandbox = sandbox
        unittest.main(verbosity=2)


if __name__ == "__main__":
    main()
