"""The daemon and what is around it: its files vanish, its children inherit nothing, it is killed in the middle of a build, descriptors run out, and
somebody else removes its containers."""
import contextlib
import json
import os
import random
import shutil
import signal
import subprocess
import tempfile
import threading
import time
import unittest

import harness
from harness import HELPER_BIN_DIR, Helper, Sandbox


def eventually(holds, seconds=10):
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        if holds():
            return True
        time.sleep(0.05)
    return bool(holds())


# A signal reaches one thread at first; on a busy machine the others go on until that one has run.
def is_stopped(pid):
    threads = os.listdir(f"/proc/{pid}/task")
    for thread in threads:
        with open(f"/proc/{pid}/task/{thread}/stat", encoding="utf-8") as file:
            if file.read().rsplit(")", 1)[1].split()[0] != "T":
                return False
    return True


class Surroundings(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.sandbox = cls.enterClassContext(Sandbox("e2e-surround"))
        cls.temporary = os.path.join(cls.sandbox.client, "tmp")
        os.makedirs(cls.temporary)
        cls.helper = Helper(cls.sandbox, TMPDIR=cls.temporary)
        cls.addClassCleanup(cls.helper.run, "rpc", "shutdown")
        cls.runtime = os.path.join(cls.helper.environment["XDG_RUNTIME_DIR"], "helper")
        with open(os.path.join(cls.sandbox.client, "helper.json"), encoding="utf-8") as file:
            cls.config_at_first = json.load(file)

    def setUp(self):
        self.write_config()
        self.helper.run("remove", "--yes")
        self.sandbox.docker("rm", "-f", "centernet", "centernet.helper-replaced")

    def write_config(self, server=None, post_create=None, **container):
        config = json.loads(json.dumps(self.config_at_first))
        target = config["targets"]["centernet"]
        target["server"] = server or target["server"]
        if post_create is not None:
            target["post_create"] = post_create
        for key, value in container.items():
            if value is None:
                target["container"].pop(key, None)
            else:
                target["container"][key] = value
        self.config = os.path.join(self.sandbox.client, "helper.json")
        with open(self.config, "w", encoding="utf-8") as file:
            json.dump(config, file)

    def endpoint(self):
        self.helper.run("status")
        with open(os.path.join(self.runtime, "endpoint.json"), encoding="utf-8") as file:
            return json.load(file)

    def start(self, *argv, **more):
        """helper in the background; its Popen, whose output is read by nobody until it has ended."""
        self.helper.run("trust")
        child = subprocess.Popen([os.path.join(HELPER_BIN_DIR, "helper"), *argv], env=self.helper.environment, cwd=self.helper.folder,
                                 stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, **more)
        self.addCleanup(child.stdout.close)
        return child

    # All at once: files that are made again at once would be in the way of a removal one by one.
    def take_the_folder_away(self):
        gone = tempfile.mkdtemp(dir=self.sandbox.client)
        os.rename(self.runtime, os.path.join(gone, "helper"))
        shutil.rmtree(gone)

    # Host blocks of the person's own ssh_config, by which servers of this test are reached.
    def write_ssh_host(self, name, proxy_command):
        path = os.path.join(self.helper.environment["HOME"], ".ssh", "config")
        with open(path, encoding="utf-8") as file:
            before = file.read()

        def restore():
            with open(path, "w", encoding="utf-8") as file:
                file.write(before)

        self.addCleanup(restore)
        with open(path, "w", encoding="utf-8") as file:
            file.write(f"Host {name}\n  HostName {name}.invalid\n  ProxyCommand {proxy_command}\n\n{before}")

    def test_files_that_vanish_are_there_again_and_the_same_daemon_serves(self):
        pid = self.endpoint()["pid"]
        for loss in (self.take_the_folder_away, lambda: os.remove(os.path.join(self.runtime, "endpoint.json")),
                     lambda: os.remove(os.path.join(self.runtime, "helperd.lock"))):
            loss()
            self.assertTrue(eventually(lambda: os.path.exists(os.path.join(self.runtime, "endpoint.json"))
                                       and os.path.exists(os.path.join(self.runtime, "helperd.lock"))))
            self.assertEqual(self.endpoint()["pid"], pid)
            self.assertEqual(os.stat(self.runtime).st_mode & 0o777, 0o700)
            self.assertEqual(os.stat(os.path.join(self.runtime, "endpoint.json")).st_mode & 0o777, 0o600)

    def test_a_daemon_whose_place_another_has_taken_ends_and_gives_its_ports_back(self):
        self.assertEqual(self.helper.json("ensure").get("state"), "ready")
        first = self.endpoint()["pid"]
        os.kill(first, signal.SIGSTOP)  # it cannot repair anything meanwhile
        self.assertTrue(eventually(lambda: is_stopped(first)))

        def go_on():
            with contextlib.suppress(ProcessLookupError):
                os.kill(first, signal.SIGCONT)

        self.addCleanup(go_on)
        self.take_the_folder_away()
        self.helper.run("status")
        second = self.endpoint()["pid"]
        self.assertNotEqual(second, first)
        os.kill(first, signal.SIGCONT)
        self.assertTrue(eventually(lambda: not os.path.exists(f"/proc/{first}")), "the first daemon is still there")
        self.assertEqual(self.endpoint()["pid"], second)
        report = self.helper.json("ensure")
        self.assertEqual(report.get("state"), "ready", report)

    def test_a_proxy_command_inherits_nothing_and_keeps_nobody_waiting(self):
        seen = os.path.join(self.sandbox.client, "seen")
        # Its descendant ignores the end of its input, and SIGTERM.
        self.write_ssh_host("throughproxy", f"sh -c 'ls -l /proc/$$/fd > {seen}.new; echo $$ >> {seen}.new; mv {seen}.new {seen}; "
                                            "trap \"\" TERM HUP; (trap \"\" TERM HUP; sleep 40) & sleep 40'")
        pid = self.endpoint()["pid"]
        watchers = [self.start("watch", "--json") for _ in range(2)]  # connections in flight
        for watcher in watchers:
            self.addCleanup(watcher.wait)
            self.addCleanup(watcher.kill)
        time.sleep(0.3)
        self.write_config(server="throughproxy")
        waiting = self.start("ensure")
        self.assertTrue(eventually(lambda: os.path.exists(seen)), "the ProxyCommand was not run")
        with open(seen, encoding="utf-8") as file:
            lines = file.read().splitlines()
        leader = int(lines[-1])  # of the process group that ignores SIGTERM
        self.addCleanup(os.killpg, leader, signal.SIGKILL)
        open_there = {line.split(" -> ")[0].split()[-1]: line.split(" -> ")[1] for line in lines if " -> " in line}
        # dash keeps its own output, which is the input as well, at 10 while `ls` has another.
        others = {fd: what for fd, what in open_there.items() if int(fd) > 2 and what != open_there["0"]}
        self.assertEqual(others, {}, open_there)
        begin = time.monotonic()
        os.kill(pid, signal.SIGKILL)
        waiting.wait(timeout=20)
        self.assertLess(time.monotonic() - begin, 5, "the command waited for a descendant of the ProxyCommand")

    def test_a_kill_in_the_middle_of_a_build_leaves_nothing_in_the_folder_for_temporary_files(self):
        folder = os.path.join(self.sandbox.client, "context")
        os.makedirs(folder, exist_ok=True)
        with open(os.path.join(folder, "Dockerfile"), "w", encoding="utf-8") as file:
            file.write("FROM centernet:1.2\nCOPY . /opt/app\nRUN sleep 2\n")
        with open(os.path.join(folder, "big"), "wb") as file:
            file.write(os.urandom(40 << 20))
        self.write_config(image=None, build={"context": folder})
        for wait in (0.3, 0.8, 1.5):
            pid = self.endpoint()["pid"]
            waiting = self.start("ensure")
            time.sleep(wait)
            os.kill(pid, signal.SIGKILL)
            waiting.communicate(timeout=30)
            self.assertEqual(os.listdir(self.temporary), [])
        self.assertEqual(self.helper.json("ensure", timeout=300).get("state"), "ready")
        self.assertEqual(os.listdir(self.temporary), [])

    # A log of the run itself, an IDE's own files, __pycache__: whatever changes in the context while it is built.
    def test_a_context_that_changes_while_it_is_built_is_built_as_it_was_sent(self):
        folder = os.path.join(self.sandbox.client, "changing")
        os.makedirs(folder, exist_ok=True)
        with open(os.path.join(folder, "Dockerfile"), "w", encoding="utf-8") as file:
            file.write(f"FROM centernet:1.2\nRUN sleep 1 # {time.time()}: no run before this one has built it\n")
        self.write_config(image=None, build={"context": folder})
        stop = threading.Event()

        def write():
            count = 0
            while not stop.is_set():
                count += 1
                os.makedirs(os.path.join(folder, "__pycache__"), exist_ok=True)
                with open(os.path.join(folder, "__pycache__", f"{count % 3}.pyc"), "w", encoding="utf-8") as file:
                    file.write("x" * count)
                with open(os.path.join(folder, "run.log"), "a", encoding="utf-8") as file:
                    file.write(f"{count}\n")
                time.sleep(0.02)

        writer = threading.Thread(target=write)
        writer.start()
        try:
            report = self.helper.json("ensure", timeout=300)
        finally:
            stop.set()
            writer.join()
        self.assertEqual(report.get("state"), "ready", report)
        self.assertIn("changed while image", json.dumps(report["notes"]))
        self.assertEqual(sum("build image" in step["text"] for step in report["steps"]), 1)

    def test_an_image_that_waits_for_a_person_and_has_lines_of_nis_is_ready(self):
        folder = os.path.join(self.sandbox.client, "field")
        os.makedirs(folder, exist_ok=True)
        with open(os.path.join(folder, "Dockerfile"), "w", encoding="utf-8") as file:
            file.write("FROM centernet:1.2\nRUN printf '+::::::\\n# none\\n' >> /etc/passwd && echo '+:::' >> /etc/group\nCMD bash -l\n")
        collide = ["--uts=host"]
        self.write_config(image=None, command=None, build={"context": folder}, hostname="box", extra_args=collide)
        refused = self.helper.json("ensure", timeout=300)["error"]
        self.assertIn('"hostname"', refused["fix"])
        self.assertIn("--uts=host", refused["fix"])
        self.write_config(image=None, command=None, build={"context": folder}, extra_args=["--log-driver=none"])
        report = self.helper.json("ensure", timeout=300)
        self.assertEqual(report.get("state"), "ready", report)
        self.assertIn('log driver "none"', self.helper.json("logs")["error"]["cause"])

    def test_running_out_of_descriptors_is_said_to_be_that(self):
        for limit in (16, 20, 24, 28):
            runtime = tempfile.mkdtemp(dir=self.sandbox.client)
            environment = {**self.helper.environment, "XDG_RUNTIME_DIR": runtime, "XDG_STATE_HOME": runtime}
            command = f'ulimit -n {limit}; exec "$0" ensure'
            done = subprocess.run(["sh", "-c", command, os.path.join(HELPER_BIN_DIR, "helper")], env=environment, cwd=self.helper.folder,
                                  stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=120)
            program = os.path.join(HELPER_BIN_DIR, "helper")
            subprocess.run([program, "rpc", "shutdown"], env=environment, cwd=self.helper.folder, stdin=subprocess.DEVNULL, capture_output=True, timeout=60)
            said = done.stdout + done.stderr
            self.assertNotIn("sudo apt", said, limit)
            self.assertNotIn("locale", said, limit)
            if "ready" not in said:
                self.assertIn("descriptor", said, limit)
                self.assertIn("ulimit -n", said, limit)

    def test_hooks_of_a_container_whose_root_is_read_only_run_once_for_each_run(self):
        self.write_config(post_create=["echo ran >> /dev/shm/ran"], extra_args=["--read-only"])
        report = self.helper.json("ensure")
        self.assertEqual(report.get("state"), "ready", report)
        self.assertFalse(self.helper.json("ensure")["changed"])
        count = self.sandbox.docker("exec", "centernet", "cat", "/dev/shm/ran").stdout
        self.assertEqual(count, "ran\n")
        self.assertEqual(self.helper.json("restart").get("state"), "ready")
        self.assertFalse(self.helper.json("ensure")["changed"])

    def test_a_container_that_somebody_removes_at_any_moment_of_an_ensure_is_made_again(self):
        chance = random.Random(7)
        seconds = self.helper.json("ensure")["elapsed_ms"] / 1000
        for _ in range(12):
            self.sandbox.docker("rm", "-f", "centernet")
            waiting = self.start("ensure")
            time.sleep(chance.uniform(0, seconds * 1.2))
            self.sandbox.docker("rm", "-f", "centernet")
            out, _ = waiting.communicate(timeout=120)
            self.assertEqual(waiting.returncode, 0, out)

    def test_labels_tell_nothing_of_the_values_of_variables(self):
        def labels(value):
            self.sandbox.docker("rm", "-f", "centernet")
            self.write_config(env={"TOKEN": value})
            self.assertEqual(self.helper.json("ensure").get("state"), "ready")
            all_of_them = json.loads(self.sandbox.docker("inspect", "--format", "{{json .Config.Labels}}", "centernet").stdout)
            return {name: text for name, text in all_of_them.items() if not name.endswith("nonce")}  # that is another one each time

        self.assertEqual(labels("1234"), labels("9876"))
        self.assertFalse(self.helper.json("ensure")["changed"])
        self.write_config(env={"TOKEN": "0000"})
        self.assertIn("TOKEN with another value", json.dumps(self.helper.json("plan")["drifts"]))


if __name__ == "__main__":
    harness.main()
