"""The keeper on a real engine: our services are there again after each way in which a container starts, and nobody runs `helper`."""
import base64
import glob
import json
import os
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
# Run in the server's network: waits until the answer is the number wanted, and prints the time.
ASK = """import http.client, sys, time
end = time.monotonic() + 30
while time.monotonic() < end:
    try:
        link = http.client.HTTPConnection(sys.argv[1], 7000, timeout=0.2)
        link.request("GET", "/count")
        if link.getresponse().read().decode().strip() == sys.argv[2]:
            print(time.time())
            sys.exit(0)
    except OSError:
        pass
    except http.client.HTTPException:
        pass
    time.sleep(0.005)
sys.exit(1)
"""


def service(script=SERVICE, name="sshd", **more):
    return {"name": name, "user": "0", "privileged": False, "words": ["/bin/sh", "-s"], "input": base64.b64encode(script.encode()).decode(),
            "detach": False, "limit_s": 60, **more}


class KeeperCase(unittest.TestCase):
    program = "docker"

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
        return self.must("run", "-d", "--name", name, "--network", NETWORK, *options, "busybox:1", "sleep", "1000000")

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


class OnDocker(KeeperCase):
    @classmethod
    def setUpClass(cls):
        tar = cls.tar()
        cls.sandbox = cls.enterClassContext(Sandbox("e2e-keeper", gpu="none"))
        cls.sandbox.make_images("busybox:1")
        cls.must("network", "create", "--subnet", "172.31.99.0/24", NETWORK)
        done = cls.sandbox.control("exec", "--local", "docker", "import", "--change", 'ENTRYPOINT ["/helper-keeper"]', tar, IMAGE)
        assert done.stdout.startswith("sha256:"), done
        cls.start_keeper("/run/docker.sock")

    def test_a_container_that_starts_again_has_its_services(self):
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

        self.sandbox.control("engine", "stop")
        self.sandbox.control("engine", "start")
        self.eventually(3, lambda: self.count("box"), timeout=40)
        self.assert_stays(3, lambda: self.count("box"))

        self.must("rm", "-f", "box")
        self.eventually(None, lambda: self.recorded(box))


if __name__ == "__main__":
    harness.main()
