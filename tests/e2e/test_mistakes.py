"""Mistakes and misfortunes: one clear error each (thing, cause, fix), the documented exit status, nothing half-written."""
import json
import os
import socket
import subprocess
import unittest

import harness
from harness import Helper, Sandbox


class Mistakes(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.sandbox = cls.enterClassContext(Sandbox("e2e-mistakes"))
        cls.helper = Helper(cls.sandbox)
        cls.addClassCleanup(cls.helper.run, "rpc", "shutdown")
        with open(f"{cls.sandbox.client}/helper.json", encoding="utf-8") as file:
            cls.config = json.load(file)

    def changed(self, change):
        """A config file of its own, with the change applied to a copy of the sandbox's."""
        config = json.loads(json.dumps(self.config))
        change(config["targets"]["centernet"])
        path = f"{self.sandbox.client}/changed-{self.id().rsplit('.', 1)[-1]}.json"
        with open(path, "w", encoding="utf-8") as file:
            json.dump(config, file, indent=2)
        return path

    def expect(self, status, *words, argv=("ensure",), change=None, path=None):
        if change is not None:
            path = self.changed(change)
        options = ["--config", path] if path else []
        done = self.helper.run(*argv, *options)
        self.assertEqual(done.returncode, status, done.stdout + done.stderr)
        for word in words:
            self.assertIn(word, done.stderr)
        error = self.helper.json(*argv, *options)["error"]
        for field in ("name", "thing", "cause", "fix"):
            self.assertTrue(error[field], (field, error))
        return error

    def test_an_unknown_key_names_the_nearest(self):
        self.expect(3, 'did you mean "shm_size"', change=lambda t: t["container"].update({"shm-size": "1g"}))

    def test_a_wrong_type_says_what_is_wanted(self):
        self.expect(3, "local_port", change=lambda t: t["ssh"].update({"local_port": "many"}))

    def test_two_targets_on_one_port(self):
        config = json.loads(json.dumps(self.config))
        config["targets"]["other"] = json.loads(json.dumps(config["targets"]["centernet"]))
        config["targets"]["other"]["container"]["name"] = "other"
        path = f"{self.sandbox.client}/two.json"
        with open(path, "w", encoding="utf-8") as file:
            json.dump(config, file)
        self.expect(3, "centernet", "other", argv=("ensure", "other"), path=path)

    def test_no_config_at_all(self):
        self.expect(3, "helper init", path="/nonexistent/helper.json")

    def test_no_such_target(self):
        self.expect(3, "centernet", argv=("ensure", "centrenet"))

    def test_no_such_image(self):
        def change(target):
            target["container"].update({"name": "noimage", "image": "nosuch:9"})
        self.expect(6, "nosuch:9", "docker build", change=change)

    def test_a_folder_of_the_laptop_as_mount_is_told(self):
        def change(target):
            target["container"].update({"name": "laptops", "mounts": ["/Users/me/my_project:/workspace/my_project"]})
            target["ssh"]["local_port"], target["jupyter"]["local_port"] = 2392, 2393
        path = self.changed(change)
        report = self.helper.json("ensure", "--config", path)
        self.helper.run("remove", "--yes", "--config", path)
        self.assertTrue([note for note in report["notes"] if "had no folder /Users/me/my_project to mount" in note], report)

    def test_a_server_that_does_not_answer(self):
        self.expect(4, "127.0.0.1", change=lambda t: t.update({"server": "root@127.0.0.1:1"}))

    def test_a_key_that_the_server_does_not_take(self):
        def change(target):
            target["server"] = f"nobody@{self.sandbox.address}"
        self.expect(4, "nobody", change=change)

    def test_a_server_whose_host_key_is_unknown_is_refused_without_a_terminal(self):
        self.helper.run("rpc", "shutdown")  # a connection that another target of the server made would serve this one too
        hosts = f"{self.sandbox.client}/home/.ssh/known_hosts"
        with open(hosts, encoding="utf-8") as file:
            text = file.read()
        os.truncate(hosts, 0)
        try:
            self.expect(4, "SHA256:", change=lambda t: t["ssh"].update({"local_port": 2390}))
        finally:
            with open(hosts, "w", encoding="utf-8") as file:
                file.write(text)

    def test_a_changed_host_key_is_refused_with_the_line_to_look_at(self):
        self.helper.run("rpc", "shutdown")  # a connection that another target of the server made would serve this one too
        hosts = f"{self.sandbox.client}/home/.ssh/known_hosts"
        with open(hosts, encoding="utf-8") as file:
            text = file.read()
        name = text.split()[0]
        with open(hosts, "w", encoding="utf-8") as file:
            file.write(f"{name} ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIGZvb2Jhcm9vYmFyZm9vYmFyZm9vYmFyZm9vYmFyZm9v\n")
        try:
            self.expect(4, f"{hosts}:1", change=lambda t: t["ssh"].update({"local_port": 2391}))
        finally:
            with open(hosts, "w", encoding="utf-8") as file:
                file.write(text)

    def test_a_user_who_may_not_use_the_engine(self):
        self.expect(5, "usermod -aG docker", change=lambda t: t.update({"server": f"bob@{self.sandbox.name}", "engine": "docker"}))

    def test_an_engine_that_does_not_run(self):
        self.sandbox.control("engine", "stop")
        try:
            self.expect(5, "systemctl start docker", change=lambda t: t.update({"engine": "docker"}))
        finally:
            self.sandbox.control("engine", "start")

    def test_an_image_with_neither_sshd_nor_python_can_be_reached_all_the_same(self):
        def change(target):
            target["container"].update({"name": "bare", "image": "bare:1", "mounts": []})
            target["ssh"]["local_port"] = 2392
            del target["jupyter"]
        path = self.changed(change)
        done = self.helper.run("ensure", "--config", path)
        self.assertEqual(done.returncode, 8, done.stdout + done.stderr)
        self.assertIn("install Python 3 in the image", done.stderr)
        block = f"{self.sandbox.client}/bare-block"
        with open(block, "w", encoding="utf-8") as file:
            file.write(self.helper.run("settings", "--format", "ssh-config", "--config", path).stdout)
        name = self.helper.json("settings", "--config", path)["host_key_alias"]
        said = subprocess.run(["/usr/bin/ssh", "-F", block, "-o", "BatchMode=yes", name, "echo", "here"], capture_output=True, text=True, timeout=30)
        self.assertEqual(said.stdout, "here\n", said.stderr)
        self.helper.run("remove", "--yes", "--config", path)

    def test_a_python_that_is_not_there_lists_those_that_are(self):
        def change(target):
            target["python"] = "conda:Nowhere"
            target["ssh"]["local_port"] = 2395  # it can be reached, so that its ports stay open
            target["jupyter"]["local_port"] = 2396
        self.expect(8, "conda:Nowhere", "/opt/conda/envs/CenterNet/bin/python", change=change)

    def test_a_busy_port_names_its_holder_before_the_server_is_asked(self):
        with socket.socket() as holder:
            holder.bind(("127.0.0.1", 0))
            holder.listen()
            port = holder.getsockname()[1]

            def change(target):
                target["ssh"]["local_port"] = port
                target["server"] = "root@127.0.0.1:1"
            error = self.expect(9, str(port), change=change)
            self.assertIn(str(os.getpid()), error["cause"] + error["fix"])

    def test_a_port_of_another_target_names_that_target_and_a_failed_ensure_holds_none(self):
        self.assertEqual(self.helper.run("ensure").returncode, 0)
        self.addCleanup(self.helper.run, "remove", "--yes")
        self.expect(9, "target centernet of", "set ssh.local_port to", change=lambda t: t["container"].update({"name": "second"}))
        self.assertEqual(self.helper.run("stop").returncode, 0)
        self.expect(4, "127.0.0.1", change=lambda t: t.update({"server": "root@127.0.0.1:1"}))
        self.assertEqual(self.helper.run("ensure").returncode, 0)

    def test_a_full_disk_leaves_nothing_half_written(self):
        folder = f"{self.sandbox.client}/full"
        os.makedirs(folder, exist_ok=True)
        subprocess.run(["mount", "-t", "tmpfs", "-o", "size=64k", "tmpfs", folder], check=True)
        self.addCleanup(subprocess.run, ["umount", "-l", folder], check=True)
        helper = Helper(self.sandbox, XDG_DATA_HOME=f"{folder}/data", XDG_RUNTIME_DIR=f"{self.sandbox.client}/runtime-full")
        os.makedirs(f"{self.sandbox.client}/runtime-full", mode=0o700, exist_ok=True)
        self.addCleanup(helper.run, "rpc", "shutdown")
        self.addCleanup(self.sandbox.docker, "rm", "-f", "centernet")  # of another owner: that of the other folder
        path = self.changed(lambda t: t["ssh"].update({"local_port": 2393}) or t["jupyter"].update({"local_port": 2394}))
        self.assertEqual(helper.run("trust", path).returncode, 0)
        before = [name for _, _, files in os.walk(f"{folder}/data") for name in files]
        filler = os.open(f"{folder}/filler", os.O_WRONLY | os.O_CREAT)
        self.addCleanup(os.close, filler)
        with self.assertRaises(OSError):
            while True:
                os.write(filler, b"x" * 1024)
        done = helper.run("ensure", "--config", path)
        self.assertEqual(done.returncode, 10, done.stdout + done.stderr)
        self.assertRegex(done.stderr, "host_keys|container_keys|ssh_names")
        self.assertIn("df -h", done.stderr)
        left = [name for _, _, files in os.walk(f"{folder}/data") for name in files]
        self.assertEqual(left, before)
        os.ftruncate(filler, 0)
        self.assertEqual(helper.run("ensure", "--config", path).returncode, 0)


if __name__ == "__main__":
    harness.main()
