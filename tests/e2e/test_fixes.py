"""Every fix that an error prints works when it is pasted: errors are made for real, and the commands of their fixes are run as they are, in a
shell, here or on the server. A fix that is an edit of helper.json is applied as it says.

A command of a fix is its whole text, or stands behind ": "; it ends with the text or before "; ". "on the server" before it says where."""
import contextlib
import glob
import json
import os
import re
import shutil
import socket
import stat
import subprocess
import sys
import time
import unittest

import harness
from harness import HELPER_BIN_DIR, REPOSITORY, Helper, Sandbox
from test_completion import Terminal

PROGRAMS = {"chmod", "cp", "df", "docker", "export", "fuser", "helper", "kill", "ls", "mkdir", "mv", "nvidia-ctk", "nvidia-smi", "podman", "rm", "scp",
            "ssh", "ssh-add", "ssh-copy-id", "ssh-keygen", "sudo", "systemctl", "systemd-analyze"}
USAGE, CONFIG, SERVER, ENGINE, UNTRUSTED = 2, 3, 4, 5, 14


def split_outside_quotes(text, mark):
    """As a shell quotes; an apostrophe of a word ("it's") quotes nothing."""
    parts, part, quote, escaped = [], "", "", False
    for i, c in enumerate(text):
        if escaped:
            escaped = False
        elif c == "\\" and quote != "'":
            escaped = True
        elif c in "'\"" and quote in ("", c) and not (c == "'" and not quote and text[i - 1:i].isalpha()):
            quote = "" if quote else c
        part += c
        if not quote and part.endswith(mark):
            parts.append(part[:-len(mark)])
            part = ""
    return parts + [part]


def is_command(text):
    return text.split(" ", 1)[0] in PROGRAMS


def commands(fix):
    """[(where, command)] of a fix; where is "here" or "server"."""
    found, where = [], "here"
    for part in split_outside_quotes(fix, "; "):
        pieces = split_outside_quotes(part, ": ")
        for i in range(len(pieces)):
            rest = ": ".join(pieces[i:])
            if is_command(rest):
                if i > 0:
                    where = "server" if "on the server" in ": ".join(pieces[:i]) else "here"
                found.append((where, rest))
                break
    return found


def fixes_in(value):
    """Every "fix" of a JSON document."""
    if isinstance(value, dict):
        own = [value["fix"]] if isinstance(value.get("fix"), str) else []
        return own + [fix for member in value.values() for fix in fixes_in(member)]
    if isinstance(value, list):
        return [fix for member in value for fix in fixes_in(member)]
    return []


def text_of(path):
    with open(path, encoding="utf-8") as file:
        return file.read()


def write(path, text, mode=0o644):
    with open(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, mode), "w", encoding="utf-8") as file:
        file.write(text)
    os.chmod(path, mode)


class Reading(unittest.TestCase):
    def test_commands_are_found_where_they_stand(self):
        self.assertEqual(commands("helper ensure web"), [("here", "helper ensure web")])
        self.assertEqual(commands("keep a copy first: helper snapshot web; then stop it yourself, on the server: docker stop web; to go on: helper eject web"),
                         [("here", "helper snapshot web"), ("server", "docker stop web"), ("here", "helper eject web")])
        self.assertEqual(commands("see who has it, on the server: docker ps; sudo ss -ltnp | grep :80"),
                         [("server", "docker ps"), ("server", "sudo ss -ltnp | grep :80")])
        self.assertEqual(commands("set \"runtime\": \"auto\" in helper.json"), [])
        self.assertEqual(commands("look at it: ls -ld '/a; b: c/d'; or set TMPDIR"), [("here", "ls -ld '/a; b: c/d'")])
        self.assertEqual(commands(r"the server's: rm '/it'\''s; a'; then: ls"), [("here", r"rm '/it'\''s; a'"), ("here", "ls")])


