"""Another local user, without rights and without bounds: the runtime folder taken beforehand, sockets, ports with a stolen token, tunnels, configs in
parent folders, more connections than descriptors. Nothing is gained, and the person's own commands work throughout."""
import contextlib
import json
import os
import pwd
import shutil
import socket
import subprocess
import tempfile
import time
import unittest

import harness
from harness import HELPER_BIN_DIR, Helper, Sandbox

STRANGER = pwd.getpwnam("nobody").pw_uid
# What a stranger hears: the bytes that come back for what is sent, or the error's name.
ASK = """
import socket, sys
family, place, words = sys.argv[1], sys.argv[2], sys.argv[3].encode()
with socket.socket(socket.AF_UNIX if family == "unix" else socket.AF_INET) as s:
    s.settimeout(8)
    try:
        s.connect(place if family == "unix" else ("127.0.0.1", int(place)))
        s.sendall(words)
        heard = b""
        while some := s.recv(4096):
            heard += some
            if not words:
                break
        print(heard.decode("latin-1"), end="")
    except OSError as error:
        print("error", type(error).__name__)
"""
# Opens connections, says nothing, and opens another for each that is closed, until its input ends.
CROWD = """
import resource, select, socket, sys
port, count = int(sys.argv[1]), int(sys.argv[2])
resource.setrlimit(resource.RLIMIT_NOFILE, (resource.getrlimit(resource.RLIMIT_NOFILE)[1],) * 2)
def connection():
    s = socket.socket()
    try:
        s.settimeout(5)
        s.connect(("127.0.0.1", port))
    except OSError:
        pass
    s.setblocking(False)
    return s
crowd = [connection() for _ in range(count)]
print("here", flush=True)
while not select.select([sys.stdin], [], [], 0.05)[0]:
    for place, s in enumerate(crowd):
        try:
            ended = s.recv(4096) == b""
        except BlockingIOError:
            ended = False
        except OSError:
            ended = True
        if ended:
            s.close()
            crowd[place] = connection()
"""


def stranger(program, *words, **more):
    return subprocess.run(["/usr/bin/python3", "-c", program, *map(str, words)], user=STRANGER, group=STRANGER, extra_groups=[], cwd="/", text=True,
                          env={"PATH": "/usr/bin:/bin"}, stdin=subprocess.DEVNULL, capture_output=True, timeout=60, **more).stdout


@contextlib.contextmanager
def crowd(port, count):
    """A stranger's connections to a port, for as long as the block lasts."""
    process = subprocess.Popen(["/usr/bin/python3", "-c", CROWD, str(port), str(count)], user=STRANGER, group=STRANGER, extra_groups=[], cwd="/", text=True,
                               env={"PATH": "/usr/bin:/bin"}, stdin=subprocess.PIPE, stdout=subprocess.PIPE)
    try:
        if process.stdout.readline() != "here\n":
            raise AssertionError("the crowd did not come")
        yield
    finally:
        process.stdin.close()
        process.wait(30)
        process.stdout.close()


class Person:
    """A user without rights, with a home and with helper's programs; no session gives a runtime folder, so it is in /tmp."""

    def __init__(self, folder):
        self.uid = next(uid for uid in range(61_000, 62_000) if not os.path.lexists(f"/tmp/helper-{uid}"))
        self.runtime = f"/tmp/helper-{self.uid}"
        self.home = os.path.join(folder, "home")
        self.bin = os.path.join(folder, "bin")
        os.mkdir(self.home, 0o700)
        os.chown(self.home, self.uid, self.uid)
        os.mkdir(self.bin)
        for program in ("helper", "helperd"):
            shutil.copy(os.path.join(HELPER_BIN_DIR, program), self.bin)

    def helper(self, *argv, folder=None, limit=""):
        command = limit + 'exec "$0" "$@"'
        return subprocess.run(["/bin/bash", "-c", command, os.path.join(self.bin, "helper"), *argv], user=self.uid, group=self.uid, extra_groups=[],
                              cwd=folder or self.home, env={"HOME": self.home, "PATH": "/usr/bin:/bin"}, stdin=subprocess.DEVNULL, capture_output=True,
                              text=True, timeout=60)

    def endpoint(self):
        with open(os.path.join(self.runtime, "endpoint.json"), encoding="utf-8") as file:
            return json.load(file)

    def clear(self):
        self.helper("rpc", "shutdown")
        if os.path.islink(self.runtime) or os.path.isfile(self.runtime):
            os.unlink(self.runtime)
        shutil.rmtree(self.runtime, ignore_errors=True)


