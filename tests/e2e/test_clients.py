"""The path that PyCharm's SSH interpreter takes, by other clients (paramiko, JSch): with exactly the host, port, user, key and known
host that `helper settings apply` wrote into an IDE's files, and with nothing else."""
import json
import os
import shutil
import subprocess
import unittest
import xml.etree.ElementTree as tree

import harness
from harness import Helper, Sandbox

CLIENTS = os.path.join(harness.REPOSITORY, "tests", "support", "clients")
JSCH = "/usr/share/java/jsch.jar"
# What an IDE puts into ~/.pycharm_helpers and runs by the interpreter, then the project's own file.
PROBE = "import json, os, runpy, sys, traceback\n" \
        "try:\n    runpy.run_path(sys.argv[1], run_name='__main__')\n" \
        "except Exception:\n    frame = traceback.extract_tb(sys.exc_info()[2])[-1]\n" \
        "    print(json.dumps({'python': sys.executable, 'at': [frame.filename, frame.lineno], 'greeting': os.environ.get('GREETING')}))\n" \
        "    sys.exit(3)\n"
PROGRAM = "def train():\n    raise RuntimeError('no data')\n\n\ntrain()\n"


class Interpreter:
    """What PyCharm knows of the project's interpreter, read from its files by following names and ids as it does."""

    def __init__(self, project, config, home):
        options = os.path.join(config, "options")
        sdk = self.only(os.path.join(project, ".idea", "misc.xml"), ".//component[@name='ProjectRootManager']").get("project-jdk-name")
        jdk = self.only(os.path.join(options, "jdk.table.xml"), ".//jdk", lambda e: e.find("name").get("value") == sdk)
        self.python = jdk.find("homePath").get("value")
        self.assert_same(self.python, jdk.find("additional").get("INTERPRETER_PATH"))
        chosen = {o.get("name"): o.get("value") for o in jdk.iterfind("additional/targetEnvironmentConfiguration/config/option")}
        self.root = chosen["projectRootOnTarget"]
        server = self.only(os.path.join(options, "webServers.xml"), f".//webServer[@id='{chosen['webServerConfigId']}']")
        transfer = server.find("fileTransfer")
        ssh = self.only(os.path.join(options, "sshConfigs.xml"), f".//sshConfig[@id='{transfer.get('sshConfigId')}']")
        self.host, self.port, self.user = ssh.get("host"), int(ssh.get("port")), ssh.get("username")
        self.assert_same((self.host, str(self.port)), (transfer.get("host"), transfer.get("port")))
        self.key = ssh.get("keyPath").replace("$USER_HOME$", home)
        paths = self.only(os.path.join(project, ".idea", "deployment.xml"), f".//paths[@name='{server.get('name')}']")
        self.mappings = [(m.get("local").replace("$PROJECT_DIR$", project), m.get("deploy")) for m in paths.iter("mapping")]

    @staticmethod
    def assert_same(one, other):
        if one != other:
            raise AssertionError(f"{one!r} here, {other!r} there")

    @staticmethod
    def only(file, path, holds=lambda _: True):
        found = [element for element in tree.parse(file).getroot().iterfind(path) if holds(element)]
        if len(found) != 1:
            raise AssertionError(f"{file}: {path} is there {len(found)} times")
        return found[0]

    def there(self, local):
        root, deploy = next(pair for pair in self.mappings if local.startswith(pair[0] + "/"))
        return deploy + local[len(root):]

    def here(self, remote):
        root, deploy = next(pair for pair in self.mappings if remote.startswith(pair[1] + "/"))
        return root + remote[len(deploy):]


