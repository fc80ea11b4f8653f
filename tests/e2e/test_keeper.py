"""The keeper on a real engine: our services are there again after each way in which a container starts, and nobody runs `helper`."""
import base64
import glob
import json
import os
import shutil
import statistics
import subprocess
import time
import unittest

import harness
from harness import SANDBOX, Sandbox

IMAGE, KEEPER, VOLUME, NETWORK = "helper-keeper:e2e", "helper-keeper-root", "helper-keeper-root", "keeper-e2e"
SECRET = "only-in-the-input-7c1f"
# Counts the starts of the service in a file that the container keeps, and answers with the number at port 7000.
SERVICE = f"""secret={SECRET}
n=$(cat /count 2>/dev/null || echo 0)
echo $((n + 1)) >/count
mkdir -p /www && cp /count /www/count
httpd -p 7000 -h /www && echo listening
"""
# Run in the server's network: from each event "start" of the container, how long until the answer is the next number. Nothing is sent to
# the address before: an address that does not answer is asked for by ARP only once a second.
ASK = """import http.client, json, os, socket, sys, time
def answer():
    try:
        link = http.client.HTTPConnection(sys.argv[1], 7000, timeout=0.2)
        link.request("GET", "/count")
        return link.getresponse().read().decode().strip()
    except (OSError, http.client.HTTPException):
        return None
events = socket.socket(socket.AF_UNIX)
events.connect(os.environ["DOCKER_HOST"].removeprefix("unix://"))
events.sendall(b"GET /events HTTP/1.0\\r\\nHost: engine\\r\\n\\r\\n")
count = 0
for line in events.makefile("rb"):
    event = json.loads(line) if line.startswith(b"{") else {}
    if line.startswith(b"HTTP/1"):
        print("ready", flush=True)
    if event.get("Action") == "start" and event["Actor"]["Attributes"]["name"] == "timed":
        count += 1
        while answer() != str(count) and time.time() < event["timeNano"] / 1e9 + 30:
            time.sleep(0.002)
        print(time.time() - event["timeNano"] / 1e9, flush=True)
"""


def service(script=SERVICE, name="sshd", **more):
    return {"name": name, "user": "0", "privileged": False, "words": ["/bin/sh", "-s"], "input": base64.b64encode(script.encode()).decode(),
            "detach": False, "limit_s": 60, **more}


