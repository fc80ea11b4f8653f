"""JupyterLab where a container has none: who is asked, real pip in the container, and what is told when it fails. What pip installs is a
stand-in of that name, from a folder in the container (PIP_FIND_LINKS): the sandbox has no way to a package index."""
import base64
import io
import json
import os
import re
import subprocess
import unittest
import urllib.error
import urllib.request
import zipfile

import harness
from harness import HELPER_BIN_DIR, Helper, Sandbox

NAME = "jupyterlab"  # as pip is told; the wheel below is a stand-in of these tests
PROGRAM = '''"""A stand-in of helper's end-to-end tests: it listens where its settings say, and lets in who has the token."""
import http.server
import json
import sys

if sys.argv[1:] == ["--version"]:
    print("4.9.9")
    sys.exit()
with open(sys.argv[1][len("--config="):]) as file:
    settings = json.load(file)["ServerApp"]


class Handler(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        self.send_response(200 if self.headers.get("Authorization") == "token " + settings["token"] else 403)
        self.end_headers()
        self.wfile.write(b"{}")


http.server.ThreadingHTTPServer((settings["ip"], settings["port"]), Handler).serve_forever()
'''


def wheel():
    """The bytes of the stand-in's wheel (PEP 427)."""
    info = f"{NAME}-4.9.9.dist-info"
    files = {f"{NAME}/__init__.py": "", f"{NAME}/__main__.py": PROGRAM,
             f"{info}/METADATA": f"Metadata-Version: 2.1\nName: {NAME}\nVersion: 4.9.9\nSummary: A stand-in of helper's tests\n",
             f"{info}/WHEEL": "Wheel-Version: 1.0\nGenerator: helper-tests\nRoot-Is-Purelib: true\nTag: py3-none-any\n"}
    files[f"{info}/RECORD"] = "".join(f"{name},,\n" for name in (*files, f"{info}/RECORD"))
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, text in files.items():
            archive.writestr(name, text)
    return packed.getvalue()


FROM_A_FOLDER = {"PIP_NO_INDEX": "1", "PIP_FIND_LINKS": "/wheels"}
UV = '''#!/bin/sh
# A stand-in for uv of helper's tests: `uv pip install --python PYTHON NAME`, by the pip of another environment.
[ "$1 $2 $3" = "pip install --python" ] || exit 2
exec /opt/venv/bin/python -m pip --python "$4" install "$5"
'''