class Clients(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.sandbox = cls.enterClassContext(Sandbox("e2e-clients", gpu="none"))
        cls.helper = Helper(cls.sandbox)
        cls.addClassCleanup(cls.helper.run, "rpc", "shutdown")
        cls.home = cls.helper.environment["HOME"]
        cls.project = os.path.join(cls.sandbox.client, "my project")
        os.makedirs(cls.project)
        cls.program = os.path.join(cls.project, "train.py")
        with open(cls.program, "w", encoding="utf-8") as file:
            file.write(PROGRAM)
        # The one kind of key that JSch 0.1.55 and every OpenSSH of today take.
        key = os.path.join(cls.home, ".ssh", "id_for_ide")
        os.makedirs(os.path.dirname(key), mode=0o700, exist_ok=True)
        subprocess.run(["/usr/bin/ssh-keygen", "-q", "-t", "ecdsa", "-m", "PEM", "-N", "", "-f", key], check=True)
        with open(os.path.join(cls.sandbox.client, "helper.json"), encoding="utf-8") as file:
            config = json.load(file)
        target = config["targets"]["centernet"]
        target["container"].update(gpus="none", env={"GREETING": "hello  \"world\""})
        target["ssh"]["key"] = key
        target["project"] = {"local": cls.project, "remote": "/workspace/my_project"}
        with open(os.path.join(cls.project, "helper.json"), "w", encoding="utf-8") as file:
            json.dump(config, file)
        config_folder = os.path.join(cls.home, ".config", "JetBrains", "PyCharm2026.1")
        os.makedirs(os.path.join(config_folder, "options"))
        cls.run_helper("ensure")
        cls.applied = cls.run_helper("settings", "apply")
        cls.interpreter = Interpreter(cls.project, config_folder, cls.home)

    @classmethod
    def run_helper(cls, *verb):
        done = cls.helper.run(*verb, "--config", os.path.join(cls.project, "helper.json"), "--json")
        if done.returncode != 0:
            raise AssertionError(f"{verb}: exit {done.returncode}\n{done.stdout}{done.stderr}")
        return json.loads(done.stdout)

    def uploads(self):
        """A helper script where an IDE puts its own, and the project's file where the mapping says."""
        probe = os.path.join(self.sandbox.client, "probe.py")
        with open(probe, "w", encoding="utf-8") as file:
            file.write(PROBE)
        return {probe: "/root/.pycharm_helpers/probe.py", self.program: self.interpreter.there(self.program)}

    def check(self, status, out, debugger):
        self.assertEqual(status, 3, out)
        answer = json.loads(out)
        self.assertEqual(answer["python"], self.interpreter.python)
        self.assertEqual(answer["greeting"], "hello  \"world\"")
        self.assertEqual((self.interpreter.here(answer["at"][0]), answer["at"][1]), (self.program, 2))
        self.assertEqual(debugger, "stopped at a breakpoint")

    def test_paramiko_uploads_runs_and_is_called_back(self):
        i = self.interpreter
        given = {"host": i.host, "port": i.port, "user": i.user, "key": i.key, "known_hosts": os.path.join(self.home, ".ssh", "known_hosts"),
                 "interpreter": i.python, "uploads": self.uploads(), "script": f"/root/.pycharm_helpers/probe.py {i.there(self.program)}"}
        done = subprocess.run(["/usr/bin/python3", "-B", os.path.join(CLIENTS, "paramiko_client.py")], input=json.dumps(given), capture_output=True,
                              text=True, timeout=120, env={"PATH": "/usr/bin:/bin", "HOME": "/nonexistent"})
        self.assertEqual(done.returncode, 0, done.stderr)
        answer = json.loads(done.stdout)
        self.check(answer["status"], answer["out"], answer["debugger"])

    @unittest.skipUnless(shutil.which("javac") and os.path.exists(JSCH), "there is no JDK, or no JSch")
    def test_jsch_uploads_runs_and_is_called_back(self):
        i = self.interpreter
        argv = ["java", "-cp", JSCH, os.path.join(CLIENTS, "JschClient.java"), i.host, str(i.port), i.user, i.key,
                os.path.join(self.home, ".ssh", "known_hosts"), i.python, f"/root/.pycharm_helpers/probe.py {i.there(self.program)}"]
        for pair in self.uploads().items():
            argv += pair
        done = subprocess.run(argv, capture_output=True, text=True, timeout=120, stdin=subprocess.DEVNULL)
        self.assertEqual(done.returncode, 0, done.stderr)
        status, out, debugger = done.stdout.splitlines()
        self.check(int(status), out, debugger)

    def test_a_client_that_expects_another_host_key_is_refused(self):
        known_hosts = os.path.join(self.sandbox.client, "other_known_hosts")
        with open(known_hosts, "w", encoding="utf-8") as file:
            file.write(f"[{self.interpreter.host}]:{self.interpreter.port} ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIGZvb2Jhcm9vYmFyZm9vYmFyZm9vYmFyZm9vYmFyZm9v\n")
        i = self.interpreter
        given = {"host": i.host, "port": i.port, "user": i.user, "key": i.key, "known_hosts": known_hosts, "interpreter": i.python, "uploads": {},
                 "script": "-V"}
        done = subprocess.run(["/usr/bin/python3", "-B", os.path.join(CLIENTS, "paramiko_client.py")], input=json.dumps(given), capture_output=True,
                              text=True, timeout=120)
        self.assertNotEqual(done.returncode, 0)
        self.assertIn("BadHostKeyException", done.stderr)

    def test_nothing_but_the_files_it_names_was_touched(self):
        named = {entry["file"] for entry in self.applied["files"] if entry["outcome"] == "written"}
        self.assertTrue(named)
        for folder in (os.path.join(self.home, ".config", "JetBrains"), os.path.join(self.project, ".idea")):
            for root, _, names in os.walk(folder):
                for name in names:
                    self.assertIn(os.path.join(root, name), named)


if __name__ == "__main__":
    harness.main()