class KeeperCase(unittest.TestCase):
    program, network = "docker", ("--network", NETWORK)

    @classmethod
    def engine(cls, *argv, text=None, timeout=60):
        """The engine's command on the server, past ssh; the CompletedProcess."""
        given = {"stdin": subprocess.DEVNULL} if text is None else {"input": text}
        return subprocess.run([SANDBOX, "--name", cls.sandbox.name, "exec", cls.program, *argv], capture_output=True, text=True, timeout=timeout, **given)

    @classmethod
    def must(cls, *argv, **more):
        done = cls.engine(*argv, **more)
        if done.returncode != 0:
            raise AssertionError(f"{cls.program} {' '.join(argv)}: {done.stdout}{done.stderr}")
        return done.stdout.strip()

    @classmethod
    def tar(cls):
        found = glob.glob(os.path.join(os.path.dirname(harness.HELPER_BIN_DIR), "share", "helper", "keeper", f"keeper-{os.uname().machine}.tar"))
        if not found:
            raise unittest.SkipTest("there is no image of the keeper: cmake --build ... --target keeper_image")
        return found[0]

    @classmethod
    def start_keeper(cls, socket):
        with open(cls.tar(), "rb") as tar:
            done = subprocess.run([SANDBOX, "--name", cls.sandbox.name, "exec", cls.program, "import", "--change", 'ENTRYPOINT ["/helper-keeper"]', "-", IMAGE],
                                  stdin=tar, capture_output=True, text=True, timeout=60)
        if done.returncode != 0:
            raise AssertionError(done.stderr)
        cls.must("run", "-d", "--name", KEEPER, "--restart", "unless-stopped", "--network", "none", "--security-opt", "label=disable", "--read-only",
                 "-v", f"{socket}:/run/engine.sock", "-v", f"{VOLUME}:/data", IMAGE, "run")

    def setUp(self):
        self.boxes = []
        self.addCleanup(self.remove_boxes)

    def remove_boxes(self):
        for name in self.boxes:
            self.engine("rm", "-f", "-v", name)

    def box(self, name, *options):
        self.boxes.append(name)
        return self.must("run", "-d", "--name", name, *self.network, *options, "busybox:1", "sleep", "1000000")

    def keeper(self, *argv, text=None):
        return self.engine("exec", "-i", KEEPER, "/helper-keeper", *argv, text=text)

    def run_of(self, name):
        return self.must("inspect", "-f", "{{json .State.StartedAt}}", name).strip('"')

    def record(self, container, *services, handled=""):
        text = json.dumps({"version": 1, "container": container, "handled": handled, "services": services or [service()]})
        done = self.keeper("record", text=text)
        self.assertEqual((done.returncode, done.stdout, done.stderr), (0, "", ""))

    def recorded(self, container):
        """What `list` says of the container; None when it has no record."""
        listed = json.loads(self.keeper("list").stdout)
        return next((one for one in listed["containers"] if one["container"] == container), None)

    def outcomes(self, container):
        last = (self.recorded(container) or {}).get("last")
        return {one["name"]: one for one in last["services"]} if last else {}

    def log(self):
        done = self.engine("logs", KEEPER)
        return done.stdout + done.stderr

    def count(self, name):
        done = self.engine("exec", name, "cat", "/count")
        return int(done.stdout) if done.returncode == 0 else 0

    def eventually(self, wanted, ask, timeout=20):
        end = time.monotonic() + timeout
        while (found := ask()) != wanted:
            if time.monotonic() > end:
                self.fail(f"{found!r} and not {wanted!r} after {timeout} s\n{self.log()}")
            time.sleep(0.1)

    def assert_stays(self, wanted, ask, during=2.5):
        end = time.monotonic() + during
        while time.monotonic() < end:
            self.assertEqual(ask(), wanted, self.log())
            time.sleep(0.2)

    def starts_again(self):
        """By a restart, and by the restart policy when its process 1 is killed; not with the keeper. The container's id."""
        box = self.box("box", "--restart", "always")
        self.record(box, handled=self.run_of("box"))
        self.assert_stays(0, lambda: self.count("box"))  # somebody has cared for this run

        self.must("restart", "-t", "0", "box")
        self.eventually(1, lambda: self.count("box"))
        self.eventually("started", lambda: self.outcomes(box).get("sshd", {}).get("status"))
        self.assertEqual(self.outcomes(box)["sshd"]["line"], "listening")
        self.assertIn("started sshd in box (", self.log())

        self.must("restart", KEEPER)
        self.assert_stays(1, lambda: self.count("box"))  # the same run

        pid = self.must("inspect", "-f", "{{.State.Pid}}", "box")
        self.sandbox.control("exec", "kill", "-9", pid)
        self.eventually(2, lambda: self.count("box"))
        return box


