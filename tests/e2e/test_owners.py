"""Whose a container is: two people and two laptops with one config, copies of a container, containers from earlier versions."""
import json
import os
import re
import shutil
import subprocess
import time
import unittest
import urllib.error
import urllib.request
from concurrent.futures import ThreadPoolExecutor

import harness
from harness import Helper, Sandbox

FOREIGN = 6  # the exit status of container.foreign
ALICE, BOB = "a" * 32, "b" * 32


class Client:
    """A home of its own with a daemon of its own; the way to the server is that of the sandbox's client."""

    def __init__(self, sandbox, name, owner, port, person="alice"):
        self.folder = os.path.join(sandbox.client, name)
        self.host = "box"
        self.home = os.path.join(self.folder, "home")
        os.makedirs(os.path.join(self.home, ".ssh"), 0o700)
        os.makedirs(os.path.join(self.folder, "runtime"), 0o700)
        shutil.copy(os.path.join(sandbox.client, "home", ".ssh", "config"), os.path.join(self.home, ".ssh", "config"))
        self.data = os.path.join(self.home, ".local", "share")
        self.port, self.sandbox = port, sandbox
        self.config = os.path.join(self.folder, "helper.json")
        self.helper = Helper(sandbox, HOME=self.home, XDG_RUNTIME_DIR=os.path.join(self.folder, "runtime"), XDG_DATA_HOME=self.data,
                             XDG_CONFIG_HOME=os.path.join(self.home, ".config"), XDG_STATE_HOME=os.path.join(self.home, ".local", "state"),
                             XDG_CACHE_HOME=os.path.join(self.home, ".cache"))
        self.helper.folder = self.folder
        os.makedirs(os.path.join(self.data, "helper"), 0o700)
        with open(os.path.join(self.data, "helper", "owner.json"), "w", encoding="utf-8") as file:
            json.dump({"id": owner, "name": person}, file)

    def write(self, env=None, engine="auto", **container):
        target = {"server": self.sandbox.name, "engine": engine, "container": {"name": "box", "image": "centernet:1.2", "gpus": "none", **container},
                  "ssh": {"local_port": self.port, "env": env or {}}}
        with open(self.config, "w", encoding="utf-8") as file:
            json.dump({"targets": {"box": target}}, file)
        return self

    def run(self, *argv):
        return self.helper.run(*argv, "--config", self.config)

    def ensure(self, *more):
        done = self.run("ensure", "--json", *more)
        if done.returncode != 0:
            raise AssertionError(done.stdout + done.stderr)
        return json.loads(done.stdout)

    def ssh(self, command="echo in"):
        """OpenSSH with exactly the Host block that helper printed, and strict checking of the host key."""
        block = os.path.join(self.folder, "block")
        if not os.path.exists(block):
            with open(block, "w", encoding="utf-8") as file:
                file.write(self.run("settings", "--format", "ssh-config").stdout)
        return subprocess.run(["/usr/bin/ssh", "-F", block, "-o", "BatchMode=yes", "-o", "ConnectTimeout=15", self.host, command],
                              stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=60)

    def close(self):
        self.helper.run("rpc", "shutdown")


