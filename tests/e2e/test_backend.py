"""A JetBrains backend in the container: `helper ide push`, and the Gateway link that uses it.

The IDE is a stand-in: a few files of the shape that JetBrains' archives have, whose remote-dev-server.sh answers `status` as a real one is
known to. It lies in a volume. No real IDE was run.
"""
import hashlib
import io
import json
import os
import tarfile
import unittest

import harness
from harness import Helper, Sandbox

# A stand-in for an IDE's bin/remote-dev-server.sh, with the noise that a real one prints before and after.
REMOTE_DEV_SERVER = """#!/bin/sh
[ "$1" = status ] || exit 1
cat <<'END'
2026-04-01 12:00:00,000 [      1]   INFO - stand-in - {log} lines [come] first
STATUS:
{
  "appPid": 42,
  "appVersion": "PY-261.22158.46",
  "projects": [
    {"projectName": "other", "projectPath": "/elsewhere", "gatewayLink": "jetbrains-gateway://connect#newUi=false"},
    {"projectName": "my_project", "projectPath": "/workspace/my_project", "joinLink": "tcp://127.0.0.1:5990#jt=x&fp=y",
     "gatewayLink": "jetbrains-gateway://connect#idePath=%2Fevil&host=evil&port=1&user=eve&type=ssh&deploy=true&runFromIdeToken=0a-1b"}
  ]
}
goodbye }
END
"""
PRODUCT_INFO = {"name": "PyCharm", "version": "2026.1.1", "buildNumber": "261.22158.46", "productCode": "PY", "dataDirectoryName": "PyCharm2026.1"}
NAME = "pycharm-2026.1.1"
DIST = "/root/.cache/JetBrains/RemoteDev/dist"


def write_archive(path, files):
    with tarfile.open(path, "w:gz") as tar:
        for name, (text, mode) in files.items():
            info = tarfile.TarInfo(f"{NAME}/{name}")
            info.size, info.mode = len(text), mode
            tar.addfile(info, io.BytesIO(text))