class OnDocker(KeeperCase):
    @classmethod
    def setUpClass(cls):
        cls.tar()
        cls.sandbox = cls.enterClassContext(Sandbox("e2e-keeper", gpu="none"))
        cls.sandbox.make_images("busybox:1")
        cls.must("network", "create", "--subnet", "172.31.99.0/24", NETWORK)
        cls.start_keeper("/run/docker.sock")

    def test_a_container_that_starts_again_has_its_services(self):
        box = self.starts_again()

        self.sandbox.control("engine", "stop")
        self.sandbox.control("engine", "start")
        self.eventually(3, lambda: self.count("box"), timeout=40)
        self.assert_stays(3, lambda: self.count("box"))

        self.must("rm", "-f", "box")
        self.eventually(None, lambda: self.recorded(box))

    def test_an_engine_that_leaves_its_containers_running_is_followed_again(self):
        """live-restore: the keeper ends with the engine's socket, and the engine starts it again with the new one."""
        change = "import json; p = '/etc/docker/daemon.json'; d = json.load(open(p)); d['live-restore'] = {}; json.dump(d, open(p, 'w'))"
        for on in (False, True):
            script = f"python3 -c \"{change.format(on)}\" && kill -HUP $(cat /run/docker.pid)"
            if on:
                self.sandbox.control("exec", "sh", "-c", script)
            else:
                self.addCleanup(self.sandbox.control, "exec", "sh", "-c", script)
        self.eventually("true", lambda: self.must("info", "-f", "{{.LiveRestoreEnabled}}"))
        box = self.box("lives")
        run = self.run_of("lives")
        self.record(box, handled=run)
        engine = self.sandbox.control("exec", "cat", "/run/docker.pid").stdout.strip()
        self.sandbox.control("exec", "kill", engine)
        self.eventually(1, lambda: self.sandbox.control("exec", "kill", "-0", engine, check=False).returncode)
        self.sandbox.control("engine", "start")
        self.assertEqual(self.run_of("lives"), run)
        self.eventually("true", lambda: self.must("inspect", "-f", "{{.State.Running}}", KEEPER), timeout=40)
        self.must("restart", "-t", "0", "lives")
        self.eventually(1, lambda: self.count("lives"), timeout=40)

    def test_a_record_of_no_run_is_worked_on_at_once(self):
        box = self.box("now")
        self.record(box)
        self.eventually(1, lambda: self.count("now"))
        self.eventually("started", lambda: self.outcomes(box).get("sshd", {}).get("status"))
        self.record(box, handled=self.run_of("now"))
        self.assert_stays(1, lambda: self.count("now"))
        self.assertEqual(self.outcomes(box), {})  # the result of another record is not shown for this one

    def test_services_run_in_order_and_a_failing_one_is_tried_again(self):
        script = "n=$(cat /tries 2>/dev/null || echo 0); n=$((n + 1)); echo $n >/tries; echo try $n; [ $n -ge 3 ]"
        after = "test $(cat /tries) = 3 && echo after >/after"
        box = self.box("fails")
        self.record(box, service(script), service(after, name="jupyter"))
        self.eventually("started", lambda: self.outcomes(box).get("jupyter", {}).get("status"))
        outcomes = self.outcomes(box)
        self.assertEqual((outcomes["sshd"]["tries"], outcomes["sshd"]["line"], outcomes["sshd"]["exit_code"]), (3, "try 3", 0))
        self.assertEqual(outcomes["jupyter"]["tries"], 1)
        self.assertIn("cannot start sshd in fails: try 1 (exit status 1)", self.log())
        self.assertEqual(self.must("exec", "fails", "cat", "/after"), "after")

    def test_an_independent_service_holds_nothing_up(self):
        box = self.box("independent")
        self.record(box, service("exit 7", independent=True), service(name="jupyter"))
        self.eventually(1, lambda: self.count("independent"))
        self.assertEqual(self.outcomes(box)["sshd"]["exit_code"], 7)

    def test_a_container_that_starts_again_between_two_tries_is_begun_from_the_first(self):
        box = self.box("between")
        self.record(box, service("exit 1"))
        self.eventually(True, lambda: self.outcomes(box).get("sshd", {}).get("tries", 0) >= 3)
        before = json.loads(self.keeper("list").stdout)["containers"]
        self.assertEqual([one["last"]["run"] for one in before if one["container"] == box], [self.run_of("between")])
        self.must("restart", "-t", "0", "between")
        self.eventually(True, lambda: self.recorded(box)["last"]["run"] == self.run_of("between"))
        self.assertLessEqual(self.outcomes(box)["sshd"]["tries"], 2)

    def test_a_container_that_hangs_holds_no_other_up(self):
        slow, quick = self.box("slow"), self.box("quick")
        self.record(slow, service("echo waiting; sleep 600", limit_s=12))
        self.record(quick, handled=self.run_of("quick"))
        time.sleep(1)
        begin = time.monotonic()
        self.must("restart", "-t", "0", "quick")
        self.eventually(1, lambda: self.count("quick"))
        self.assertLess(time.monotonic() - begin, 8)
        self.assertEqual(self.outcomes(slow), {})
        self.eventually("the command: it did not end in 12 s: waiting", lambda: self.outcomes(slow).get("sshd", {}).get("line"))
        done = self.keeper("forget", slow)
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertIsNone(self.recorded(slow))

    def test_forget_waits_for_what_is_being_started(self):
        box = self.box("forgotten")
        self.record(box, service("sleep 4; echo done >/done"), service(name="jupyter"))
        time.sleep(1.5)
        done = self.keeper("forget", box)
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertEqual(self.must("exec", "forgotten", "cat", "/done"), "done")
        self.assert_stays(0, lambda: self.count("forgotten"))  # the next service is not begun

    def test_other_ways_to_run_a_command(self):
        box = self.box("ways")
        user = service("id -u >/tmp/user", name="user", user="1000")
        rights = service("grep CapEff /proc/self/status >/tmp/rights", name="rights", privileged=True)
        apart = service("", name="apart", words=["/bin/sh", "-c", "sleep 1; echo apart >/tmp/apart; sleep 600"], detach=True, limit_s=5)
        large = service("x" * 600_000, name="large", words=["/bin/sh", "-c", "sleep 0.5; wc -c >/tmp/large"])
        self.record(box, user, rights, apart, large)
        self.eventually("started", lambda: self.outcomes(box).get("large", {}).get("status"))
        self.assertEqual(self.must("exec", "ways", "cat", "/tmp/user"), "1000")
        self.assertNotIn("00000000a80425fb", self.must("exec", "ways", "cat", "/tmp/rights"))  # Docker's own
        self.assertEqual(self.must("exec", "ways", "cat", "/tmp/large"), "600000")
        self.eventually("apart", lambda: self.engine("exec", "ways", "cat", "/tmp/apart").stdout.strip())

    def test_a_broken_record_is_named_and_the_others_work(self):
        broken = "b" * 64
        script = f"cd /data/records && echo '{{' >{broken}.json"
        self.must("run", "--rm", "-v", f"{VOLUME}:/data", "--network", "none", "busybox:1", "sh", "-c", script)
        box = self.box("sound")
        self.record(box, handled=self.run_of("sound"))
        self.must("restart", KEEPER)
        self.eventually(True, lambda: f"skip the record of {broken[:12]}: it is not a JSON object" in self.log())
        self.assertEqual(json.loads(self.keeper("list").stdout)["broken"], [broken])
        self.must("restart", "-t", "0", "sound")
        self.eventually(1, lambda: self.count("sound"))
        self.assertEqual(self.keeper("forget", broken).returncode, 0)

    def test_a_container_that_is_removed_while_the_keeper_is_away_is_forgotten(self):
        box = self.box("removed")
        self.record(box, handled=self.run_of("removed"))
        self.must("stop", KEEPER)
        self.must("rm", "-f", "removed")
        self.must("start", KEEPER)
        self.eventually(None, lambda: self.recorded(box))

    def test_a_container_that_starts_while_the_keeper_is_away_has_its_services(self):
        box = self.box("away")
        self.record(box, handled=self.run_of("away"))
        self.must("stop", KEEPER)
        self.must("restart", "-t", "0", "away")
        self.must("start", KEEPER)
        self.eventually(1, lambda: self.count("away"))

    def test_the_keeper_ends_at_once_and_cleanly(self):
        begin = time.monotonic()
        self.must("stop", "-t", "10", KEEPER)
        took = time.monotonic() - begin
        self.assertEqual(self.must("inspect", "-f", "{{.State.ExitCode}}", KEEPER), "0")
        self.must("start", KEEPER)
        self.assertLess(took, 3)

    def test_secrets_are_where_they_must_be_and_nowhere_else(self):
        box = self.box("secret")
        self.record(box)
        self.eventually("started", lambda: self.outcomes(box).get("sshd", {}).get("status"))
        encoded = service()["input"]
        for text in (self.log(), self.keeper("list").stdout, self.must("inspect", KEEPER), self.must("top", KEEPER, "-eo", "pid,args"),
                     self.must("events", "--since", "10m", "--until", "0s")):
            self.assertNotIn(SECRET, text)
            self.assertNotIn(encoded, text)
        modes = self.must("run", "--rm", "-v", f"{VOLUME}:/data", "--network", "none", "busybox:1", "sh", "-c",
                          "stat -c '%a %u %n' /data /data/records /data/state; find /data -type f -exec stat -c '%a %u' {} +")
        self.assertEqual({line.split(" ", 2)[0] for line in modes.splitlines()}, {"700", "600"}, modes)

    def test_what_is_wrong_is_refused(self):
        box = "c" * 64
        right = {"version": 1, "container": box, "handled": "", "services": [service()]}
        for text, status in (("", 3), ("{", 3), (json.dumps({**right, "container": "../x"}), 3), (json.dumps({**right, "services": []}), 3),
                             (json.dumps({**right, "services": [service(input="!")]}), 3), (" " * (1024 * 1024 + 1), 3)):
            done = self.keeper("record", text=text)
            self.assertEqual(done.returncode, status, text[:80])
            self.assertEqual(done.stderr.count("\n"), 1, done.stderr)
        self.assertIsNone(self.recorded(box))
        self.assertEqual(self.keeper("forget", "../x").returncode, 3)
        self.assertEqual(self.keeper("forget").returncode, 2)
        self.assertEqual(self.keeper("sing").returncode, 2)
        self.assertRegex(self.keeper("version").stdout, r"^helper-keeper [0-9.]+ protocol 1\n$")

    def test_from_the_start_of_a_container_to_the_service_that_answers(self, rounds=20):
        address = "172.31.99.99"
        box = self.box("timed", "--ip", address)
        self.record(box, handled=self.run_of("timed"))
        with subprocess.Popen([SANDBOX, "--name", self.sandbox.name, "exec", "--local", "python3", "-u", "-c", ASK, address],
                              stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, text=True) as ask:
            self.addCleanup(ask.kill)
            self.assertEqual(ask.stdout.readline(), "ready\n")
            took = []
            for _ in range(rounds):
                self.must("restart", "-t", "0", "timed")
                took.append(float(ask.stdout.readline()))
            ask.kill()
        print(f"\nfrom the event to the answer, {rounds} times: median {statistics.median(took):.3f} s, worst {max(took):.3f} s")
        self.assertLess(statistics.median(took), 2)


