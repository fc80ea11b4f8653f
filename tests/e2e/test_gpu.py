"""GPU set-ups of the engine: each works, or says which piece is missing and the command that installs it."""
import json
import os
import unittest

import harness
from harness import Helper, Sandbox


class GpuSetUps(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.sandbox = cls.enterClassContext(Sandbox("e2e-gpu"))
        cls.helper = Helper(cls.sandbox)
        cls.addClassCleanup(cls.helper.run, "rpc", "shutdown")

    def set_up(self, gpu):
        self.helper.run("remove", "--yes")
        self.sandbox.control("gpu", gpu)

    def inspect(self):
        return json.loads(self.sandbox.docker("inspect", "centernet").stdout)[0]

    def assert_sees_two_gpus(self):
        status = self.helper.json("status")
        self.assertEqual(len(status[0]["gpus"]), 2, status)

    def test_both_uses_the_gpus_flag(self):
        self.set_up("both")
        report = self.helper.json("ensure")
        self.assertEqual(report.get("state"), "ready", report)
        self.assertTrue(self.inspect()["HostConfig"]["DeviceRequests"])
        self.assert_sees_two_gpus()

    def test_gpus_alone_uses_the_gpus_flag(self):
        self.set_up("gpus")
        self.assertEqual(self.helper.json("ensure").get("state"), "ready")
        self.assert_sees_two_gpus()

    def test_runtime_alone_falls_back_to_the_runtime_and_says_why(self):
        self.set_up("runtime")
        report = self.helper.json("ensure")
        self.assertEqual(report.get("state"), "ready", report)
        create = [step for step in report["steps"] if step["text"].startswith("create")][-1]
        self.assertIn("--runtime=nvidia", create["text"])
        self.assertIn("--gpus failed", create["cause"])
        self.assertEqual(self.inspect()["HostConfig"]["Runtime"], "nvidia")
        self.assert_sees_two_gpus()

    def test_none_names_the_missing_piece_and_the_command_and_leaves_nothing(self):
        self.set_up("none")
        done = self.helper.run("ensure")
        self.assertEqual(done.returncode, 7, done.stdout + done.stderr)
        self.assertIn("NVIDIA Container Toolkit", done.stderr)
        self.assertIn("nvidia-ctk runtime configure", done.stderr)
        self.assertNotEqual(self.sandbox.docker("inspect", "centernet").returncode, 0)

    def config_with(self, gpus):
        """A config like the sandbox's, but for that."""
        with open(f"{self.sandbox.client}/helper.json", encoding="utf-8") as file:
            config = json.load(file)
        config["targets"]["centernet"]["container"]["gpus"] = gpus
        path = f"{self.sandbox.client}/gpus-{gpus}.json"
        with open(path, "w", encoding="utf-8") as file:
            json.dump(config, file)
        return path

    def test_a_target_without_gpus_is_ready_on_an_engine_without_any(self):
        self.set_up("none")
        path = self.config_with("none")
        report = self.helper.json("ensure", "--config", path)
        self.assertEqual(report.get("state"), "ready", report)
        self.helper.run("remove", "--yes", "--config", path)

    def test_a_server_without_a_driver_gets_a_container_that_can_be_used_and_the_reason(self):
        self.set_up("none")
        self.sandbox.control("exec", "sh", "-c", "mkdir -p /dev/away && mv /dev/nvidia* /dev/away && mv /usr/local/bin/nvidia-smi /dev/away; touch /dev/kfd")
        self.addCleanup(self.sandbox.control, "exec", "sh", "-c", "rm -f /dev/kfd; mv /dev/away/nvidia-smi /usr/local/bin; mv /dev/away/* /dev")
        done = self.helper.run("ensure", "--json")
        self.assertEqual(done.returncode, 7, done.stdout + done.stderr)
        report = json.loads(done.stdout)
        self.assertEqual(report["state"], "ready without GPU", report)
        self.assertEqual([problem["name"] for problem in report["problems"]], ["gpu.no_driver"])
        self.assertIn("it has GPUs of AMD", report["problems"][0]["cause"])
        self.assertEqual(report["settings"]["host"], "127.0.0.1")
        self.assertTrue(all(tunnel["up"] for tunnel in self.helper.json("status")[0]["tunnels"]))
        self.assertEqual(self.helper.json("ensure")["steps"], [])

    def test_amds_gpus_are_given_as_devices(self):
        self.set_up("none")
        path = self.config_with("amd")
        self.addCleanup(self.helper.run, "remove", "--yes", "--config", path)
        done = self.helper.run("ensure", "--json", "--config", path)
        self.assertEqual(done.returncode, 7, done.stdout + done.stderr)
        report = json.loads(done.stdout)
        self.assertEqual(report["state"], "ready without GPU", report)
        self.assertEqual([problem["name"] for problem in report["problems"]], ["gpu.no_device"])
        # Devices of the kernel (null, zero) in the place of AMD's.
        self.sandbox.control("exec", "sh", "-c", "mknod /dev/kfd c 1 3; mkdir -p /dev/dri; mknod /dev/dri/renderD128 c 1 5")
        self.addCleanup(self.sandbox.control, "exec", "sh", "-c", "rm -rf /dev/kfd /dev/dri")
        done = self.helper.run("ensure", "--json", "--config", path)
        self.assertIn("was made without /dev/kfd, /dev/dri", done.stdout)
        self.helper.run("remove", "--yes", "--config", path)
        report = self.helper.json("ensure", "--config", path)
        self.assertEqual(report.get("state"), "ready", report)
        self.assertIn("with the GPUs' devices", json.dumps(report["steps"]))
        self.assertEqual(self.sandbox.docker("exec", "centernet", "sh", "-c", "echo 1 > /dev/kfd && ls /dev/dri").stdout, "renderD128\n")
        self.assertEqual(self.helper.json("ensure", "--config", path)["steps"], [])
        self.assertEqual(self.helper.run("gpu", "--config", path).returncode, 0)

    def test_a_container_whose_runtime_has_gone_is_kept_and_explained(self):
        self.set_up("runtime")
        self.assertEqual(self.helper.json("ensure").get("state"), "ready")
        self.sandbox.docker("stop", "-t", "1", "centernet")
        self.sandbox.control("gpu", "none")
        done = self.helper.run("ensure")
        self.assertEqual(done.returncode, 7, done.stdout + done.stderr)
        self.assertIn("helper ensure centernet --recreate", done.stderr)
        self.assertEqual(self.inspect()["State"]["Status"], "exited")


class Ladder(unittest.TestCase):
    """Each rung of the ladder fails in its own words; the container stays usable."""

    @classmethod
    def setUpClass(cls):
        cls.sandbox = cls.enterClassContext(Sandbox("e2e-ladder"))
        cls.helper = Helper(cls.sandbox)
        cls.addClassCleanup(cls.helper.run, "rpc", "shutdown")

    def setUp(self):
        self.server("rm -f /run/nvidia-fixture /run/nvidia-processes")
        self.sandbox.docker("exec", "centernet", "rm", "-f", "/run/nvidia-fixture")  # there is none at first
        self.helper.run("restart")
        self.assertEqual(self.helper.json("ensure").get("state"), "ready")

    def server(self, script):
        return self.sandbox.control("exec", "sh", "-c", script).stdout

    def inside(self, script):
        done = self.sandbox.docker("exec", "centernet", "sh", "-c", script)
        self.assertEqual(done.returncode, 0, done.stderr)
        return done.stdout

    def gpu(self, *argv):
        done = self.helper.run("gpu", "--json", *argv)
        return done.returncode, json.loads(done.stdout)

    def problems(self):
        status, report = self.gpu()
        self.assertEqual(status, 7 if report["problems"] else 0)
        return [problem["name"] for problem in report["problems"]]

    def test_all_rungs_hold(self):
        status, report = self.gpu()
        self.assertEqual(status, 0, report)
        self.assertEqual([rung["state"] for rung in report["ladder"]], ["holds"] * 5)
        self.assertEqual([gpu["in_container"] for gpu in report["gpus"]], [True, True])
        self.inside("echo inforom > /run/nvidia-fixture")  # it lists the GPUs, and ends with a warning and a status
        self.server("echo inforom > /run/nvidia-fixture")
        status, report = self.gpu()
        self.assertEqual((status, [rung["state"] for rung in report["ladder"]]), (0, ["holds"] * 5), report)
        self.assertEqual(len(report["gpus"]), 2)

    def test_the_processes_on_a_gpu_are_named_with_their_container_and_user(self):
        pid = json.loads(self.sandbox.docker("inspect", "centernet").stdout)[0]["State"]["Pid"]
        self.server(f"echo busy > /run/nvidia-fixture; printf '%s\\n' '0 {pid} 41000 python' '1 1 10 /usr/bin/other' > /run/nvidia-processes")
        _, report = self.gpu()
        first, second = report["gpus"]
        self.assertEqual((first["memory_used_mib"], first["memory_total_mib"], first["utilisation_percent"]), (41234, 81559, 97))
        self.assertEqual(first["processes"], [{"pid": pid, "name": "python", "memory_mib": 41000, "user": "root", "container": "centernet"}])
        self.assertEqual([process["container"] for process in second["processes"]], [""])

    def test_a_gpu_that_is_divided_is_shown(self):
        self.inside("echo mig > /run/nvidia-fixture")
        self.server("echo mig > /run/nvidia-fixture")
        status, report = self.gpu()
        self.assertEqual((status, report["gpus"][0]["utilisation_percent"]), (0, None))
        self.assertTrue(any(line.startswith("MIG 3g.40gb") for line in self.helper.json("status")[0]["gpus"]))

    def test_a_container_that_lost_its_gpus_is_recognised_at_the_next_look_and_a_restart_mends_it(self):
        where = self.inside("cat /proc/1/cgroup").splitlines()
        devices = next((line.split(":")[2] for line in where if line.split(":")[1] == "devices"), None)
        if devices is None:
            self.skipTest("device rules can only be taken away by hand with control groups of version 1")
        with open(f"/sys/fs/cgroup/devices{devices}/devices.deny", "w", encoding="ascii") as file:
            file.write("c 1:7 rwm")  # nvidiactl, as the stand-in makes it
        done = self.helper.run("ensure", "--json")
        self.assertEqual(done.returncode, 7, done.stdout)
        report = json.loads(done.stdout)
        self.assertEqual((report["state"], report["problems"][0]["name"]), ("ready without GPU", "gpu.lost"))
        self.assertIn("helper restart centernet", report["problems"][0]["fix"])
        self.assertEqual(self.helper.json("restart").get("state"), "ready")

    def test_a_driver_that_was_updated_is_told_on_the_server_and_inside(self):
        self.inside("echo mismatch > /run/nvidia-fixture")
        self.assertEqual(self.problems(), ["gpu.not_seen"])
        self.server("echo mismatch > /run/nvidia-fixture")
        self.assertEqual(self.problems(), ["gpu.no_driver"])

    def test_a_server_whose_driver_finds_nothing_is_told(self):
        self.inside("echo none > /run/nvidia-fixture")
        self.server("echo none > /run/nvidia-fixture")
        self.assertEqual(self.problems(), ["gpu.no_device"])

    def test_a_framework_is_asked_on_demand_by_itself(self):
        torch = os.path.join(harness.REPOSITORY, "tests", "sandbox", "images", "torch.py")
        folder = self.inside("/opt/conda/envs/CenterNet/bin/python -c 'import site; print(site.getsitepackages()[0])'").strip()
        self.inside(f"mkdir -p {folder}")
        self.sandbox.control("exec", "--local", "docker", "cp", torch, f"centernet:{folder}/torch.py")
        self.inside(f"mkdir -p {folder}/torch-2.2.0.dist-info")
        status, report = self.gpu("--check")
        self.assertEqual((status, report["frameworks"][0]["version"], report["frameworks"][0]["gpus"]), (0, "2.2.0", 2), report)
        self.inside("mkdir /dev/away; mv /dev/nvidia0 /dev/nvidia1 /dev/away")
        self.assertIn("gpu.framework", [problem["name"] for problem in self.gpu("--check")[1]["problems"]])


if __name__ == "__main__":
    harness.main()