class InstallTest(unittest.TestCase):
    sandbox = None
    ports = iter(range(24600, 24700, 10))

    @classmethod
    def setUpClass(cls):
        cls.sandbox = cls.enterClassContext(Sandbox("e2e-inst"))
        cls.sandbox.make_images("pip")

    def setUp(self):
        self.name = re.sub("[^a-z]+", "-", self.id().rsplit("test_", 1)[1])[:40].strip("-")
        self.helper = Helper(self.sandbox)
        self.helper.folder = os.path.join(self.sandbox.client, self.name)
        os.makedirs(self.helper.folder)
        self.port = next(self.ports)
        self.addCleanup(self.remove)

    def remove(self):
        self.sandbox.docker("rm", "-f", self.name)
        self.helper.run("remove", "--yes")

    def write(self, python="auto", env=None, install=None):
        jupyter = {"local_port": self.port + 1, **({} if install is None else {"install": install})}
        target = {"server": self.sandbox.name, "container": {"image": "pip:1", "gpus": "none", "env": FROM_A_FOLDER if env is None else env},
                  "ssh": {"local_port": self.port}, "jupyter": jupyter, "python": python, "project": {"remote": "/work"}}
        with open(os.path.join(self.helper.folder, "helper.json"), "w", encoding="utf-8") as file:
            json.dump({"targets": {self.name: target}}, file)

    def inside(self, *command):
        done = self.sandbox.docker("exec", self.name, *command)
        self.assertEqual(done.returncode, 0, done.stdout + done.stderr)
        return done.stdout

    def put(self, path, content, mode="644"):
        text = base64.b64encode(content).decode()
        self.inside("sh", "-c", 'mkdir -p "$(dirname "$1")" && echo "$2" | base64 -d > "$1" && chmod "$3" "$1"', "sh", path, text, mode)

    def prepare(self):
        """The container with the wheel and a virtual environment with pip, in which the target's Python is from then on."""
        self.write()
        report = self.ensure()
        self.put(f"/wheels/{NAME}-4.9.9-py3-none-any.whl", wheel())
        self.inside("sh", "-c", "mkdir -p /work && python3 -m venv /opt/venv")
        return report

    def ensure(self):
        report = self.helper.json("ensure")
        self.assertEqual(report.get("state"), "ready", report)
        return report

    def has_it(self, python="/opt/venv/bin/python"):
        return self.sandbox.docker("exec", self.name, python, "-c", f"import {NAME}").returncode == 0

    def assert_answers(self, report):
        url, _, token = report["settings"]["jupyter_url"].partition("?token=")
        request = urllib.request.Request(url + "api/status", headers={"Authorization": f"token {token}"})
        with urllib.request.urlopen(request, timeout=30) as answer:
            self.assertEqual(answer.status, 200)
        with self.assertRaises(urllib.error.HTTPError):
            urllib.request.urlopen(url + "api/status", timeout=30)

    def test_a_person_is_asked_once(self):
        first = self.prepare()
        self.assertRegex("\n".join(first["notes"]), "Jupyter is not in the container; to add it: helper exec")
        self.write(python="/opt/venv/bin/python")
        self.helper.run("trust")
        screen, status = self.helper.answer_in_a_terminal("no", "ensure")
        self.assertEqual(status, 0, screen)
        self.assertIn("/opt/venv/bin/python -m pip install jupyterlab", screen)
        self.assertIn("to add it: helper exec", screen)
        self.assertFalse(self.has_it())
        screen, status = self.helper.answer_in_a_terminal("yes", "ensure")
        self.assertEqual((status, "[yes/no]" in screen), (0, False), screen)
        self.helper.run("rpc", "shutdown")
        screen, status = self.helper.answer_in_a_terminal("yes", "ensure")
        self.assertEqual(status, 0, screen)
        self.assertEqual(screen.count("[yes/no]"), 1, screen)
        self.assertRegex(screen, "installed JupyterLab for /opt/venv/bin/python")
        self.assertRegex(screen, "started JupyterLab 4.9.9 for root")
        self.assertTrue(self.has_it())
        report = self.ensure()
        self.assertEqual(report["steps"], [])
        self.assert_answers(report)

    def test_the_config_agrees_where_nobody_can_be_asked(self):
        self.prepare()
        self.write(python="/opt/venv/bin/python")
        self.assertFalse(self.ensure()["changed"])
        self.write(python="/opt/venv/bin/python", install=True)
        report = self.ensure()
        self.assertIn("install JupyterLab for /opt/venv/bin/python", [step["text"] for step in report["steps"]])
        self.assert_answers(report)
        self.assertEqual(self.ensure()["steps"], [])

    def test_an_environment_without_pip_gets_it_by_uv(self):
        self.prepare()
        self.inside("python3", "-m", "venv", "--without-pip", "/opt/bare")
        self.write(python="/opt/bare/bin/python", install=True)
        report = self.ensure()
        self.assertRegex("\n".join(report["notes"]), "No module named pip; .*-m ensurepip")
        self.put("/usr/local/bin/uv", UV.encode(), "755")
        self.assert_answers(self.ensure())

    def test_a_python_of_the_distribution_is_left_alone_and_the_fix_works_as_it_is_written(self):
        self.prepare()
        self.write(python="/usr/bin/python3", install=True)
        note = "\n".join(self.ensure()["notes"])
        self.assertIn("error: externally-managed-environment", note)
        self.assertNotIn("break-system-packages", note)
        self.assertFalse(self.has_it("/usr/bin/python3"))
        fix = re.search("make a virtual environment beside it: (helper exec .*)", note).group(1)
        environment = {**self.helper.environment, "PATH": f"{HELPER_BIN_DIR}:{self.helper.environment['PATH']}"}
        done = subprocess.run(["sh", "-c", fix], cwd=self.helper.folder, env=environment, stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=180)
        self.assertEqual(done.returncode, 0, fix + "\n" + done.stdout + done.stderr)
        self.assertTrue(self.has_it("/root/.venv/bin/python"))
        self.assert_answers(self.ensure())

    def test_without_a_network_the_target_is_ready_and_told_so(self):
        self.write(env={"PIP_RETRIES": "0", "PIP_DEFAULT_TIMEOUT": "3"})
        self.ensure()
        self.inside("sh", "-c", "mkdir -p /work && python3 -m venv /opt/venv")
        self.write(python="/opt/venv/bin/python", env={"PIP_RETRIES": "0", "PIP_DEFAULT_TIMEOUT": "3"}, install=True)
        report = self.ensure()
        self.assertRegex("\n".join(report["notes"]), "JupyterLab could not be installed: ERROR: .*pip got nothing from the package index")
        self.assertEqual(self.helper.run("exec", "--", "echo", "in").stdout, "in\n")

    def test_a_container_that_helper_did_not_make_is_not_changed_by_the_config_alone(self):
        self.sandbox.docker("run", "--detach", "--name", self.name, *(word for name, value in FROM_A_FOLDER.items() for word in ("--env", f"{name}={value}")),
                            "pip:1", "sleep", "infinity")
        self.put(f"/wheels/{NAME}-4.9.9-py3-none-any.whl", wheel())
        self.inside("sh", "-c", "mkdir -p /work && python3 -m venv /opt/venv")
        self.write(python="/opt/venv/bin/python", install=True)
        self.ensure()
        self.assertFalse(self.has_it())
        screen, status = self.helper.answer_in_a_terminal("yes", "ensure")
        self.assertEqual(status, 0, screen)
        self.assertIn("helper did not make this container", screen)
        self.assertTrue(self.has_it())


if __name__ == "__main__":
    harness.main()
