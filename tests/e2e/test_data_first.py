"""No data of the person's, nor of the server's, is lost or overwritten: containers that end with their stop, files of the server that are mounted
into a container, Podman beside a Docker that does not answer, keys, values of the environment."""
import json
import os
import shutil
import subprocess
import unittest

import harness
from harness import Helper, Sandbox

NAMES = ("dcase", "ecase")


class DataFirst(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.sandbox = cls.enterClassContext(Sandbox(f"data-{cls.__name__.lower()[:7]}"))
        cls.helper = Helper(cls.sandbox)
        cls.addClassCleanup(cls.helper.run, "rpc", "shutdown")
        with open(os.path.join(cls.sandbox.client, "helper.json"), encoding="utf-8") as file:
            cls.port = json.load(file)["targets"]["centernet"]["ssh"]["local_port"]
        cls.prepare()

    @classmethod
    def prepare(cls):
        """What the class needs before its tests."""

    # The config of one target for each container; `change` is made to each.
    def write(self, change=None, names=("dcase",), server=None):
        targets = {}
        for number, name in enumerate(names):
            target = {"server": server or self.sandbox.name, "container": {"name": name, "image": "centernet:1.2", "gpus": "none"},
                      "ssh": {"local_port": self.port + 400 * number}, "project": {"remote": "/workspace"}}
            if change is not None:
                change(target)
            targets[name] = target
        with open(os.path.join(self.sandbox.client, "helper.json"), "w", encoding="utf-8") as file:
            json.dump({"targets": targets}, file)

    def server(self, script, check=True):
        done = self.sandbox.control("exec", "sh", "-c", script, check=False)
        if check:
            self.assertEqual(done.returncode, 0, done.stdout + done.stderr)
        return done.stdout

    def ensure(self, target="dcase", *more):
        report = self.helper.json("ensure", target, *more)
        self.assertEqual(report.get("state"), "ready", report)
        return report

    def refused(self, *argv):
        """Its error, as the person reads it."""
        done = self.helper.run(*argv)
        self.assertNotEqual(done.returncode, 0, done.stdout)
        return done.stderr

    def remove_all(self, program="docker"):
        for name in NAMES:  # each by itself: Podman removes none where one of them is not there
            for each in (name, f"{name}.helper-replaced"):
                self.server(f"{program} rm -f {each} >/dev/null 2>&1; true")


class AutoRemove(DataFirst):
    """F01: a container that was started with --rm."""
    program = "docker"

    def setUp(self):
        self.write(lambda target: target.update(engine=self.program))
        self.remove_all(self.program)
        self.server(f"{self.program} run -d --rm --name dcase centernet:1.2 sleep 6000 && {self.program} exec dcase sh -c 'echo x > /precious'")

    def assert_it_is_there(self):
        self.assertEqual(self.server(f"{self.program} exec dcase cat /precious"), "x\n")

    def test_is_used_and_never_stopped(self):
        notes = self.ensure()["notes"]
        self.assertTrue(any("was started with --rm" in note for note in notes), notes)
        for argv in (["restart", "dcase"], ["stop", "dcase"]):
            words = self.refused(*argv)
            self.assertIn("was started with --rm", words)
            self.assertIn("helper snapshot dcase", words)
            self.assert_it_is_there()
        self.assertIn("helper did not make it", self.refused("remove", "dcase", "--yes"))
        self.assert_it_is_there()
        self.assertEqual(self.helper.run("ensure", "dcase", "--recreate").returncode, 0)
        self.assert_it_is_there()
        self.assertEqual(self.helper.run("eject", "dcase").returncode, 0)
        self.ensure()
        self.assert_it_is_there()

    def test_a_refused_restart_leaves_the_tunnel_open(self):
        self.ensure()
        self.refused("restart", "dcase")
        self.assertEqual(self.helper.run("exec", "dcase", "--", "cat", "/precious").stdout, "x\n")

    def test_that_is_paused_is_resumed_and_not_stopped(self):
        self.ensure()
        self.server(f"{self.program} pause dcase")
        self.assertIn("--rm", self.refused("stop", "dcase"))
        self.ensure()
        self.assert_it_is_there()


@unittest.skipUnless(shutil.which("podman"), "Podman is not installed: scripts/install-deps")
class AutoRemoveOfPodman(AutoRemove):
    program = "podman"

    @classmethod
    def prepare(cls):
        cls.sandbox.control("podman", timeout=300)


class ServersFiles(DataFirst):
    """F02 and F05: what is mounted from the server is not written to."""
    program = "docker"

    def setUp(self):
        self.remove_all(self.program)
        self.server("mkdir -p /srv/p && chown 7777:7777 /srv/p")

    def everything_of_etc(self):
        return self.server("cd /etc && for f in passwd group shadow gshadow; do [ ! -f $f ] || { echo $f; ls -ln $f | cut -c1-40; cat $f; }; done; "
                           "ls -a /etc | grep helper; ls -a /etc/profile.d 2>/dev/null; true")

    def test_the_servers_accounts_stay_as_they_are(self):
        for mounts in (["/etc/passwd:/etc/passwd", "/etc/group:/etc/group"], ["/etc/passwd:/etc/passwd:ro"], ["/etc/group:/etc/group"]):
            with self.subTest(mounts):
                self.remove_all(self.program)

                def change(target, mounts=mounts):
                    target["engine"] = self.program
                    target["container"]["mounts"] = [*mounts, "/srv/p:/workspace"]
                    target["ssh"].update(user="alice", create=True)
                self.write(change)
                before = self.everything_of_etc()
                report = self.helper.json("ensure", "dcase")
                self.assertEqual(self.everything_of_etc(), before)
                if any(mount.startswith("/etc/passwd") for mount in mounts):  # alice is there
                    self.assertTrue(any("alice keeps its ids: " + mounts[0].split(":")[0] in note for note in report["notes"]), report)
                else:
                    self.assertIn("helper makes none there: /etc/group in it is the server's own", json.dumps(report))

    def test_the_servers_etc_as_a_whole_stays_as_it_is(self):
        self.server("mkdir -p /etc/profile.d")

        def change(target):
            target["engine"] = self.program
            target["container"]["mounts"] = ["/etc:/etc", "/srv/p:/workspace"]
            target["ssh"]["user"] = "alice"
        self.write(change)
        before = self.everything_of_etc()
        self.helper.json("ensure", "dcase")
        self.assertEqual(self.everything_of_etc(), before)
        self.server("echo mine > /etc/profile.d/helper.sh")
        self.addCleanup(self.server, "rm -f /etc/profile.d/helper.sh")
        self.helper.run("eject", "dcase")
        self.assertEqual(self.server("cat /etc/profile.d/helper.sh"), "mine\n")

    def test_a_volume_that_shows_a_folder_of_the_server_is_no_place_to_write_either(self):
        self.server("rm -rf /srv/etc && cp -a /etc /srv/etc && "
                    f"{self.program} volume create --driver local --opt type=none --opt o=bind --opt device=/srv/etc dcase-etc")
        self.addCleanup(self.server, f"{self.program} rm -f dcase; {self.program} volume rm dcase-etc; rm -rf /srv/etc", False)

        def change(target):
            target["engine"] = self.program
            target["container"]["mounts"] = ["dcase-etc:/etc", "/srv/p:/workspace"]
            target["ssh"]["user"] = "alice"
        self.write(change)
        before = self.server("cat /srv/etc/passwd /srv/etc/group; ls /srv/etc/profile.d; true")
        self.helper.json("ensure", "dcase")
        self.assertEqual(self.server("cat /srv/etc/passwd /srv/etc/group; ls /srv/etc/profile.d; true"), before)

    def test_a_home_of_the_server_keeps_its_files_and_their_owners(self):
        self.server("rm -rf /srv/home && mkdir -p /srv/home && echo a > /srv/home/file && chown -R 1000:1000 /srv/home")

        def change(target):
            target["engine"] = self.program
            target["container"]["mounts"] = ["/srv/home:/home/dev", "/srv/p:/workspace"]
            target["ssh"].update(user="dev", create=True)
            target["ide"] = {"backend_cache": True}
            target["post_create"] = ["true"]
        self.write(change)
        self.server("true")
        before = self.server("find /srv/home -printf '%p %u %g %m\\n' | sort")
        self.ensure()
        self.assertEqual(self.server("find /srv/home -printf '%p %u %g %m\\n' | sort"), before)
        self.assertEqual(self.ensure()["steps"], [])

    def test_the_servers_dev_gets_nothing_of_ours_and_two_targets_keep_apart(self):
        def change(target):
            target["engine"] = self.program
            target["container"].update(privileged=True, mounts=["/dev:/dev"])
        self.write(change, NAMES)
        self.ensure("dcase")
        self.ensure("ecase")
        self.assertEqual(self.server("find /dev/helper /dev/sshd -type f 2>/dev/null; true"), "")
        for name in NAMES:
            self.assertEqual(self.ensure(name)["steps"], [], name)
            self.assertEqual(self.helper.run("exec", name, "--", "echo", name).stdout, f"{name}\n")

    def test_an_adopted_container_with_the_servers_dev_is_refused_by_the_name_of_the_mount(self):
        self.server(f"{self.program} run -d --name dcase -v /dev:/dev centernet:1.2 sleep 6000")
        self.write(lambda target: target.update(engine=self.program))
        words = self.refused("ensure", "dcase")
        self.assertIn("(mount /dev:/dev)", words)
        self.assertIn("--tmpfs /dev/helper", words)
        self.assertEqual(self.server("find /dev/helper /dev/sshd -type f 2>/dev/null; true"), "")

    def test_the_servers_run_and_tmp_get_nothing_of_ours(self):
        def change(target):
            target["engine"] = self.program
            target["container"]["mounts"] = ["/run:/run", "/tmp:/tmp"]
        self.write(change)
        listed = "find /run /tmp -maxdepth 1 | sort; ls -ldn /run/sshd"
        before = self.server(listed, check=False)
        self.ensure()
        self.assertEqual(set(self.server(listed, check=False).splitlines()) - set(before.splitlines()), set())

    def test_a_volume_at_a_place_with_a_blank_that_shows_a_folder_of_the_server_is_seen(self):
        self.server("rm -rf '/srv/h' && mkdir -p /srv/h && chown 7777:7777 /srv/h && "
                    f"{self.program} volume create --driver local --opt type=none --opt o=bind --opt device=/srv/h dcase-home")
        self.addCleanup(self.server, f"{self.program} rm -f dcase; {self.program} volume rm dcase-home; rm -rf /srv/h", False)
        self.server(f"{self.program} run -d --name dcase -v 'dcase-home:/home/a b' -v /srv/p:/workspace centernet:1.2 sleep 6000 && {self.program} "
                    "exec dcase sh -c 'echo \"ab:x:1234:1234::/home/a b:/bin/sh\" >> /etc/passwd'")

        def change(target):
            target["engine"] = self.program
            target["ssh"]["user"] = "ab"
        self.write(change)
        before = self.server("find /srv/h -printf '%p %u %g %m\\n' | sort")
        self.helper.json("ensure", "dcase")
        self.assertEqual(self.server("find /srv/h -printf '%p %u %g %m\\n' | sort"), before)


@unittest.skipUnless(shutil.which("podman"), "Podman is not installed: scripts/install-deps")
class ServersFilesOfPodman(ServersFiles):
    program = "podman"

    @classmethod
    def prepare(cls):
        cls.sandbox.control("podman", timeout=300)


@unittest.skipUnless(shutil.which("podman"), "Podman is not installed: scripts/install-deps")
class PodmanBesideDocker(DataFirst):
    """F48: Docker does not answer, for each reason; the container of Podman is in each state."""

    @classmethod
    def prepare(cls):
        try:
            cls.sandbox.control("podman", "--user", "carol", timeout=300)
        except AssertionError as refusal:
            raise unittest.SkipTest(f"this machine lets no rootless Podman run: {refusal}") from None
        cls.address = f"carol@{cls.sandbox.name}"

    def podman(self, *argv):
        done = self.sandbox.ssh(self.address, "podman " + " ".join(argv))
        self.assertEqual(done.returncode, 0, done.stderr)
        return done.stdout

    def change(self, target):
        target["container"]["ulimits"] = {}

    def each_state(self):
        self.assertIn("Podman is used", json.dumps(self.ensure()["notes"]))
        self.assertEqual(self.ensure()["steps"], [])
        self.podman("stop", "-t", "1", "dcase")
        self.assertIn("start container dcase", [step["text"] for step in self.ensure()["steps"]])
        stopped = self.helper.json("stop", "dcase")
        self.assertEqual(stopped.get("state"), "stopped", stopped)
        self.ensure()

        def other(target):
            self.change(target)
            target["container"]["hostname"] = "another"
        self.write(other, server=self.address)
        self.ensure("dcase", "--recreate")
        self.assertEqual(self.podman("ps", "-a", "--format", "'{{.Names}}'").split(), ["dcase"])
        self.assertEqual(self.helper.json("remove", "dcase", "--yes").get("state"), "absent")

    def test_a_docker_that_this_user_may_not_use(self):
        self.write(self.change, server=self.address)
        self.each_state()

    def test_a_docker_whose_daemon_is_down(self):
        self.write(self.change, server=self.address)
        self.ensure()
        self.sandbox.control("engine", "stop")
        self.addCleanup(self.sandbox.control, "engine", "start")
        self.podman("stop", "-t", "1", "dcase")
        self.assertIn("start container dcase", [step["text"] for step in self.ensure()["steps"]])
        self.assertEqual(self.helper.json("stop", "dcase").get("state"), "stopped")
        self.assertEqual(self.helper.json("remove", "dcase", "--yes").get("state"), "absent")


class Client(DataFirst):
    """F03 and F04: this machine's keys and variables."""

    def setUp(self):
        self.remove_all()

    def test_a_key_without_its_public_half_works_and_is_never_written_over(self):
        key = os.path.join(self.sandbox.client, "my key.pem")
        subprocess.run(["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", key], check=True, stdin=subprocess.DEVNULL)
        self.addCleanup(os.remove, key)
        os.remove(key + ".pub")
        with open(key, encoding="utf-8") as file:
            before = file.read()
        self.write(lambda target: target["ssh"].update(key=key))
        self.ensure()
        self.assertEqual(self.helper.run("exec", "dcase", "--", "echo", "there").stdout, "there\n")
        with open(key, encoding="utf-8") as file:
            self.assertEqual(file.read(), before)

    def test_a_variables_value_is_never_written_into_helper_json(self):
        folder = os.path.join(self.sandbox.client, "imported")
        os.makedirs(os.path.join(folder, ".devcontainer"), exist_ok=True)
        self.addCleanup(shutil.rmtree, folder)
        secret = "my-secret-host"
        forms = {"--hostname": ["--hostname", "{}"], "--hostname=": ["--hostname={}"], "-h": ["-h", "{}"], "--restart": ["--restart", "{}"],
                 "--shm-size": ["--shm-size={}"], "--gpus": ["--gpus", "{}"], "--runtime": ["--runtime", "{}"], "-p": ["-p", "{}"],
                 "--ulimit": ["--ulimit", "nofile={}"], "-v": ["-v", "{}:/x"], "--mount": ["--mount", "source={},target=/x"],
                 "-e": ["-e", "A={}"], "--label": ["--label", "a={}"], "--name": ["--name={}"], "--user": ["--user={}"]}
        for name, words in forms.items():
            with self.subTest(name):
                with open(os.path.join(folder, ".devcontainer", "devcontainer.json"), "w", encoding="utf-8") as file:
                    json.dump({"image": "centernet:1.2", "remoteUser": "root",
                               "runArgs": [word.format("${localEnv:DEV_HOST}") for word in words]}, file)
                for value in (secret, None):
                    helper = Helper(self.sandbox, **({"DEV_HOST": value} if value else {}))
                    helper.folder = folder
                    done = helper.run("init", "--from", ".", "--server", self.sandbox.name, "--force")
                    self.assertEqual(done.returncode, 0, done.stderr)
                    with open(os.path.join(folder, "helper.json"), encoding="utf-8") as file:
                        text = file.read()
                    self.assertNotIn(secret, text)
                    self.assertIn("DEV_HOST", done.stdout)

    def test_a_variable_that_helper_json_names_stays_one(self):
        folder = os.path.join(self.sandbox.client, "variables")
        os.makedirs(folder, exist_ok=True)
        self.addCleanup(shutil.rmtree, folder)
        shared, own = os.path.join(folder, "helper.json"), os.path.join(folder, "helper.local.json")
        secret = "my-secret-token"
        text = json.dumps({"targets": {"dcase": {"server": "${localEnv:DEV_SERVER}",
                                                 "container": {"image": "centernet:1.2", "env": {"TOKEN": "${localEnv:DEV_TOKEN}"}}}}})
        with open(shared, "w", encoding="utf-8") as file:
            file.write(text)
        with open(own, "w", encoding="utf-8") as file:
            json.dump({"targets": {"dcase": {"python": "auto"}}}, file)
        helper = Helper(self.sandbox, DEV_SERVER=self.sandbox.name)
        helper.folder = folder
        done = helper.run("config")
        self.assertEqual(done.returncode, 3, done.stdout + done.stderr)
        self.assertIn("needs the variable DEV_TOKEN", done.stderr)
        helper = Helper(self.sandbox, DEV_SERVER=self.sandbox.name, DEV_TOKEN=secret)
        helper.folder = folder
        for words in (["config"], ["python", "use", "/usr/bin/python3"], ["init", "--image", "centernet:1.2", "--target", "second", "--ssh-port", "2999",
                                                                         "--jupyter-port", "0"]):
            done = helper.run(*words)
            self.assertEqual(done.returncode, 0, done.stdout + done.stderr)
            self.assertNotIn(secret, done.stdout + done.stderr)
        with open(own, encoding="utf-8") as file:
            self.assertEqual(json.load(file)["targets"]["dcase"]["python"], "/usr/bin/python3")
        with open(shared, encoding="utf-8") as file:
            self.assertNotIn(secret, file.read())


del DataFirst

if __name__ == "__main__":
    harness.main()