def version_request(port, token):
    body = '{"jsonrpc": "2.0", "id": 1, "method": "version"}'
    return (f"POST / HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\nAuthorization: Bearer {token}\r\nContent-Type: application/json\r\n"
            f"Connection: close\r\nContent-Length: {len(body)}\r\n\r\n{body}")


def port_of(endpoint):
    return int(endpoint["url"].split(":")[2].strip("/"))


class Daemon(unittest.TestCase):
    def setUp(self):
        self.folder = self.enterContext(tempfile.TemporaryDirectory(prefix="helper-second-"))
        os.chmod(self.folder, 0o755)
        self.person = Person(self.folder)
        self.addCleanup(self.person.clear)

    def start(self, limit=""):
        done = self.person.helper("rpc", "version", limit=limit)
        self.assertEqual(done.returncode, 0, done.stderr)
        return self.person.endpoint()

    def works(self, times=5):
        for _ in range(times):
            begin = time.monotonic()
            done = self.person.helper("rpc", "version")
            self.assertEqual(done.returncode, 0, done.stderr)
            self.assertLess(time.monotonic() - begin, 5)

    def test_a_runtime_folder_that_a_stranger_made_is_not_used(self):
        theirs = os.path.join(self.folder, "theirs")
        os.mkdir(theirs, 0o777)
        os.chmod(theirs, 0o777)
        os.chown(theirs, STRANGER, STRANGER)
        kinds = {"a folder": lambda path: (os.mkdir(path), os.chmod(path, 0o777), os.chown(path, STRANGER, STRANGER)),
                 "a link to a folder": lambda path: (os.symlink(theirs, path), os.lchown(path, STRANGER, STRANGER)),
                 "a file": lambda path: (open(path, "wb").close(), os.chown(path, STRANGER, STRANGER))}
        for kind, make in kinds.items():
            with self.subTest(kind):
                make(self.person.runtime)
                done = self.person.helper("rpc", "version")
                self.assertNotEqual(done.returncode, 0)
                self.assertIn(self.person.runtime, done.stderr)
                self.assertIn("fix:", done.stderr)
                self.assertEqual(os.listdir(theirs), [])
                if kind == "a folder":
                    self.assertEqual(os.listdir(self.person.runtime), [])
                self.person.clear()
        self.works(1)

    def test_the_unix_socket_takes_nobody_else_even_where_its_folder_is_open(self):
        endpoint = self.start()
        self.assertTrue(endpoint.get("socket"), "the daemon has no Unix socket")
        request = version_request(port_of(endpoint), endpoint["token"])
        self.assertEqual(os.stat(endpoint["socket"]).st_mode & 0o777, 0o600)
        self.assertEqual(stranger(ASK, "unix", endpoint["socket"], request), "error PermissionError\n")
        os.chmod(self.person.runtime, 0o755)
        os.chmod(endpoint["socket"], 0o666)
        try:
            self.assertNotIn("HTTP", stranger(ASK, "unix", endpoint["socket"], request))
        finally:
            os.chmod(endpoint["socket"], 0o600)
            os.chmod(self.person.runtime, 0o700)
        self.works(1)

    def test_the_port_takes_nobody_else_with_or_without_a_stolen_token(self):
        endpoint = self.start()
        for token in (endpoint["token"], "0" * 64):
            for _ in range(10):
                self.assertNotIn("HTTP", stranger(ASK, "tcp", port_of(endpoint), version_request(port_of(endpoint), token)))
        with socket.create_connection(("127.0.0.1", port_of(endpoint)), timeout=10) as s:  # root is a stranger too
            with contextlib.suppress(ConnectionError):
                s.sendall(version_request(port_of(endpoint), endpoint["token"]).encode())
                self.assertEqual(s.recv(1), b"")
        own = subprocess.run(["curl", "-sS", "-H", f"Authorization: Bearer {endpoint['token']}", "-H", "Content-Type: application/json", "--data-binary",
                              '{"jsonrpc": "2.0", "id": 1, "method": "version"}', endpoint["url"]], user=self.person.uid, capture_output=True, text=True,
                             cwd="/", timeout=30)
        self.assertIn('"version"', own.stdout, own.stderr)

    def test_1100_connections_of_a_stranger_take_neither_descriptors_nor_time(self):
        endpoint = self.start(limit="ulimit -n 1024; ")
        ticks = self.processor_ticks(endpoint["pid"])
        begin = time.monotonic()
        with crowd(port_of(endpoint), 1100):
            self.works()
            self.works()
            own = subprocess.run(["curl", "-sS", "-H", f"Authorization: Bearer {endpoint['token']}", "-H", "Content-Type: application/json", "--data-binary",
                                  '{"jsonrpc": "2.0", "id": 1, "method": "version"}', endpoint["url"]], user=self.person.uid, capture_output=True, text=True,
                                 cwd="/", timeout=30)
            self.assertIn('"version"', own.stdout, own.stderr)
        self.assertEqual(self.person.endpoint()["pid"], endpoint["pid"])
        self.assertEqual(len(os.listdir(f"/proc/{endpoint['pid']}/fd")) < 100, True)
        time.sleep(0.5)
        quiet = self.processor_ticks(endpoint["pid"])
        time.sleep(1)
        self.assertLess(self.processor_ticks(endpoint["pid"]) - quiet, 20, f"it goes on spinning; {quiet - ticks} ticks in {time.monotonic() - begin:.1f} s before")

    @staticmethod
    def processor_ticks(pid):
        with open(f"/proc/{pid}/stat", encoding="ascii") as file:
            fields = file.read().rsplit(")", 1)[1].split()
        return int(fields[11]) + int(fields[12])

    def test_a_config_that_a_stranger_left_in_a_parent_folder_is_refused_by_every_verb(self):
        shared = os.path.join(self.folder, "shared")
        mine = os.path.join(shared, "mine")
        os.makedirs(mine)
        os.chown(mine, self.person.uid, self.person.uid)
        config = os.path.join(shared, "helper.json")
        with open(config, "w", encoding="utf-8") as file:
            json.dump({"targets": {"trap": {"server": "local", "container": {"image": "debian", "mounts": ["/:/host"]}}}}, file)
        # Whose file, whose folder, and what others may do with them.
        cases = {"the stranger's file": ((STRANGER, 0o644), (0, 0o755)),
                 "a file that all may write": ((self.person.uid, 0o666), (self.person.uid, 0o755)),
                 "a folder that all may write": ((self.person.uid, 0o644), (self.person.uid, 0o777))}
        for case, (file_of, folder_of) in cases.items():
            for path, (owner, mode) in ((config, file_of), (shared, folder_of)):
                os.chown(path, owner, owner)
                os.chmod(path, mode)
            for verb in (["ensure"], ["plan"], ["connect", "trap"], ["settings"]):
                with self.subTest(case, verb=verb):
                    done = self.person.helper(*verb, folder=mine)
                    self.assertNotEqual(done.returncode, 0, done.stdout)
                    self.assertIn(config, done.stderr)
                    self.assertIn("fix:", done.stderr)
                    self.assertNotIn("docker", done.stderr.lower())  # nobody was asked anything yet


