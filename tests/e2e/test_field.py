"""Cases from the field (tests/field/README.md) on a real engine: builds, and containers in the network of another."""
import json
import os
import shutil
import subprocess
import unittest

import harness
from harness import Helper, Sandbox


class FieldCase(unittest.TestCase):
    """A folder with a helper.json of targets in the sandbox SANDBOX, whose containers have their names."""
    SANDBOX = None

    @classmethod
    def setUpClass(cls):
        if cls.SANDBOX is None:
            raise unittest.SkipTest("the cases are in subclasses")
        cls.sandbox = cls.enterClassContext(Sandbox(cls.SANDBOX, gpu="none"))
        cls.sandbox.make_images("debian-plain:1", *cls.images())
        cls.helper = Helper(cls.sandbox)
        cls.helper.folder = os.path.join(cls.sandbox.client, "field")
        os.makedirs(cls.helper.folder)
        cls.addClassCleanup(cls.helper.run, "rpc", "shutdown")

    @classmethod
    def images(cls):
        return ()

    def setUp(self):
        self.targets = {}

    def tearDown(self):
        for name in self.targets:
            self.helper.run("remove", name, "--yes")
            self.sandbox.docker("rm", "-f", name)
            self.sandbox.docker("rmi", "-f", f"helper/{name}")

    def add(self, name, jupyter=None, **container):
        number = len(self.targets)
        target = {"server": self.sandbox.name, "container": {"name": name, "gpus": "none", "command": ["sleep", "infinity"], **container},
                  "ssh": {"local_port": 2610 + number}, "project": {"remote": "/workspace"}}
        if jupyter is not None:
            target["jupyter"] = {"local_port": 8910 + number, **jupyter}
        self.targets[name] = target
        self.write()

    def write(self):
        with open(os.path.join(self.helper.folder, "helper.json"), "w", encoding="utf-8") as file:
            json.dump({"targets": self.targets}, file)

    def write_dockerfile(self, text):
        with open(os.path.join(self.helper.folder, "Dockerfile"), "w", encoding="utf-8") as file:
            file.write(text)

    def ready(self, name):
        report = self.helper.json("ensure", name, timeout=300)
        self.assertEqual(report.get("state"), "ready", report)
        return report

    def fetch(self, name, path="api"):
        url = f"http://127.0.0.1:{self.targets[name]['jupyter']['local_port']}/{path}"
        return subprocess.run(["curl", "-s", "-o", os.devnull, "-w", "%{http_code}", "--max-time", "10", url], capture_output=True, text=True,
                              timeout=20).stdout


class Builds(FieldCase):
    SANDBOX = "e2e-build"

    def failed(self, text, **build):
        self.write_dockerfile(text)
        self.add("built", build={"context": ".", **build})
        done = self.helper.run("ensure", "built", timeout=300)
        self.assertNotEqual(done.returncode, 0, done.stdout)
        said = done.stdout + done.stderr
        self.assertNotIn("\r", said)
        self.assertNotIn("\x1b", said)
        self.assertNotIn("Sending build context", said)
        return said

    def test_a_cache_of_buildkit_is_built_where_docker_has_it(self):
        self.write_dockerfile("FROM debian-plain:1\nRUN --mount=type=cache,target=/root/.cache echo hi > /hi\n")
        self.add("built", build={"context": "."})
        report = self.ready("built")
        self.assertEqual(sum("build image" in step["text"] for step in report["steps"]), 1)
        self.assertEqual(self.sandbox.docker("exec", "built", "cat", "/hi").stdout, "hi\n")
        self.assertEqual(self.helper.json("ensure", "built")["steps"], [])

    def test_a_command_that_fails_is_told_with_what_it_printed(self):
        said = self.failed("FROM debian-plain:1\nRUN echo one; printf '\\033[91mred\\033[0m\\n'; echo no compiler >&2; exit 3\n")
        for line in ("    | one", "    | red", "    | no compiler"):
            self.assertIn(line, said.splitlines())
        self.assertIn("fix: correct Dockerfile in ", said)

    def test_a_base_image_that_is_not_there_has_the_fix_of_a_pull(self):
        said = self.failed("FROM nosuch-registry.invalid/x:1\n")
        self.assertIn("on the server: docker pull nosuch-registry.invalid/x:1", said)
        self.assertEqual(said.count("network is unreachable"), 1, said)

    def test_a_folder_is_no_dockerfile_before_anything_is_sent(self):
        folder = os.path.join(self.helper.folder, "docker")
        os.makedirs(folder)
        self.addCleanup(shutil.rmtree, folder)
        said = self.failed("FROM debian-plain:1\n", dockerfile="docker")
        self.assertIn("docker is a folder, and a Dockerfile is a file", said)
        self.assertNotIn("build image", said)