class Owners(unittest.TestCase):
    engine = "docker"
    name = "e2e-owners"

    @classmethod
    def setUpClass(cls):
        cls.sandbox = cls.enterClassContext(Sandbox(cls.name))
        cls.prepare()
        port = cls.sandbox.status()["local_ports"]["ssh"] + 20000
        cls.alice = cls.client("alice", ALICE, port)
        cls.laptop = cls.client("laptop", ALICE, port + 1)
        cls.bob = cls.client("bob", BOB, port + 2, "bob")

    @classmethod
    def prepare(cls):
        pass

    @classmethod
    def client(cls, name, owner, port, person="alice"):
        client = Client(cls.sandbox, name, owner, port, person).write(engine=cls.engine)
        cls.addClassCleanup(client.close)
        return client

    def setUp(self):
        for client in (self.alice, self.laptop, self.bob):
            client.write(engine=self.engine)
            client.run("stop")  # ends its tunnels; of another's container it is refused
        self.on_server("rm", "--force", "box")
        for volume in self.volumes():
            self.on_server("volume", "rm", volume)
        for client in (self.alice, self.laptop, self.bob):
            for known in ("known_hosts", "container_keys", "host_keys"):
                path = os.path.join(client.data, "helper", known)
                shutil.rmtree(path, ignore_errors=True)
                if os.path.isfile(path):
                    os.unlink(path)
            block = os.path.join(client.folder, "block")
            if os.path.exists(block):
                os.unlink(block)

    def on_server(self, *argv):
        return self.sandbox.control("exec", self.engine, *argv, check=False)

    def volumes(self):
        return [name for name in self.on_server("volume", "ls", "--quiet").stdout.split() if name.startswith("helper-of-")]

    def container_id(self):
        return self.on_server("container", "inspect", "--format", "{{.Id}}", "box").stdout.strip()

    def sshd(self):
        """The process of our sshd that listens: it changes with every start."""
        return self.on_server("exec", "box", "cat", "/dev/helper/run/sshd.pid").stdout.strip()

    def works(self, client):
        done = client.ssh()
        self.assertEqual((done.returncode, done.stdout), (0, "in\n"), done.stderr)
        self.assertNotIn("HAS CHANGED", done.stderr)

    def is_refused(self, client, *argv, owner="alice"):
        done = client.run(*argv)
        self.assertEqual(done.returncode, FOREIGN, f"{argv}: {done.stdout}{done.stderr}")
        self.assertIn("[container.foreign]", done.stderr)
        self.assertIn(f"--owner {owner} --yes", done.stderr)
        return done.stderr

    # one person, two laptops

    def test_two_laptops_of_one_person_use_one_container_side_by_side(self):
        self.alice.ensure()
        self.works(self.alice)
        before = self.sshd()
        self.assertTrue(before)
        report = self.laptop.ensure()
        self.assertEqual([step["text"] for step in report["steps"] if "sshd" in step["text"] and step["text"].startswith("start")], [])
        for client in (self.laptop, self.alice):
            self.works(client)
            self.assertEqual(client.ensure()["steps"], [])
        self.assertEqual(self.sshd(), before)

    def test_another_environment_on_the_second_laptop_restarts_nothing(self):
        self.alice.write(env={"MODE": "first"}, engine=self.engine).ensure()
        before = self.sshd()
        report = self.laptop.write(env={"MODE": "second"}, engine=self.engine).ensure()
        self.assertTrue(any("of another client" in note for note in report["notes"]), report["notes"])
        self.assertEqual(self.alice.ensure()["steps"], [])
        self.assertEqual(self.sshd(), before)
        self.assertEqual(self.alice.ssh("echo $MODE").stdout, "first\n")

    def test_the_second_laptop_starts_and_recreates_it_with_the_same_host_keys(self):
        self.alice.ensure()
        self.works(self.alice)
        self.on_server("stop", "--time", "1", "box")
        self.laptop.ensure()
        self.works(self.laptop)
        self.alice.ensure()
        self.works(self.alice)
        self.laptop.write(engine=self.engine, shm_size="128m").ensure("--recreate")
        self.works(self.laptop)
        self.assertEqual(len(self.volumes()), 1)
        self.alice.write(engine=self.engine, shm_size="128m").ensure()
        self.works(self.alice)

    def test_a_session_goes_on_while_the_other_laptop_comes(self):
        self.alice.ensure()
        self.works(self.alice)
        block = os.path.join(self.alice.folder, "block")
        with subprocess.Popen(["/usr/bin/ssh", "-F", block, "-o", "BatchMode=yes", "box", "cat"], stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                              text=True) as session:
            session.stdin.write("before\n")
            session.stdin.flush()
            self.assertEqual(session.stdout.readline(), "before\n")
            self.laptop.ensure()
            self.assertEqual(session.communicate("after\n", timeout=30)[0], "after\n")

    # two people

    def test_another_person_is_refused_by_every_verb_and_the_owner_goes_on(self):
        self.alice.ensure()
        self.works(self.alice)
        there, before = self.container_id(), self.sshd()
        self.bob.write(engine=self.engine, shm_size="128m")
        for argv in (("ensure",), ("ensure", "--recreate"), ("stop",), ("restart",), ("remove", "--yes"), ("eject",), ("snapshot",), ("logs",), ("logs", "-f"),
                     ("ensure", "--owner", "carol", "--yes"), ("remove", "--owner", "carol", "--yes"), ("ensure", "--owner", "alice")):
            words = self.is_refused(self.bob, *argv)
            self.assertIn("container box belongs to alice on machine", words)
        self.assertEqual((self.container_id(), self.sshd()), (there, before))
        self.assertNotIn("box:", self.on_server("images").stdout)
        self.works(self.alice)
        self.assertEqual(self.alice.ensure()["steps"], [])

    def test_who_names_the_owner_with_a_yes_is_let_in(self):
        self.alice.ensure()
        self.works(self.alice)
        before = self.sshd()
        self.assertEqual(self.bob.run("logs", "--owner", "alice", "--yes").returncode, 0)
        self.assertEqual(self.bob.ensure("--owner", "alice", "--yes")["state"], "ready")
        for client in (self.bob, self.alice):
            self.works(client)
        self.assertEqual(self.sshd(), before)
        self.assertEqual(self.bob.ensure()["steps"], [])  # while it is meant to run
        self.is_refused(self.bob, "stop")
        self.assertEqual(self.bob.run("remove", "--owner", "alice", "--yes").returncode, 0)
        self.assertEqual((self.container_id(), self.volumes()), ("", []))

    def test_list_names_the_owner(self):
        self.alice.ensure()
        self.assertIn("owner alice on ", self.bob.run("list").stdout)
        volume, = self.volumes()
        self.on_server("rm", "--force", "box")
        listed = self.bob.run("list").stdout
        self.assertRegex(listed, f"{volume} +orphan +owner alice")
        self.assertIn(f"{self.engine} volume rm {volume}", listed)
        self.alice.ensure()
        self.assertNotIn("no config on this machine names it", self.alice.run("list").stdout + self.bob.run("list").stdout)
        self.alice.write(engine=self.engine, name="renamed")
        listed = self.alice.run("list").stdout
        self.assertIn(f"no config on this machine names it; to use it: helper init --server {self.sandbox.name} --from-container box;", listed)
        self.alice.write(engine=self.engine)
        self.on_server("volume", "rm", "--force", *self.volumes())
        self.assertIn("no record of an owner", self.bob.run("list").stdout)

    # one person, two projects

    def second_project(self, **container):
        """Of alice's, on her laptop, with a target of the same name."""
        project = Client.__new__(Client)
        project.__dict__.update(self.alice.__dict__)
        project.folder = os.path.join(self.alice.folder, "second")
        shutil.rmtree(project.folder, ignore_errors=True)
        os.makedirs(project.folder)
        project.config, project.port = os.path.join(project.folder, "helper.json"), self.alice.port + 10
        self.addCleanup(project.run, "remove", "--yes")
        return project.write(engine=self.engine, **container)

    def test_a_second_project_with_that_target_name_has_a_host_of_its_own(self):
        self.alice.ensure()
        self.works(self.alice)
        project = self.second_project(name="second")
        self.addCleanup(self.on_server, "rm", "--force", "second")
        report = project.ensure()
        self.assertTrue(any(re.search("this one is ssh box-2, after: helper settings (--config [^ ]+ )?apply box", note) for note in report["notes"]), report["notes"])
        project.host = "box-2"
        for client in (project, self.alice, project):
            self.works(client)
        self.assertEqual(self.alice.ensure()["steps"], [])
        self.assertEqual(project.ensure()["steps"], [])
        self.assertNotEqual(self.alice.ssh("hostname").stdout, project.ssh("hostname").stdout)
        self.assertEqual(project.run("remove", "--yes").returncode, 0)
        self.works(self.alice)

    def test_a_local_port_that_is_left_to_helper_is_free_and_stays(self):
        self.alice.ensure()
        project = self.second_project(name="second")
        self.addCleanup(self.on_server, "rm", "--force", "second")
        project.port = "auto"
        project.write(engine=self.engine, name="second")
        port = project.ensure()["settings"]["port"]
        self.assertNotEqual(port, self.alice.port)
        project.host = "box-2"
        self.works(project)
        project.close()  # the daemon
        self.assertEqual(project.ensure()["settings"]["port"], port)
        self.works(project)

    def test_a_second_project_changes_nothing_of_the_container_of_the_first(self):
        self.alice.ensure()
        there = self.container_id()
        project = self.second_project(shm_size="128m")
        for argv in (("ensure",), ("ensure", "--recreate"), ("stop",), ("remove", "--yes"), ("eject",)):
            words = self.is_refused(project, *argv)
            self.assertIn("belongs to another project of yours, " + self.alice.config, words)
        self.assertEqual(self.container_id(), there)
        self.works(self.alice)

    # copies, and containers from before

    def test_a_container_from_a_committed_image_is_not_taken_for_its_original(self):
        self.alice.ensure()
        self.on_server("commit", "box", "copied:1")
        self.on_server("rm", "--force", "box")
        self.on_server("create", "--name", "box", "copied:1", "sleep", "infinity")
        self.on_server("start", "box")
        there = self.container_id()
        for argv in (("ensure",), ("stop",), ("remove", "--yes"), ("ensure", "--recreate")):
            self.is_refused(self.alice, *argv, owner="unknown")
        self.assertEqual(self.container_id(), there)
        self.on_server("rm", "--force", "box")
        self.on_server("rmi", "copied:1")

    def made_before(self):
        """As an earlier version left it: labels, and no record."""
        self.on_server("create", "--name", "box", "--label", "io.helper.target=box", "--publish", "127.0.0.1::61022", "centernet:1.2", "sleep", "infinity")
        self.on_server("start", "box")

    def test_a_container_from_before_belongs_to_who_has_its_pinned_host_keys(self):
        self.alice.ensure()  # makes and pins host keys
        self.alice.run("stop")
        self.on_server("rm", "--force", "box")
        for volume in self.volumes():
            self.on_server("volume", "rm", volume)
        self.made_before()
        self.is_refused(self.bob, "ensure", owner="unknown")
        report = self.alice.ensure()
        self.assertIn("record the owner of container box", [step["text"] for step in report["steps"]])
        self.works(self.alice)
        self.is_refused(self.bob, "ensure")

    def test_eject_leaves_the_owner(self):
        self.alice.ensure()
        self.assertEqual(self.alice.run("eject", "--yes").returncode, 0)
        self.is_refused(self.bob, "ensure")
        self.alice.ensure()
        self.works(self.alice)

    def test_a_container_that_helper_did_not_make_is_used_as_before_and_has_one_pair_of_host_keys(self):
        self.on_server("run", "--detach", "--name", "box", "--publish", "127.0.0.1::61022", "centernet:1.2", "sleep", "infinity")
        for client in (self.alice, self.bob):
            client.ensure()
            self.works(client)
        self.works(self.alice)
        self.assertEqual(self.alice.ensure()["steps"], [])
        self.alice.run("eject", "--yes")
        self.assertEqual(self.volumes(), [])
        self.assertEqual(self.on_server("inspect", "--format", "{{.State.Running}}", "box").stdout, "true\n")

    def test_no_secret_is_in_labels_or_process_lists(self):
        self.alice.ensure()
        self.assertEqual(len(self.volumes()), 1)
        self.assertNotIn("PRIVATE", self.on_server("volume", "inspect", *self.volumes()).stdout)
        names = self.on_server("ps", "--all", "--format", "{{.Names}}").stdout.split()
        self.assertEqual([name for name in names if not name.startswith("helper-keeper-")], ["box"])  # no container made for a copy is left