class Sources(unittest.TestCase):
    """What no test below can make happen: each command of helper in a text of the sources is one that helper has."""

    @classmethod
    def setUpClass(cls):
        cls.helper = os.path.join(HELPER_BIN_DIR, "helper")
        said = subprocess.run([cls.helper, "completion", "words", "--", ""], capture_output=True, text=True, timeout=30, check=True).stdout
        cls.verbs = {line.split("\t")[0] for line in said.splitlines() if "\t" in line and not line.startswith("-")}
        cls.helps = {}

    @classmethod
    def help_of(cls, verb):
        if verb not in cls.helps:
            cls.helps[verb] = subprocess.run([cls.helper, "help", verb], capture_output=True, text=True, timeout=30, check=True).stdout
        return cls.helps[verb]

    def texts(self):
        """(place, text): string literals, those of one expression as one text; what is computed between them is …"""
        literal = r'"((?:[^"\\\n]|\\.)*)"'
        for path in sorted(glob.glob(os.path.join(REPOSITORY, "helper", "**", "*.[ch]pp"), recursive=True)):
            code = re.sub(r"^\s*(//|#).*$", "", text_of(path), flags=re.M)
            text, end = "", 0
            for match in re.finditer(literal, code):
                between = code[end:match.start()].strip()
                computed = re.fullmatch(r"\+\s*[^;,\"]*?(\+)?", between)
                if text and between and not computed:
                    yield os.path.relpath(path, REPOSITORY), text
                    text = ""
                text += ("…" if text and between else "") + match.group(1).replace('\\"', '"')
                end = match.end()
            yield os.path.relpath(path, REPOSITORY), text

    def test_each_verb_and_option_exists(self):
        count = 0
        for place, text in self.texts():
            for match in re.finditer(r"(?:^|: |; |&& |, |\()helper ([a-z]+)((?: (?:--?[a-z][\w-]*|…|[\w.:/*'{}-]+))*)", text):
                verb, rest = match.groups()
                if verb not in self.verbs:
                    if match.group().startswith((": ", "&& ")):
                        self.assertIn(verb, {"also", "always", "asks", "decides", "finds", "keeps", "writes"}, f"{place}: {text}")  # "remove it: helper always runs ..."
                    continue
                count += 1
                for option in re.findall(r"(?<= )--[a-z][\w-]*", rest.split(" -- ")[0]):
                    self.assertIn(option, self.help_of(verb), f"{place}: {text}")
        self.assertGreater(count, 80)