class Backend(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.sandbox = cls.enterClassContext(Sandbox("e2e-backend"))
        cls.helper = Helper(cls.sandbox)
        cls.addClassCleanup(cls.helper.run, "rpc", "shutdown")
        cls.config = os.path.join(cls.sandbox.client, "helper.json")
        cls.configure({"mounts": ["/home/my_project:/workspace/my_project", "jetbrains:/root/.cache/JetBrains"]})
        cls.archive = os.path.join(cls.sandbox.client, f"{NAME}.tar.gz")
        write_archive(cls.archive, {"product-info.json": (json.dumps(PRODUCT_INFO).encode(), 0o644),
                                    "bin/remote-dev-server.sh": (REMOTE_DEV_SERVER.encode(), 0o755),
                                    "lib/app.jar": (os.urandom(5_000_000), 0o644)})
        with open(cls.archive, "rb") as file:
            cls.sum = hashlib.sha256(file.read()).hexdigest()
        cls.folder = f"{DIST}/{cls.sum[:13]}_{NAME}"

    @classmethod
    def configure(cls, container):
        with open(cls.config, encoding="utf-8") as file:
            settings = json.load(file)
        settings["targets"]["centernet"]["container"].update(container)
        with open(cls.config, "w", encoding="utf-8") as file:
            json.dump(settings, file)

    def inside(self, *command):
        return self.sandbox.docker("exec", "centernet", *command)

    def test_1_without_a_backend_the_link_asks_for_none(self):
        done = self.helper.run("open", "gateway", "--print")
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertNotIn("deploy", done.stdout)
        self.assertIsNone(self.helper.json("settings")["links"]["backend"])

    def test_2_an_archive_that_is_not_what_its_sum_says_is_not_sent(self):
        beside = self.archive + ".sha256"
        with open(beside, "w", encoding="utf-8") as file:
            file.write("0" * 64 + f" *{NAME}.tar.gz\n")
        self.addCleanup(os.unlink, beside)
        done = self.helper.run("ide", "push", self.archive)
        self.assertEqual(done.returncode, 10)
        self.assertIn("not the one in", done.stderr)

    def test_3_what_is_no_ide_leaves_nothing_behind(self):
        other = os.path.join(self.sandbox.client, "other.tar.gz")
        write_archive(other, {"README": (b"no IDE", 0o644)})
        done = self.helper.run("ide", "push", other)
        self.assertEqual(done.returncode, 2, done.stderr)
        self.assertIn("holds no IDE", done.stderr)
        self.assertEqual(self.inside("ls", "-A", DIST).stdout, "")
        with open(other, "wb") as file:
            file.write(b"PK\3\4")
        self.assertEqual(self.helper.run("ide", "push", other).returncode, 10)

    def test_4_the_ide_is_where_gateway_looks(self):
        with open(self.archive + ".sha256", "w", encoding="utf-8") as file:
            file.write(f"{self.sum} *{NAME}.tar.gz\n")
        done = self.helper.run("ide", "push", self.archive)
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertIn("PyCharm 2026.1.1 (PY-261.22158.46)", done.stdout)
        self.assertEqual(self.inside("ls", "-A", DIST).stdout.split(), [os.path.basename(self.folder)])
        self.assertEqual(self.inside("stat", "-c", "%s", f"{self.folder}/.expandSucceeded").stdout, "0\n")
        self.assertEqual(self.inside("stat", "-c", "%s %U", f"{self.folder}/lib/app.jar").stdout, "5000000 root\n")
        self.assertEqual(self.inside("stat", "-c", "%a", f"{self.folder}/bin/remote-dev-server.sh").stdout, "755\n")

    def test_5_what_is_there_is_not_sent_again(self):
        answer = self.helper.json("ide", "push", self.archive)
        self.assertEqual((answer["changed"], answer["sha256"]), (False, self.sum))

    def test_6_the_link_uses_the_backend_and_goes_through_our_tunnel(self):
        settings = self.helper.json("settings")
        link = settings["links"]["gateway"]
        self.assertEqual(settings["links"]["backend"], {"path": self.folder, "product_code": "PY", "build": "261.22158.46", "name": "PyCharm 2026.1.1"})
        start, _, rest = link.partition("&projectPath=")
        self.assertEqual(start, f"jetbrains-gateway://connect#type=ssh&host=127.0.0.1&port={settings['port']}&user=root")
        path = self.folder.replace("/", "%2F")
        self.assertEqual(rest, f"%2Fworkspace%2Fmy_project&deploy=false&idePath={path}&productCode=PY&buildNumber=261.22158.46&runFromIdeToken=0a-1b")
        self.assertEqual(self.helper.run("open", "gateway", "--print").stdout.strip(), link)

    def test_7_a_backend_that_never_answers_costs_its_time_limit_only(self):
        script = f"{self.folder}/bin/remote-dev-server.sh"
        self.inside("sh", "-c", f"cp {script} /tmp/kept; printf '#!/bin/sh\\nyes {{ | head -c 100000000; exec sleep 600\\n' > {script}")
        self.addCleanup(self.inside, "sh", "-c", f"cat /tmp/kept > {script}")
        done = self.helper.run("open", "gateway", "--print")
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertTrue(done.stdout.strip().endswith("&productCode=PY&buildNumber=261.22158.46"), done.stdout)

    def test_8_in_a_volume_it_outlives_the_container(self):
        before = self.sandbox.docker("inspect", "-f", "{{.Id}}", "centernet").stdout
        self.configure({"shm_size": "2g"})
        report = self.helper.json("ensure", "--recreate")
        self.assertEqual(report.get("state"), "ready", report)
        self.assertNotEqual(self.sandbox.docker("inspect", "-f", "{{.Id}}", "centernet").stdout, before)
        self.assertFalse(self.helper.json("ide", "push", self.archive)["changed"])
        self.assertEqual(self.helper.json("settings")["links"]["backend"]["path"], self.folder)

    def test_9_remove_leaves_the_volume(self):
        self.assertEqual(self.helper.run("remove", "--yes").returncode, 0)
        self.assertIn("jetbrains", self.sandbox.docker("volume", "ls", "--quiet").stdout.split())

    def test_a_home_of_the_server_gets_an_ide_only_with_a_yes(self):
        self.sandbox.control("exec", "mkdir", "-p", "/srv/home of/root")
        self.configure({"mounts": ["/home/my_project:/workspace/my_project", "/srv/home of/root:/root"]})
        self.assertEqual(self.helper.json("ensure").get("state"), "ready")
        done = self.helper.run("ide", "push", self.archive)
        self.assertEqual(done.returncode, 2, done.stderr)
        self.assertIn("the server's own folder, mounted at /root", done.stderr)
        self.assertIn("--yes", done.stderr)
        self.assertEqual(self.sandbox.control("exec", "ls", "-A", "/srv/home of/root").stdout, "")
        self.assertTrue(self.helper.json("ide", "push", self.archive, "--yes")["changed"])
        self.assertFalse(self.helper.json("ide", "push", self.archive)["changed"])


if __name__ == "__main__":
    harness.main()
