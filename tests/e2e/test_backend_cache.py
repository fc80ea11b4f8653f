"""The IDE's backend in a volume: it outlives the container, and is the user's. The backend is a file of the test's own."""
import json
import os
import unittest

import harness
from harness import Helper, Sandbox

PLACE = "/var/cache/helper-jetbrains"
CACHE = "/home/dev/.cache/JetBrains"
KEPT = f"{CACHE}/RemoteDev/dist/x/file"


class BackendCache(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.sandbox = cls.enterClassContext(Sandbox("e2e-cache"))
        cls.helper = Helper(cls.sandbox)
        cls.addClassCleanup(cls.helper.run, "rpc", "shutdown")
        cls.config = os.path.join(cls.sandbox.client, "helper.json")
        with open(cls.config, encoding="utf-8") as file:
            cls.settings = json.load(file)
        cls.target = cls.settings["targets"]["centernet"]
        cls.target["ssh"].update({"user": "dev", "create": True})

    def write_config(self):
        with open(self.config, "w", encoding="utf-8") as file:
            json.dump(self.settings, file)

    def inside(self, *command):
        return self.sandbox.docker("exec", "--user", "dev", "centernet", *command).stdout.strip()

    def test_1_a_container_from_before_is_not_made_anew_unasked(self):
        self.write_config()
        self.assertEqual(self.helper.json("ensure").get("state"), "ready")
        before = self.sandbox.docker("inspect", "-f", "{{.Id}}", "centernet").stdout
        self.target["ide"] = {"backend_cache": True}
        self.write_config()
        report = self.helper.json("ensure")
        self.assertEqual(report.get("state"), "ready", report)
        self.assertEqual(self.sandbox.docker("inspect", "-f", "{{.Id}}", "centernet").stdout, before)
        self.assertIn("ide.backend_cache", json.dumps(self.helper.json("plan")["drifts"]))

    def test_2_the_cache_of_the_ide_is_the_volume_and_the_users(self):
        report = self.helper.json("ensure", "--recreate")
        self.assertEqual(report.get("state"), "ready", report)
        self.assertEqual(self.inside("readlink", CACHE), PLACE)
        self.assertEqual(self.inside("stat", "-L", "-c", "%U:%G %a", CACHE), "dev:dev 700")
        self.assertIn("helper-centernet-jetbrains", self.sandbox.docker("volume", "ls", "--quiet").stdout.split())
        self.inside("sh", "-c", f"mkdir -p {os.path.dirname(KEPT)} && echo kept > {KEPT}")
        self.assertFalse(self.helper.json("ensure")["changed"])

    def test_3_it_outlives_the_container_whatever_ids_its_user_has_then(self):
        self.target["container"]["shm_size"] = "2g"
        self.write_config()
        self.sandbox.docker("exec", "--user", "0", "centernet", "chown", "-R", "-h", "4321:4321", PLACE)
        report = self.helper.json("ensure", "--recreate")
        self.assertEqual(report.get("state"), "ready", report)
        self.assertTrue(report["changed"])
        self.assertEqual(self.inside("cat", KEPT), "kept")
        self.assertEqual(self.inside("sh", "-c", f"echo more > {KEPT} && stat -c %U:%G {KEPT}"), "dev:dev")

    def test_4_a_folder_there_with_something_in_it_stays(self):
        self.inside("sh", "-c", f"rm {CACHE} && mkdir -p {CACHE}/own")
        report = self.helper.json("restart")
        self.assertEqual(report.get("state"), "ready")
        self.assertEqual(self.inside("ls", CACHE), "own")
        self.assertTrue([note for note in report["notes"] if "~/.cache/JetBrains in container centernet does not lead to the volume" in note], report)

    def test_5_remove_keeps_the_volume_and_says_so(self):
        done = self.helper.run("remove", "--yes")
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertIn("docker volume rm helper-centernet-jetbrains", done.stdout + done.stderr)
        self.assertIn("helper-centernet-jetbrains", self.sandbox.docker("volume", "ls", "--quiet").stdout.split())


if __name__ == "__main__":
    harness.main()
