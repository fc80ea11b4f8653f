"""GPU set-ups of the engine: each works, or says which piece is missing and the command that installs it."""
import json
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
        self.helper.run("remove")
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

    def test_a_target_without_gpus_is_ready_on_an_engine_without_any(self):
        self.set_up("none")
        with open(f"{self.sandbox.client}/helper.json", encoding="utf-8") as file:
            config = json.load(file)
        config["targets"]["centernet"]["container"]["gpus"] = "none"
        path = f"{self.sandbox.client}/no-gpus.json"
        with open(path, "w", encoding="utf-8") as file:
            json.dump(config, file)
        report = self.helper.json("ensure", "--config", path)
        self.assertEqual(report.get("state"), "ready", report)
        self.helper.run("remove", "--config", path)

    def test_a_container_whose_runtime_has_gone_is_kept_and_explained(self):
        self.set_up("runtime")
        self.assertEqual(self.helper.json("ensure").get("state"), "ready")
        self.sandbox.docker("stop", "-t", "1", "centernet")
        self.sandbox.control("gpu", "none")
        done = self.helper.run("ensure")
        self.assertEqual(done.returncode, 7, done.stdout + done.stderr)
        self.assertIn("helper remove centernet", done.stderr)
        self.assertEqual(self.inspect()["State"]["Status"], "exited")


if __name__ == "__main__":
    harness.main()