@unittest.skipUnless(shutil.which("podman"), "Podman is not installed: scripts/install-deps")
class OnPodman(KeeperCase):
    """Podman's API that is compatible with Docker's, at the socket of `podman system service`."""
    program, network = "podman", ()
    socket = "/run/podman-api.sock"

    @classmethod
    def setUpClass(cls):
        cls.tar()
        cls.sandbox = cls.enterClassContext(Sandbox("e2e-kpr-pod", gpu="none"))
        cls.sandbox.make_images("busybox:1")
        cls.sandbox.control("podman", "busybox:1", timeout=300)
        cls.start_service()
        cls.addClassCleanup(lambda: cls.service.kill())
        cls.addClassCleanup(cls.engine, "rm", "-f", "-a", "-t", "0")
        cls.start_keeper(cls.socket)

    @classmethod
    def start_service(cls):
        cls.service = subprocess.Popen([SANDBOX, "--name", cls.sandbox.name, "exec", "podman", "system", "service", "--time", "0", f"unix://{cls.socket}"],
                                       stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        end = time.monotonic() + 20
        while cls.sandbox.control("exec", "test", "-S", cls.socket, check=False).returncode != 0 and time.monotonic() < end:
            time.sleep(0.1)

    def test_a_container_that_starts_again_has_its_services(self):
        box = self.starts_again()
        self.must("rm", "-f", "-t", "0", "box")
        self.eventually(None, lambda: self.recorded(box))

    def test_the_socket_that_is_replaced_is_found_again(self):
        box = self.box("replaced")
        self.record(box, handled=self.run_of("replaced"))
        self.sandbox.control("exec", "sh", "-c", f"kill $(ps -eo pid,args | awk '/[s]ystem service.*podman-api/ {{ print $1 }}'); rm -f {self.socket}")
        self.service.wait(timeout=20)
        self.start_service()
        self.must("restart", "-t", "0", "replaced")
        self.eventually(1, lambda: self.count("replaced"), timeout=40)


if __name__ == "__main__":
    harness.main()