class Tunnels(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.sandbox = cls.enterClassContext(Sandbox("e2e-second"))
        cls.helper = Helper(cls.sandbox)
        cls.addClassCleanup(cls.helper.run, "rpc", "shutdown")
        done = cls.helper.run("ensure")
        if done.returncode != 0:
            raise AssertionError(done.stderr)
        cls.settings = cls.helper.json("settings")
        if isinstance(cls.settings, list):
            cls.settings = cls.settings[0]
        cls.ssh_config = os.path.join(cls.sandbox.client, "ssh-config-of-helper")
        with open(cls.ssh_config, "w", encoding="utf-8") as file:
            file.write(cls.helper.run("settings", "--format", "ssh-config").stdout)

    def ssh_works(self, times):
        for round in range(times):
            done = self.sandbox.ssh("-F", self.ssh_config, "centernet", "echo", "in")
            self.assertEqual((done.returncode, done.stdout), (0, "in\n"), f"login {round + 1} of {times}: {done.stderr}")

    def test_a_stranger_hears_nothing_at_a_tunnel(self):
        for _ in range(10):
            self.assertNotIn("SSH-", stranger(ASK, "tcp", self.settings["port"], ""))
        self.ssh_works(1)

    def test_40_idle_connections_of_a_stranger_lock_nobody_out(self):
        with crowd(self.settings["port"], 40):
            self.ssh_works(10)

    def test_1100_connections_of_a_stranger_lock_nobody_out(self):
        with crowd(self.settings["port"], 1100):
            self.ssh_works(10)
            self.assertEqual(self.helper.run("status").returncode, 0)
        self.ssh_works(1)


if __name__ == "__main__":
    harness.main()
