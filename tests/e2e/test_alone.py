"""Without a laptop: nobody runs helper, and sshd and Jupyter are there again after each way in which their container starts (docs/keeper.md)."""
import glob
import json
import os
import subprocess
import time
import unittest

import harness
from harness import SANDBOX, Helper, Sandbox

KEEPER = "helper-keeper-root"
TIMES = int(os.environ.get("HELPER_ALONE_TIMES", "2"))
# Run in the server's network: from the engine's event "start" of the container, how long until sshd greets inside, and until Jupyter answers
# there (0: there is none). Nothing is sent to an address before its container has it.
ASK = """import json, os, socket, sys, time, http.client
container, port, jupyter, times = sys.argv[1], 61022, int(sys.argv[2]), int(sys.argv[3])
def engine(path):
    link = socket.socket(socket.AF_UNIX)
    link.connect(os.environ["DOCKER_HOST"].removeprefix("unix://"))
    link.sendall(b"GET %s HTTP/1.0\\r\\nHost: engine\\r\\n\\r\\n" % path.encode())
    return link
def address():
    with engine(f"/containers/{container}/json").makefile("rb") as answer:
        about = json.loads(answer.read().partition(b"\\r\\n\\r\\n")[2])
    return about.get("NetworkSettings", {}).get("IPAddress", "")
def greets(where):
    try:
        with socket.create_connection((where, port), timeout=0.5) as way:
            return way.recv(4) == b"SSH-"
    except OSError:
        return False
def answers(where):
    try:
        link = http.client.HTTPConnection(where, jupyter, timeout=1)
        link.request("GET", "/api", headers={"Host": f"127.0.0.1:{jupyter}"})
        return bool(link.getresponse().status)
    except (OSError, http.client.HTTPException):
        return False
def wait(holds, since):
    while time.time() < since + 40:
        where = address()
        if where and holds(where):
            return time.time() - since
        time.sleep(0.01)
    return None
while times:
    try:
        events = engine("/events").makefile("rb")
        print("ready", flush=True)
        for line in events:
            event = json.loads(line) if line.startswith(b"{") else {}
            if event.get("Action") == "start" and event["Actor"]["Attributes"]["name"] == container:
                since = event["timeNano"] / 1e9
                print(json.dumps([wait(greets, since), wait(answers, since) if jupyter else 0]), flush=True)
                times -= 1
                if not times:
                    break
    except OSError:
        time.sleep(0.05)
"""


