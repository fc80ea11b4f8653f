"""What the end-to-end tests share: a Sandbox that is up, a Helper that runs in its client's environment.

HELPER_TEST_SERVER=trixie in the environment gives every server the engines and tools of Debian 13 instead of this machine's.
A test file calls harness.main(); it ends with 77, which ctest counts as skipped, where the kernel or the user lets no
sandbox be made.
"""
import json
import os
import pty
import select
import socket
import subprocess
import sys
import time
import unittest

REPOSITORY = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
SANDBOX = os.path.join(REPOSITORY, "scripts", "sandbox")
HELPER_BIN_DIR = os.environ.get("HELPER_BIN_DIR", os.path.join(REPOSITORY, "build", "dev", "bin"))
RELEASE = os.environ.get("HELPER_TEST_SERVER", "")
UNTRUSTED = 14  # the exit status of untrusted
SKIPPED = 77  # as SKIP_RETURN_CODE in tests/CMakeLists.txt


class Sandbox:
    """One sandbox for as long as the `with` block lasts."""

    def __init__(self, name="e2e", gpu="both", release=RELEASE):
        self.name, self.gpu, self.release = name, gpu, release
        self.client = self.address = self.words_of_up = None

    def __enter__(self):
        try:
            if self.release:
                self.control("root", self.release, timeout=900)
            self.words_of_up = self.control("up", "--gpu", self.gpu, *(["--release", self.release] if self.release else [])).stderr
        except BaseException:
            self.control("down", check=False)
            raise
        facts = self.status()
        self.client, self.address = facts["client"], facts["address"]
        if os.geteuid() != 0:  # so that containers have the names of their targets here too
            owner = os.path.join(self.client, "home", ".local", "share", "helper", "owner.json")
            os.makedirs(os.path.dirname(owner), 0o700, exist_ok=True)
            with open(owner, "w", encoding="utf-8") as file:
                json.dump({"id": "0" * 32, "name": "root"}, file)
        return self

    def __exit__(self, *_):
        self.control("down")

    def control(self, *argv, check=True, timeout=180):
        """scripts/sandbox VERB ...; the CompletedProcess."""
        done = subprocess.run([SANDBOX, "--name", self.name, *argv], stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=timeout)
        if check and done.returncode != 0:
            raise AssertionError(f"sandbox {' '.join(argv)}: exit {done.returncode}\n{done.stdout}{done.stderr}")
        return done

    def make_images(self, *names):
        """Images of scripts/sandbox.d/catalog.py beside the two that are always there."""
        self.control("image", *names, timeout=600)

    def status(self):
        return json.loads(self.control("status", "--json", check=False).stdout)

    def environment(self):
        """The environment of `scripts/sandbox env`, as a shell makes it."""
        script = 'eval "$("$0" --name "$1" env)"; env -0'
        text = subprocess.run(["sh", "-c", script, SANDBOX, self.name], check=True, capture_output=True, text=True, timeout=30).stdout
        return dict(entry.split("=", 1) for entry in text.split("\0") if entry)

    def ssh(self, *argv, timeout=60, **more):
        """The client's own OpenSSH, to the server, never asking anything; the CompletedProcess."""
        return subprocess.run(["ssh", "-o", "BatchMode=yes", "-o", "ConnectTimeout=10", *argv], env=self.environment(), stdin=subprocess.DEVNULL,
                              capture_output=True, text=True, timeout=timeout, **more)

    def docker(self, *argv, timeout=60):
        """docker on the server, past ssh; the CompletedProcess."""
        return self.control("exec", "docker", *argv, check=False, timeout=timeout)

    def connect_seconds(self, tries=3):
        """The quickest of a few TCP connects to its sshd: one round trip each."""
        best = float("inf")
        for _ in range(tries):
            begin = time.monotonic()
            with socket.create_connection((self.address, 22), timeout=20):
                best = min(best, time.monotonic() - begin)
        return best


class Helper:
    """The built `helper`, as the sandbox's client would type it."""

    def __init__(self, sandbox, **environment):
        self.environment = {**sandbox.environment(), **environment}
        self.folder = sandbox.client
        self.approves = True

    def run(self, *argv, timeout=120, text=None):
        """The CompletedProcess. A config that is not approved yet is approved as the error says, and the command is run again: nothing has
        happened before. Tests of trust itself set `approves` to False."""
        done = self.run_once(*argv, timeout=timeout, text=text)
        if done.returncode != UNTRUSTED or not self.approves or argv[0] in ("trust", "rpc"):
            return done
        config = argv[argv.index("--config"):argv.index("--config") + 2] if "--config" in argv else ()
        self.run_once("trust", *config)
        return self.run_once(*argv, timeout=timeout, text=text)

    def answer_in_a_terminal(self, answers, *argv, folder=None, limit=120, before_answer=lambda: None):
        """The command in a terminal of its own, and an answer to each of its questions; what was on it, and the exit status."""
        answers = [answers] if isinstance(answers, str) else list(answers)
        pid, terminal = pty.fork()
        if pid == 0:
            os.chdir(folder or self.folder)
            os.execve(os.path.join(HELPER_BIN_DIR, "helper"), ["helper", *argv], self.environment)
        seen, asked, end = b"", 0, time.monotonic() + limit
        while time.monotonic() < end:
            if not select.select([terminal], [], [], 1)[0]:
                continue
            try:
                part = os.read(terminal, 65536)
            except OSError:
                break
            if not part:
                break
            seen += part
            if asked < len(answers) and seen.count(b"[yes/no]") > asked:
                before_answer()
                os.write(terminal, answers[asked].encode() + b"\n")
                asked += 1
        os.close(terminal)
        status = os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])
        return seen.decode(errors="replace").replace("\r", ""), status

    def run_once(self, *argv, timeout=120, text=None):
        given = {"input": text} if text is not None else {"stdin": subprocess.DEVNULL}
        return subprocess.run([os.path.join(HELPER_BIN_DIR, "helper"), *argv], env=self.environment, cwd=self.folder, capture_output=True, text=True,
                              timeout=timeout, **given)

    def json(self, *argv, **more):
        done = self.run(*argv, "--json", **more)
        try:
            return json.loads(done.stdout)
        except ValueError:
            raise AssertionError(f"helper {' '.join(argv)} --json: exit {done.returncode}\n{done.stdout}\n{done.stderr}") from None


def why_not():
    """Why no sandbox can be made here; None when one can."""
    if os.geteuid() != 0:
        return "the end-to-end tests need root"
    probe = subprocess.run(["unshare", "--net", "--mount", "--pid", "--fork", "true"], capture_output=True, text=True)
    return None if probe.returncode == 0 else f"this kernel gives no namespaces: {probe.stderr.strip()}"


def main():
    reason = why_not()
    if reason is not None:
        print(f"skipped: {reason}")
        sys.exit(SKIPPED)
    unittest.main(verbosity=2)