class Full(FieldCase):
    """Something has no room: the words of who noticed it, and a fix for that."""
    SANDBOX = "e2e-full"

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        if shutil.which("podman"):
            cls.sandbox.control("podman", timeout=300)

    def on_each_engine(self, check):
        """check(engine, name) with a target of each engine's own."""
        for engine in ("docker", "podman") if shutil.which("podman") else ("docker",):
            with self.subTest(engine):
                name = f"full-{engine}"
                self.add(name, image="centernet:1.2")
                self.targets[name]["engine"] = engine
                self.write()
                check(engine, name)

    def fill(self, folder):
        self.sandbox.control("exec", "sh", "-c", f"mount -t tmpfs -o size=8k tiny {folder}; dd if=/dev/zero of={folder}/x bs=1k 2>/dev/null; :")
        self.addCleanup(self.sandbox.control, "exec", "umount", folder, check=False)

    def test_the_servers_tmp(self):
        def check(engine, name):
            self.ready(name)
            self.fill("/tmp")
            done = self.helper.run("ensure", name)
            if engine == "docker":  # whose runc writes there
                self.assertNotEqual(done.returncode, 0, done.stdout)
                self.assertIn("the engine cannot run a program in it: ", done.stderr)
                self.assertIn("no space left on device", done.stderr)
                self.assertIn("fix: make room; to see what is full, on the server: df -h", done.stderr)
            self.sandbox.control("exec", "umount", "/tmp")
            self.ready(name)
        self.on_each_engine(check)

    def test_the_containers_own_memory_and_its_home(self):
        fill = "dd if=/dev/zero of={}/x bs=1k; exec sleep infinity"
        cases = (({"command": ["sh", "-c", fill.format("/dev")]}, {}, "sshd"),
                 ({"command": ["sh", "-c", fill.format("/home")], "extra_args": ["--tmpfs=/home:size=16k"]}, {"user": "dev", "create": True}, "user dev"))

        def check(engine, name):
            for container, ssh, thing in cases:
                self.helper.run("remove", name, "--yes")
                self.targets[name]["container"].update(container)
                self.targets[name]["ssh"].update(ssh)
                self.write()
                done = self.helper.run("ensure", name)
                self.assertNotEqual(done.returncode, 0, done.stdout)
                self.assertIn(f"error: {thing} in container {name}: ", done.stderr)
                self.assertIn("No space left on device", done.stderr)
                self.assertIn(f"fix: make room in container {name}; to see what is full, on the server: {engine} exec --user 0 {name} df -h", done.stderr)
        self.on_each_engine(check)

    def test_a_containers_tmp_is_no_hindrance(self):
        def check(_, name):
            self.targets[name]["container"].update(extra_args=["--tmpfs=/tmp:size=64k"],
                                                   command=["sh", "-c", "dd if=/dev/zero of=/tmp/x bs=1k; exec sleep infinity"])
            self.write()
            self.ready(name)
        self.on_each_engine(check)


class Networks(FieldCase):
    SANDBOX = "e2e-shared"

    @classmethod
    def images(cls):
        return ("jupyter-notebook:6",)

    def test_in_the_network_of_another_container_sessions_and_jupyter_work(self):
        self.sandbox.docker("run", "-d", "--name", "gw", "debian-plain:1", "sleep", "infinity")
        self.addCleanup(self.sandbox.docker, "rm", "-f", "gw")
        self.add("inner", image="jupyter-notebook:6", jupyter={}, extra_args=["--network=container:gw"])
        self.ready("inner")
        self.assertEqual(self.helper.run("exec", "inner", "--", "echo", "ok").stdout, "ok\n")
        self.assertEqual(self.fetch("inner"), "200")

    def test_a_port_that_another_container_has_is_told_and_not_forwarded(self):
        self.add("first", image="jupyter-notebook:6", jupyter={}, extra_args=["--network=host"])
        self.add("second", image="jupyter-notebook:6", jupyter={}, extra_args=["--network=host"])
        self.ready("first")
        self.assertEqual(self.fetch("first"), "200")
        for _ in range(2):
            report = self.ready("second")
            self.assertIn("a program outside of container second listens on port 8888", json.dumps(report["notes"]))
            self.assertIn('\\"port\\": 8889', json.dumps(report["notes"]))
            self.assertNotEqual(self.fetch("second"), "200")
        self.targets["second"]["jupyter"]["port"] = 8889
        self.write()
        self.ready("second")
        self.assertEqual(self.fetch("second"), "200")


class Jupyters(FieldCase):
    SANDBOX = "e2e-jupconf"

    @classmethod
    def images(cls):
        return ("jupyter-notebook:6", "jupyterlab:4")

    def test_a_configuration_of_the_image_does_not_move_it(self):
        settings = {"base_url": "/hub/x/", "certfile": "/etc/x.pem", "port": 9999, "token": "abc", "ip": "192.0.2.1"}
        text = json.dumps({"ServerApp": settings, "NotebookApp": settings})
        for image in self.images():
            with self.subTest(image=image):
                self.write_dockerfile(f"FROM {image}\nRUN mkdir -p /etc/jupyter && echo '{text}' > /etc/jupyter/jupyter_config.json\n")
                self.targets = {}
                self.add("lab", build={"context": "."}, jupyter={})
                self.ready("lab")
                self.assertEqual(self.fetch("lab"), "200")
                self.assertEqual(self.fetch("lab", "api/contents?token=abc"), "403")
                self.tearDown()


if __name__ == "__main__":
    harness.main()