class Alone(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.sandbox = cls.enterClassContext(Sandbox("e2e-alone"))
        cls.sandbox.make_images("jupyter-notebook")
        cls.helper = Helper(cls.sandbox)
        cls.addClassCleanup(cls.helper.run, "rpc", "shutdown")
        cls.path = os.path.join(cls.helper.folder, "helper.json")
        with open(cls.path, encoding="utf-8") as file:
            config = json.load(file)
        target = config["targets"]["centernet"]
        target["container"]["image"] = "jupyter-notebook:6"
        target["container"]["gpus"] = "none"
        target["jupyter"] = {**target["jupyter"], "dir": "/work"}
        target["python"] = "auto"
        cls.config = config

    def setUp(self):
        self.write(self.config)
        report = self.helper.json("ensure")
        self.assertEqual(report.get("state"), "ready", report)
        self.helper.run("rpc", "shutdown")

    def write(self, config):
        with open(self.path, "w", encoding="utf-8") as file:
            json.dump(config, file)

    def started_by(self, event, times=1, jupyter=8888):
        """[[seconds until sshd, until Jupyter], ...]: `event` makes the container start each time."""
        asking = subprocess.Popen([SANDBOX, "--name", self.sandbox.name, "exec", "--local", "python3", "-c", ASK, "centernet", str(jupyter), str(times)],
                                  stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, text=True)
        self.addCleanup(asking.stdout.close)
        self.addCleanup(asking.wait)
        self.addCleanup(asking.kill)
        self.assertEqual(asking.stdout.readline(), "ready\n")
        found = []
        for _ in range(times):
            event()
            line = asking.stdout.readline()
            while line == "ready\n":
                line = asking.stdout.readline()
            found.append(json.loads(line))
        return found

    def show(self, what, found):
        text = ", ".join("/".join("none" if one is None else f"{one:.2f}" for one in pair) for pair in found)
        print(f"  {what}: sshd/Jupyter after {text} s", flush=True)
        for sshd, jupyter in found:
            self.assertIsNotNone(sshd, self.log())
            self.assertIsNotNone(jupyter, self.log())
        self.assertLess(sorted(sshd for sshd, _ in found)[len(found) // 2], 2, self.log())

    def log(self):
        done = self.sandbox.docker("logs", KEEPER)
        return done.stdout + done.stderr

    def test_after_a_restart_of_the_container(self):
        self.show("docker restart", self.started_by(lambda: self.sandbox.docker("restart", "-t", "0", "centernet"), TIMES))

    def test_after_process_1_was_killed_from_the_server(self):
        def kill():
            pid = self.sandbox.docker("inspect", "-f", "{{.State.Pid}}", "centernet").stdout.strip()
            time.sleep(10)  # the engine waits ever longer with a container that ends at once
            self.sandbox.control("exec", "kill", "-9", pid)

        self.show("kill -9 of process 1", self.started_by(kill, TIMES))

    def test_after_a_restart_of_the_engine(self):
        for _ in range(TIMES):
            self.sandbox.control("engine", "stop")
            before = time.time()
            self.sandbox.control("engine", "start")
            self.assert_sshd_greets(before + 30)

    def assert_sshd_greets(self, until):
        script = ("where=$(docker inspect -f '{{.NetworkSettings.IPAddress}}' centernet); exec 3<>/dev/tcp/$where/61022 && read -t 1 -n 4 -u 3 word"
                  " && [ \"$word\" = SSH- ]")
        begin = time.time()
        while self.sandbox.control("exec", "timeout", "3", "bash", "-c", script, check=False).returncode != 0:
            self.assertLess(time.time(), until, self.log())
            time.sleep(0.1)
        print(f"  engine restart: sshd greets {time.time() - begin:.2f} s after the engine answers", flush=True)

    def test_what_a_person_stopped_stays_so_and_has_its_services_when_they_start_it(self):
        self.sandbox.docker("stop", "-t", "0", "centernet")
        time.sleep(5)
        self.assertEqual(self.sandbox.docker("inspect", "-f", "{{.State.Status}}", "centernet").stdout.strip(), "exited")
        self.show("docker start", self.started_by(lambda: self.sandbox.docker("start", "centernet")))

    def test_the_next_ensure_finds_the_services_of_the_keeper_and_leaves_them(self):
        self.show("docker restart", self.started_by(lambda: self.sandbox.docker("restart", "-t", "0", "centernet")))
        report = self.helper.json("ensure")
        self.assertEqual(report.get("state"), "ready", report)
        self.assertFalse([step for step in report["steps"] if "start" in step["text"].split()[:1]], report["steps"])
        self.assertFalse(self.helper.json("ensure")["changed"])

    def test_an_ensure_beside_the_keeper_s_start_waits_for_it(self):
        self.assertEqual(self.helper.json("ensure").get("state"), "ready")
        before = len(self.log())
        for _ in range(TIMES):
            self.sandbox.docker("restart", "-t", "0", "centernet")
            report = self.helper.json("ensure")
            self.assertEqual(report.get("state"), "ready", report)
            self.assertEqual(report.get("notes", []), [], report)
        self.assertNotIn("cannot start", self.log()[before:])

    def test_who_leaves_takes_everything_along(self):
        self.assertIn(KEEPER, self.names())
        self.assertEqual(self.helper.run("remove", "--yes").returncode, 0)
        self.assertNotIn(KEEPER, self.names())
        self.assertNotIn(KEEPER, self.sandbox.docker("volume", "ls", "-q").stdout)
        self.assertNotIn("helper-keeper", self.sandbox.docker("images", "--format", "{{.Repository}}").stdout)

    def test_eject_takes_the_record_along(self):
        self.helper.json("ensure")
        self.assertEqual(self.helper.run("eject").returncode, 0)
        self.assertNotIn(KEEPER, self.names())
        self.sandbox.docker("restart", "-t", "0", "centernet")
        time.sleep(3)
        self.assertNotEqual(self.sandbox.docker("exec", "centernet", "test", "-e", "/dev/helper/run").returncode, 0)

    def test_a_config_that_wants_no_keeper_has_none(self):
        config = json.loads(json.dumps(self.config))
        config["targets"]["centernet"]["keeper"] = False
        self.write(config)
        report = self.helper.json("ensure")
        self.assertEqual(report.get("state"), "ready", report)
        self.assertNotIn(KEEPER, self.names())
        self.assertFalse(self.helper.json("ensure")["changed"])

    def test_secrets_are_in_no_label_and_in_no_command_line(self):
        settings = self.helper.json("ensure")["settings"]
        found = glob.glob(os.path.join(os.path.dirname(settings["known_hosts"]), "**", "ed25519"), recursive=True)
        with open(found[0], encoding="utf-8") as file:
            secret = file.read().splitlines()[2]
        about = self.sandbox.docker("inspect", KEEPER, "centernet").stdout + self.log()
        self.assertNotIn(secret, about)

    def names(self):
        return self.sandbox.docker("ps", "-a", "--format", "{{.Names}}").stdout.split()


if __name__ == "__main__":
    harness.main()