@unittest.skipUnless(shutil.which("podman"), "Podman is not installed: scripts/install-deps")
class OwnersOnPodman(Owners):
    engine = "podman"
    name = "e2e-owners-p"

    # What an engine may do differently; all of them with HELPER_LONG=1.
    few = ("test_two_laptops_of_one_person_use_one_container_side_by_side", "test_another_person_is_refused_by_every_verb_and_the_owner_goes_on",
           "test_a_container_from_a_committed_image_is_not_taken_for_its_original", "test_no_secret_is_in_labels_or_process_lists")

    @classmethod
    def prepare(cls):
        cls.sandbox.control("podman", timeout=300)

    def setUp(self):
        if self._testMethodName not in self.few and not os.environ.get("HELPER_LONG"):
            self.skipTest("with HELPER_LONG=1 only: Docker's run tells the same")
        super().setUp()


class Shared(unittest.TestCase):
    """The key "share": one container, and for each person a user, an sshd and a Jupyter of their own."""

    @classmethod
    def setUpClass(cls):
        cls.sandbox = cls.enterClassContext(Sandbox("e2e-shared"))
        cls.sandbox.make_images("jupyter-notebook")
        port = cls.sandbox.status()["local_ports"]["ssh"] + 21000
        cls.people = [Client(cls.sandbox, name, id * 32, port + 10 * i, name) for i, (name, id) in enumerate((("alice", "a"), ("bob", "b"), ("carol", "c")))]
        cls.alice, cls.bob, cls.carol = cls.people
        for person in cls.people:
            cls.addClassCleanup(person.close)
            cls.write(person)
        cls.alice.ensure()

    @classmethod
    def write(cls, person, share=True, **more):
        person.write(env={"WHO": person.folder.rsplit("/", 1)[1]}, image="jupyter-notebook:6", **({"share": True} if share else {}), **more)
        with open(person.config, encoding="utf-8") as file:
            config = json.load(file)
        config["targets"]["box"]["jupyter"] = {"local_port": person.port + 1}
        with open(person.config, "w", encoding="utf-8") as file:
            json.dump(config, file)

    def token(self, person):
        with open(os.path.join(person.data, "helper", "jupyter", "box"), encoding="utf-8") as file:
            return file.read().strip()

    def status_of_jupyter(self, port, token):
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{port}/api/status?token={token}", timeout=20) as answer:
                return answer.status
        except urllib.error.HTTPError as error:
            return error.code

    def test_each_person_has_a_user_an_environment_and_a_jupyter_of_their_own(self):
        with ThreadPoolExecutor() as at_once:
            reports = list(at_once.map(lambda person: person.ensure(), self.people))
        self.assertEqual([report["state"] for report in reports], ["ready"] * 3)
        for person, name in zip(self.people, ("alice", "bob", "carol")):
            done = person.ssh("id -un; echo $WHO; pwd; stat -c %a .")
            self.assertEqual(done.stdout.split(), [name, name, f"/home/{name}", "700"], done.stderr)
            self.assertEqual(person.ensure()["steps"], [])
        ids = {person.ssh("id -u").stdout for person in self.people}
        self.assertEqual(len(ids), 3)
        for person in self.people:
            for other in self.people:
                expected = 200 if person is other else 403
                self.assertEqual(self.status_of_jupyter(person.port + 1, self.token(other)), expected)
        keys = {line.split(" ", 1)[1] for person in self.people for line in self.known_hosts(person) if "ed25519" in line}
        self.assertEqual(len(keys), 1)

    def known_hosts(self, person):
        with open(os.path.join(person.data, "helper", "known_hosts"), encoding="utf-8") as file:
            return file.read().splitlines()

    def test_files_stay_those_of_their_person_when_the_container_is_recreated(self):
        homes = {"mounts": ["e2e-homes:/home"]}
        self.write(self.alice, **homes)
        self.addCleanup(self.write, self.alice)
        self.alice.ensure("--recreate")
        ids = {}
        for person in self.people:
            person.ensure()
            self.assertEqual(person.ssh("umask 077; hostname > ~/mine").returncode, 0)
            ids[person] = person.ssh("id -u").stdout
        self.write(self.alice, **homes, shm_size="97m")
        self.alice.ensure("--recreate")
        with open(self.carol.config, encoding="utf-8") as file:
            config = json.load(file)
        config["targets"]["box"]["ssh"]["user"] = "bob"
        with open(self.carol.config, "w", encoding="utf-8") as file:
            json.dump(config, file)
        done = self.carol.run("ensure")
        self.assertIn(f"/home/bob belongs to user id {ids[self.bob].strip()}, so it is another person's", done.stderr)
        self.write(self.carol)
        for person in (self.carol, self.bob, self.alice):  # in another order
            person.ensure()
            self.assertEqual((person.ssh("id -u").stdout, person.ssh("cat ~/mine").returncode), (ids[person], 0))
        self.assertNotEqual(self.carol.ssh("cat /home/bob/mine").returncode, 0)

    def test_a_restart_with_other_settings_leaves_one_jupyter_that_is_helpers(self):
        self.alice.ensure()
        with open(self.alice.config, encoding="utf-8") as file:
            config = json.load(file)
        self.addCleanup(self.write, self.alice)
        for round_ in ("one", "two"):
            config["targets"]["box"]["ssh"]["env"]["WHO"] = round_
            config["targets"]["box"]["jupyter"]["dir"] = f"/tmp/{round_}"
            with open(self.alice.config, "w", encoding="utf-8") as file:
                json.dump(config, file)
            done = self.alice.run("restart", "--yes")
            self.assertEqual((done.returncode, "already in use" in done.stderr), (0, False), done.stderr)
            self.assertEqual(self.alice.ensure()["steps"], [])
            self.assertEqual(self.status_of_jupyter(self.alice.port + 1, self.token(self.alice)), 200)
            look = "cat /proc/[0-9]*/cmdline | tr '\\0' ' ' | grep -o 'own notebook /tmp/[a-z][a-z]*' | sort -u"
            self.assertEqual(self.sandbox.docker("exec", "box", "sh", "-c", look).stdout, f"own notebook /tmp/{round_}\n")

    def test_a_user_of_the_image_is_nobodys(self):
        self.bob.ensure()
        with open(self.bob.config, encoding="utf-8") as file:
            config = json.load(file)
        config["targets"]["box"]["ssh"]["user"] = "dev"
        with open(self.bob.config, "w", encoding="utf-8") as file:
            json.dump(config, file)
        done = self.bob.run("ensure")
        self.write(self.bob)
        self.assertNotEqual(done.returncode, 0)
        self.assertIn("the image has that user already", done.stderr)

    def test_everybodys_jupyter_is_there_in_the_first_minute_of_the_container(self):
        for person in self.people:
            person.ensure()
        self.assertEqual(self.alice.run("restart", "--yes").returncode, 0)
        for person in self.people:
            report = person.ensure()
            self.assertFalse([note for note in report["notes"] if "starts a Jupyter of its own" in note], report["notes"])
            self.assertEqual(self.status_of_jupyter(person.port + 1, self.token(person)), 200)

    def test_a_guest_is_refused_what_others_would_see(self):
        self.bob.ensure()
        for argv in (("stop",), ("restart",), ("remove", "--yes"), ("eject",), ("snapshot",)):
            done = self.bob.run(*argv)
            self.assertEqual(done.returncode, FOREIGN, f"{argv}: {done.stdout}{done.stderr}")
            self.assertIn("belongs to alice", done.stderr)
        there = self.sandbox.docker("container", "inspect", "--format", "{{.Id}}", "box").stdout
        self.write(self.bob, shm_size="128m")
        report = self.bob.ensure("--recreate")
        self.assertTrue([note for note in report["notes"] if note.endswith("not applied: container.shm_size")], report["notes"])
        self.assertEqual(self.sandbox.docker("container", "inspect", "--format", "{{.Id}}", "box").stdout, there)
        self.write(self.bob)
        self.assertEqual(self.alice.ensure()["steps"], [])

    def test_who_does_not_ask_for_a_share_is_told_of_it(self):
        self.write(self.carol, share=False)
        done = self.carol.run("ensure")
        self.write(self.carol)
        self.assertEqual(done.returncode, FOREIGN)
        self.assertIn('"share": true', done.stderr)

    def test_two_people_of_one_name_are_told_apart(self):
        other = Client(self.sandbox, "another-alice", "d" * 32, self.alice.port + 40, "alice")
        self.addCleanup(other.close)
        self.write(other)
        done = other.run("ensure")
        self.assertNotEqual(done.returncode, 0)
        self.assertIn("was made for another person of that name", done.stderr)

    def test_everybody_comes_back_after_a_restart_and_a_new_container(self):
        for person in self.people:
            person.ensure()
        self.sandbox.docker("restart", "--time", "1", "box")
        for person, name in zip(self.people, ("alice", "bob", "carol")):
            person.ensure()
            self.assertEqual(person.ssh("id -un").stdout, name + "\n")
        self.write(self.alice, shm_size="96m")
        self.addCleanup(self.write, self.alice)
        self.assertEqual(self.alice.ensure("--recreate")["state"], "ready")
        for person, name in zip(self.people, ("alice", "bob", "carol")):
            person.ensure()
            done = person.ssh("id -un")
            self.assertEqual((done.stdout, "CHANGED" in done.stderr), (name + "\n", False))

    def test_nothing_of_anybody_is_left_after_the_owner_ejects(self):
        for person in self.people:
            person.ensure()
        self.assertEqual(self.alice.run("eject", "--yes").returncode, 0)
        look = ("cd /dev; ls -d helper/people helper/run /etc/profile.d/helper.sh 2>/dev/null; "
                "cat /proc/[0-9]*/cmdline 2>/dev/null | tr '\\0' ' ' | grep -o '/dev/helpe[r]/[a-z/]*'")
        limit = time.monotonic() + 20  # a Jupyter takes some seconds to end
        while (left := self.sandbox.docker("exec", "box", "sh", "-c", look).stdout) and time.monotonic() < limit:
            time.sleep(0.5)
        self.assertEqual(left, "")
        for person in self.people:
            person.ensure()


if __name__ == "__main__":
    harness.main()