class Fixes(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.sandbox = cls.enterClassContext(Sandbox("e2e-fixes"))
        cls.helper = Helper(cls.sandbox)
        cls.helper.environment["PATH"] = HELPER_BIN_DIR + os.pathsep + cls.helper.environment["PATH"]
        cls.addClassCleanup(cls.helper.run, "rpc", "shutdown")
        for config in (os.path.join(cls.helper.environment["XDG_CONFIG_HOME"], "helper", "config.json"), os.path.join(cls.sandbox.client, "helper.json")):
            os.remove(config)
        # A folder whose name must be quoted, and a config that must be named.
        cls.top = os.path.join(cls.sandbox.client, "it's a project; really")
        os.makedirs(cls.top)
        cls.first_port = 25000 + 100 * (cls.sandbox.status()["local_ports"]["ssh"] % 50)
        # The server of the sandbox has neither sudo nor systemd.
        cls.on_server("mkdir -p /usr/local/bin; printf '#!/bin/sh\\nexec \"$@\"\\n' > /usr/local/bin/sudo; "
                      "printf '#!/bin/sh\\necho \"$*\" >> /tmp/asked-of-systemctl\\n' > /usr/local/bin/systemctl; "
                      "chmod +x /usr/local/bin/sudo /usr/local/bin/systemctl")

    @classmethod
    def on_server(cls, script, **more):
        return cls.sandbox.control("exec", "sh", "-c", script, check=False, **more)

    def setUp(self):
        self.folder = os.path.join(self.top, self.id().rsplit(".", 1)[-1][:40])
        os.makedirs(self.folder)
        self.addCleanup(self.clear)
        self.helper.folder = self.folder
        self.helper.approves = True
        self.file = "helper.json"
        self.named = []

    def clear(self):
        self.helper.folder = self.sandbox.client
        names = self.sandbox.docker("ps", "-aq").stdout.split()
        keeper = self.sandbox.docker("ps", "-aq", "--filter", "name=helper-keeper").stdout.split()
        ours = [name for name in names if name not in keeper]
        self.helper.run_once("rpc", "shutdown")
        if ours:
            self.sandbox.docker("rm", "-f", *ours)
        records = [name for name in self.sandbox.docker("volume", "ls", "-q").stdout.split() if name.startswith("helper-of-")]
        if records:
            self.sandbox.docker("volume", "rm", *records)
        shutil.rmtree(self.folder, ignore_errors=True)

    def target(self, **container):
        return {"server": self.sandbox.name, "container": {"name": "fixed", "image": "centernet:1.2", "gpus": "none", "restart": "no", **container},
                "ssh": {"local_port": self.first_port}, "keeper": False}

    def config(self, change=None, file="helper.json", **targets):
        """Writes the config: the target "web", or those given; --config names a file that is found in no other way."""
        config = {"targets": targets or {"web": self.target()}}
        if change:
            change(config["targets"]["web"])
        self.file, self.named = file, [] if file == "helper.json" else ["--config", file]
        self.data = config
        write(os.path.join(self.folder, file), json.dumps(config, indent=1))
        return config["targets"].get("web")

    def edit(self, change):
        change(self.data["targets"]["web"])
        write(os.path.join(self.folder, self.file), json.dumps(self.data, indent=1))

    def ready(self, *argv):
        done = self.helper.run("ensure", *argv, *self.named)
        self.assertEqual(done.returncode, 0, done.stdout + done.stderr)
        return done

    def refused(self, *argv, status=None, run=None):
        """The first fix of a command that ends badly, the same as text and as JSON."""
        run = run or self.helper.run
        mark = argv.index("--") if "--" in argv else len(argv)
        done = run(*argv[:mark], *self.named, *argv[mark:])
        said = done.stdout + done.stderr
        self.assertNotEqual(done.returncode, 0, said)
        if status is not None:
            self.assertEqual(done.returncode, status, said)
        lines = [line.split("fix: ", 1)[1] for line in said.splitlines() if re.match(r"\s*fix: ", line)]
        self.assertTrue(lines, said)
        answer = run(*argv[:mark], *self.named, "--json", *argv[mark:])
        fixes = fixes_in(json.loads(answer.stdout))
        self.assertIn(lines[0], fixes, said)
        return lines[0]

    def paste(self, command, where="here"):
        """Runs the text as it is."""
        if where == "server":
            done = self.on_server(command)
        else:
            done = subprocess.run(["sh", "-c", command], env=self.helper.environment, cwd=self.helper.folder, stdin=subprocess.DEVNULL,
                                  capture_output=True, text=True, timeout=120)
        self.assertEqual(done.returncode, 0, f"{command}\n{done.stdout}{done.stderr}")
        return done

    def only_command(self, fix):
        found = commands(fix)
        self.assertEqual(len(found), 1, fix)
        return found[0]

    def pasted(self, *argv, status=None):
        """The command is refused; its fix, which is one command, is pasted."""
        fix = self.refused(*argv, status=status)
        where, command = self.only_command(fix)
        return self.paste(command, where)

    def works(self, *argv):
        mark = argv.index("--") if "--" in argv else len(argv)
        done = self.helper.run(*argv[:mark], *self.named, *argv[mark:])
        self.assertEqual(done.returncode, 0, f"{argv}\n{done.stdout}{done.stderr}")
        return done

    # The command line.

    def test_commands_mistyped(self):
        for words in (("versoin",), ("version", "--jsn"), ("settings", "aply"), ("settings", "--now"), ("logs", "--daemon", "--follow"), ("help", "nothing"),
                      ("rpc", "nothing"), ("rpc", "version", "x"), ("cp", "a", "b"), ("cp", "web:a", "web:b"), ("ensure", "--all", "web"),
                      ("init", "--image", "x:1"), ("ide", "push"), ("completion", "tcsh"), ("exec", "a", "b"), ("trust", "nowhere.json")):
            with self.subTest(words):
                self.config()
                if words[0] == "rpc" or words[0] == "logs":
                    self.helper.run("status")
                fix = self.refused(*words)
                for where, command in commands(fix):
                    verb = command.split()[1]
                    if command in ("helper ensure --all",) or verb in ("exec",):
                        continue  # they work where there is a target: below
                    self.assertEqual(where, "here")
                    self.paste(command)

    def test_python_use_without_a_word(self):
        self.config()
        self.ready()
        fix = self.refused("python", "use", status=USAGE)
        for where, command in commands(fix):
            self.paste(command, where)
        self.assertEqual(len(commands(fix)), 2, fix)

    def test_exec_whose_command_has_no_mark(self):
        self.config()
        self.ready()
        self.pasted("exec", "web", "ls", status=USAGE)

    def test_all_with_a_name(self):
        self.config()
        self.helper.run("trust")
        self.pasted("ensure", "web", "--all", status=USAGE)

    # The config.

    def test_no_config(self):
        fix = self.refused("ensure", status=CONFIG)
        where, command = self.only_command(fix)
        self.assertEqual((where, command), ("here", "helper init"))
        self.paste(f"{command} --server {self.sandbox.name} --image centernet:1.2")
        self.works("config")

    def test_a_config_that_is_not_there(self):
        self.named = ["--config", "other file.json"]
        fix = self.refused("ensure", status=CONFIG)
        _, command = self.only_command(fix)
        self.paste(f"{command} --server {self.sandbox.name} --image centernet:1.2")
        self.works("config")

    def test_a_config_that_is_not_approved(self):
        self.helper.approves = False
        self.config()
        self.pasted("ensure", "--dry-run", status=UNTRUSTED)
        self.works("ensure", "--dry-run")
        self.edit(lambda target: target["container"].update(mounts=["/home/my_project:/more"]))
        self.pasted("ensure", "--dry-run", status=UNTRUSTED)
        self.works("ensure", "--dry-run")

    def test_a_config_that_others_can_change(self):
        self.helper.approves = False
        self.config(file="of others.json")
        os.chmod(os.path.join(self.folder, self.file), 0o666)
        self.pasted("ensure", "--dry-run", status=UNTRUSTED)
        self.works("ensure", "--dry-run")

    def test_a_key_mistyped(self):
        self.config(lambda target: target["container"].update({"shm-size": "1g"}))
        self.assertIn('did you mean "shm_size"', self.helper.run("ensure").stderr)
        self.edit(lambda target: target["container"].update(shm_size=target["container"].pop("shm-size")))
        self.works("plan")

    def test_a_target_mistyped(self):
        self.config()
        fix = self.refused("plan", "wep", status=CONFIG)
        self.assertEqual(fix, "did you mean web?")
        self.works("plan", "web")

    def test_several_targets_and_none_named(self):
        other = self.target(name="other")
        other["ssh"]["local_port"] += 1
        self.config(web=self.target(), other=other)
        fix = self.refused("plan", status=CONFIG)
        self.assertEqual(fix, "name one, such as other")
        self.works("plan", "other")

    def test_a_config_of_another_name_is_named_in_every_fix(self):
        other = self.target(name="other")
        other["ssh"]["local_port"] += 1
        self.config(file="two of them.json", web=self.target(), other=other)
        self.pasted("settings", "other")
        self.works("settings", "other")
        where, command = commands(self.refused("remove", "other"))[1]
        self.paste(command, where)
        self.pasted("exec", "other", "--", "true")
        self.works("exec", "other", "--", "true")

    def test_a_variable_that_is_not_set(self):
        self.config(lambda target: target["container"].update(image="${localEnv:IMAGE_OF_MINE}"))
        fix = self.refused("plan", status=CONFIG)
        self.assertTrue(fix.startswith("export IMAGE_OF_MINE=VALUE, or write a default: ${localEnv:IMAGE_OF_MINE:DEFAULT}"), fix)
        self.edit(lambda target: target["container"].update(image="${localEnv:IMAGE_OF_MINE:centernet:1.2}"))
        self.works("plan")

    # Local ports.

    def test_a_port_that_another_program_holds(self):
        self.config()
        holder = subprocess.Popen([sys.executable, "-c", "import socket, sys, time; s = socket.create_server(('127.0.0.1', int(sys.argv[1]))); time.sleep(600)",
                                   str(self.first_port)])
        self.addCleanup(holder.wait)
        self.addCleanup(holder.kill)
        for _ in range(100):
            with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", self.first_port), timeout=1):
                break
            time.sleep(0.05)
        fix = self.refused("ensure", status=9)
        port = int(re.match(r"set ssh.local_port to (\d+) in helper.json", fix).group(1))
        kept = self.first_port
        self.edit(lambda target: target["ssh"].update(local_port=port))
        self.works("ensure")
        self.edit(lambda target: target["ssh"].update(local_port=kept))
        _, command = self.only_command(self.refused("ensure", status=9))
        self.paste(command)
        holder.wait(timeout=10)
        self.works("ensure")

    def test_a_port_of_another_config_s_target(self):
        self.config()
        self.ready()
        self.config(file="second.json", second=self.target(name="second"))
        fix = self.refused("ensure", status=9)
        port = int(re.fullmatch(r"set ssh.local_port to (\d+) in helper.json", fix).group(1))
        self.config(file="second.json", second={**self.target(name="second"), "ssh": {"local_port": port}})
        self.works("ensure")

    # D3: a target that is renamed, a folder that moved, a config that is gone.

    def test_a_renamed_target_goes_on(self):
        self.config()
        self.ready()
        self.works("exec", "--", "touch", "/root/mark")
        web = self.target()
        del web["container"]["name"]  # as a person leaves it: the container has the target's name
        self.config(renamed=web)
        report = self.helper.json("ensure")
        self.assertEqual(report.get("state"), "ready", report)
        note = next(note for note in report["notes"] if "is no longer in" in note)
        name = re.search(r'To use it for renamed, set "container": (\{.*\})$', note)
        self.assertIsNotNone(name, note)
        web["container"].update(json.loads(name.group(1)))
        self.config(renamed=web)
        self.works("ensure")
        self.works("exec", "--", "test", "-e", "/root/mark")

    def test_a_folder_that_moved_goes_on(self):
        self.config()
        self.ready()
        container = self.sandbox.docker("inspect", "-f", "{{.Id}}", "fixed").stdout
        moved = self.folder + " moved"
        os.rename(self.folder, moved)
        self.addCleanup(shutil.rmtree, moved, ignore_errors=True)
        self.helper.folder = moved
        self.helper.approves = False
        done = self.helper.run("ensure")
        if done.returncode == UNTRUSTED:
            self.pasted("ensure", status=UNTRUSTED)
        self.works("ensure")
        self.assertEqual(self.sandbox.docker("inspect", "-f", "{{.Id}}", "fixed").stdout, container)
        self.works("exec", "--", "true")
        self.works("remove", "--yes")

    def test_the_container_of_a_config_that_is_gone_can_be_removed(self):
        self.config()
        self.ready()
        os.remove(os.path.join(self.folder, "helper.json"))
        self.config(file="another.json", another=self.target(name="another"))
        self.works("ensure")  # its port is free again
        self.assertIn("fixed", self.works("list").stdout)
        self.config(file="again.json", again={**self.target(), "ssh": {"local_port": self.first_port + 7}})
        done = self.helper.run("remove", "again", "--yes", *self.named)
        if done.returncode != 0:
            self.fail(done.stdout + done.stderr)
        self.assertNotIn("fixed", self.works("list").stdout)

    def test_a_record_whose_container_is_gone(self):
        self.config()
        self.ready()
        self.sandbox.docker("rm", "-f", "fixed")
        orphan = next(each for each in self.helper.json("list")[0]["containers"] if each["state"] == "orphan")
        where, command = self.only_command(orphan["status"])
        self.assertEqual(where, "server")
        self.paste(command, where)
        self.assertNotIn(orphan["container"], self.works("list").stdout)

    # The server.

    @contextlib.contextmanager
    def known_hosts(self, text):
        path = os.path.join(self.helper.environment["HOME"], ".ssh", "known_hosts")
        before = text_of(path)
        write(path, text(before), 0o600)
        try:
            yield path
        finally:
            write(path, before, 0o600)

    def test_a_host_key_that_changed_and_then_is_unknown(self):
        self.config()
        wrong = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIGZvb2Jhcm9vYmFyZm9vYmFyZm9vYmFyZm9vYmFyZm9v\n"
        with self.known_hosts(lambda text: f"{text.split()[0]} {wrong}"):
            self.pasted("ensure", status=SERVER)  # ssh-keygen -R
            where, command = self.only_command(self.refused("ensure", status=SERVER))
            self.assertEqual((where, command), ("here", f"ssh {self.sandbox.name}"))
            terminal = Terminal(["sh", "-c", command], self.helper.environment, self.helper.folder)
            self.addCleanup(terminal.close)
            terminal.wait_for(r"\(yes/no")
            terminal.type("yes\n")
            terminal.wait_for("Permanently added")
            self.works("ensure")

    def test_a_key_that_others_may_read(self):
        key = os.path.join(self.folder, "my key")
        subprocess.run(["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", key], check=True)
        self.config(lambda target: target["ssh"].update(key=key))
        os.chmod(key, 0o644)
        self.pasted("ensure", status=10)
        self.works("ensure")

    def test_a_public_key_of_another_private_one(self):
        key = os.path.join(self.folder, "my key")
        for name in (key, key + "2"):
            subprocess.run(["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", name], check=True)
        os.replace(key + "2.pub", key + ".pub")
        self.config(lambda target: target["ssh"].update(key=key))
        self.pasted("ensure", status=10)
        self.works("ensure")

    def test_an_engine_that_does_not_run(self):
        self.config(lambda target: target.update(engine="docker"))
        self.sandbox.control("engine", "stop")
        try:
            where, command = self.only_command(self.refused("ensure", status=ENGINE))
            self.assertEqual(where, "server")
            self.on_server("rm -f /tmp/asked-of-systemctl")
            self.paste(command, where)
            self.assertEqual(self.on_server("cat /tmp/asked-of-systemctl").stdout, "start docker\n")
        finally:
            self.sandbox.control("engine", "start")
        self.works("ensure")

    def test_a_user_who_may_not_use_the_engine(self):
        self.config(lambda target: target.update(server=f"bob@{self.sandbox.name}", engine="docker"), file="of bob.json")
        found = commands(self.refused("ensure", "web", status=ENGINE))
        self.assertEqual([where for where, _ in found], ["server", "here"])
        self.on_server("gpasswd -d bob docker >/dev/null 2>&1 || true")
        self.addCleanup(self.on_server, "gpasswd -d bob docker")
        done = self.on_server(f"USER=bob; export USER; {found[0][1]}")
        self.assertEqual(done.returncode, 0, done.stderr)
        self.paste(found[1][1])
        self.works("ensure", "web")

    # Containers.

    def test_an_image_that_is_not_there(self):
        self.config(lambda target: target["container"].update(image="of-my-own:9"))
        where, command = self.only_command(self.refused("ensure", status=6))
        self.assertEqual(where, "server")
        self.addCleanup(self.sandbox.docker, "rmi", "-f", "of-my-own:9")
        self.on_server("mkdir -p ~/of-my-own; echo 'FROM centernet:1.2' > ~/of-my-own/Dockerfile")
        self.paste(f"cd ~/of-my-own; {command}", where)
        self.works("ensure")

    def test_a_container_that_helper_did_not_make(self):
        self.sandbox.docker("run", "-d", "--name", "fixed", "centernet:1.2", "sleep", "infinity")
        self.config()
        self.ready()
        where, command = self.only_command(self.refused("remove", "--yes"))
        self.paste(command, where)
        self.assertNotIn("fixed", self.sandbox.docker("ps", "-a").stdout)
        self.works("remove", "--yes")

    def test_a_container_that_ends_at_once(self):
        self.config(lambda target: target["container"].update(command=["sh", "-c", "echo what is wrong; exit 3"]))
        fix = self.refused("ensure", status=6)
        where, command = commands(fix)[0]
        self.assertIn("what is wrong", self.paste(command, where).stdout)
        edit = json.loads("{" + re.search(r'in helper.json: (.*)$', fix).group(1) + "}")
        self.edit(lambda target: target["container"].update(edit))
        self.works("ensure", "--recreate")

    def test_a_port_of_the_server_that_is_taken(self):
        self.sandbox.docker("run", "-d", "--name", "holder", "-p", "127.0.0.1:18080:80", "centernet:1.2", "sleep", "infinity")
        self.config(lambda target: target["container"].update(ports=["127.0.0.1:18080:80"]))
        fix = self.refused("ensure", status=6)
        found = commands(fix)
        self.assertEqual([where for where, _ in found], ["server", "server"])
        self.assertIn("holder", self.paste(found[0][1], "server").stdout)
        self.paste(found[1][1], "server")
        self.edit(lambda target: target["container"].update(ports=["127.0.0.1:18081:80"]))
        self.works("ensure")

    def test_a_container_started_with_rm(self):
        self.sandbox.docker("run", "-d", "--rm", "--name", "fixed", "centernet:1.2", "sleep", "infinity")
        self.config(file="with rm.json")
        self.ready()
        found = commands(self.refused("stop"))
        self.assertEqual([where for where, _ in found], ["here", "server", "here"])
        self.addCleanup(lambda: self.sandbox.docker("rmi", "-f", *self.sandbox.docker("images", "-q", "--filter", "reference=*:helper-*").stdout.split()))
        self.paste(found[0][1])
        self.paste(found[2][1])
        self.paste(found[1][1], "server")

    def test_a_container_that_is_stopped(self):
        self.config()
        self.ready()
        self.works("stop")
        self.pasted("exec", "--", "true")
        self.works("exec", "--", "true")
        self.sandbox.docker("stop", "-t", "0", "fixed")
        time.sleep(1)
        self.pasted("settings")
        self.works("settings")

    def test_remove_where_nobody_can_be_asked(self):
        self.config()
        self.ready()
        found = commands(self.refused("remove", status=USAGE))
        for where, command in found:
            self.paste(command, where)
        self.assertEqual(len(found), 2)
        self.assertEqual(self.sandbox.docker("ps", "-aq", "--filter", "name=^fixed$").stdout, "")

    def test_a_config_that_the_container_does_not_follow(self):
        self.config(file="other.json")
        self.ready()
        self.edit(lambda target: target["container"].update(shm_size="1g"))
        report = self.helper.json("ensure", *self.named)
        told = [note for note in report["notes"] if "differ" in note]
        self.assertTrue(told, report)
        where, command = self.only_command(told[0])
        self.paste(command, where)
        self.assertEqual([], [note for note in self.helper.json("ensure", *self.named)["notes"] if "differ" in note])

    def test_a_container_of_another_person(self):
        self.config()
        self.ready()
        self.helper.run("rpc", "shutdown")
        own = os.path.join(self.helper.environment["XDG_DATA_HOME"], "helper", "owner.json")
        before = text_of(own)
        self.addCleanup(write, own, before, 0o600)
        write(own, json.dumps({"id": "b" * 32, "name": "bob"}), 0o600)
        fix = self.refused("ensure", status=6)
        option = re.search(r"the same command for web with (--owner .* --yes)$", fix)
        self.assertIsNotNone(option, fix)
        self.paste(f"helper ensure web {option.group(1)}")
        self.edit(lambda target: target["container"].update(name="fixed-too"))
        self.works("ensure")

    # Inside.

    def test_a_python_that_is_not_there(self):
        self.config()
        self.ready()
        self.pasted("python", "use", "conda:CenterNot")
        self.assertIn("conda:CenterNet", text_of(os.path.join(self.folder, "helper.json")))
        self.works("ensure")

    def test_a_user_that_is_not_there(self):
        self.config(lambda target: target["ssh"].update(user="nobody-here"))
        fix = self.refused("ensure", status=8)
        self.assertIn('"create": true', fix)
        self.edit(lambda target: target["ssh"].update(create=True))
        self.works("ensure")

    def test_a_hook_that_fails(self):
        other = self.target(name="other")
        other["ssh"]["local_port"] += 1
        self.config(lambda target: target.update(post_create=["echo wrong; exit 4"]), file="two hooks.json", web=self.target(), other=other)
        fix = self.refused("ensure", "web", status=8)
        self.edit(lambda target: target.update(post_create=["true"]))
        self.helper.run("trust", self.file)
        where, command = self.only_command(fix)
        self.paste(command, where)

    def again(self):
        """Of a daemon that has just begun, so that a session is tried."""
        self.helper.run("rpc", "shutdown")
        time.sleep(0.5)

    def inside(self, script):
        done = self.sandbox.docker("exec", "--user", "0", "fixed", "sh", "-c", script)
        self.assertEqual(done.returncode, 0, done.stderr)

    def test_a_file_that_lets_nobody_in(self):
        self.config(lambda target: target["ssh"].update(user="worker", create=True))
        self.ready()
        self.inside("echo 'closed for a while' > /etc/nologin")
        self.again()
        found = commands(self.refused("ensure", status=8))
        self.assertEqual([where for where, _ in found], ["server", "here"])
        self.paste(found[0][1], "server")
        self.paste(found[1][1])

    def test_rights_that_sshd_refuses(self):
        self.config()
        self.ready()
        self.inside("chmod 777 /dev/helper/run")
        self.again()
        found = commands(self.refused("ensure", status=8))
        for where, command in found:
            self.paste(command, where)
        self.assertEqual(len(found), 2)

    # Files of this machine.

    def test_an_owner_id_that_is_damaged(self):
        self.config()
        own = os.path.join(self.helper.environment["XDG_DATA_HOME"], "helper", "owner.json")
        self.helper.run("plan")
        before = text_of(own)
        self.helper.run("rpc", "shutdown")
        write(own, "{}", 0o600)
        self.addCleanup(write, own, before, 0o600)
        self.addCleanup(lambda: os.path.exists(own + ".old") and os.remove(own + ".old"))
        self.pasted("plan", status=10)
        self.works("plan")

    def test_a_list_of_names_that_is_damaged(self):
        self.config()
        self.ready()
        self.helper.run("rpc", "shutdown")
        path = os.path.join(self.helper.environment["XDG_DATA_HOME"], "helper", "ssh_names.json")
        if not os.path.exists(path):
            self.skipTest(f"no {path}")
        write(path, "[", 0o600)
        self.pasted("ensure", status=10)
        self.works("ensure")

    def test_a_settings_file_that_is_read_only(self):
        self.config()
        self.ready()
        path = os.path.join(self.helper.environment["HOME"], ".ssh", "config")
        os.chmod(path, 0o400)
        self.addCleanup(os.chmod, path, 0o600)
        self.addCleanup(self.helper.run, "settings", "undo")
        done = self.helper.run("settings", "apply")
        fixes = fixes_in(self.helper.json("settings", "apply"))
        self.assertTrue(fixes, done.stdout + done.stderr)
        where, command = self.only_command(fixes[0])
        self.paste(command, where)
        self.works("settings", "apply")
        self.works("settings", "undo")

    def test_a_runtime_folder_that_others_can_open(self):
        self.config()
        runtime = os.path.join(self.folder, "my runtime")
        os.makedirs(os.path.join(runtime, "helper"))
        os.chmod(os.path.join(runtime, "helper"), 0o755)
        helper = Helper(self.sandbox, XDG_RUNTIME_DIR=runtime)
        helper.folder = self.folder
        where, command = self.only_command(self.refused("status", run=helper.run_once))
        self.paste(command, where)
        self.assertEqual(stat.S_IMODE(os.stat(os.path.join(runtime, "helper")).st_mode), 0o755)
        self.works("plan")  # with a folder of one's own

    def test_a_daemon_that_must_not_be_started(self):
        self.config()
        self.helper.run("rpc", "shutdown")
        helper = Helper(self.sandbox, HELPER_NO_SPAWN="1")
        helper.folder = self.folder
        fix = self.refused("list", run=helper.run_once, status=11)
        self.assertIn("unset HELPER_NO_SPAWN", fix)
        _, command = self.only_command(fix)
        serving = subprocess.Popen(["sh", "-c", "exec " + command], env={**helper.environment, "PATH": self.helper.environment["PATH"]}, cwd=self.folder,
                                   stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        self.addCleanup(serving.wait)
        for _ in range(100):
            if helper.run_once("rpc", "version").returncode == 0:
                break
            time.sleep(0.1)
        self.assertEqual(helper.run_once("rpc", "version").returncode, 0)
        self.helper.run("rpc", "shutdown")


if __name__ == "__main__":
    harness.main()
