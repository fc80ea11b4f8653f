"""The sandbox itself: what the other end-to-end tests are based on."""
import os
import socket
import subprocess
import threading
import unittest

import harness
from harness import Sandbox

TRACES = (["ip", "netns"], ["ip", "-o", "link"], ["ip", "route", "show", "table", "all"], ["cat", "/proc/mounts"],
          ["find", "/sys/fs/cgroup", "-type", "d", "-name", "helper-sandbox-*"], ["ps", "-eo", "args"])


def traces(name):
    """Every line about the sandbox of this name or its network that the machine shows, but those of the tests themselves."""
    found = []
    for command in TRACES:
        lines = subprocess.run(command, capture_output=True, text=True, check=True).stdout.splitlines()
        words = (f"hs-{name}", f"hd-{name}", f"helper-sandbox-{name}", f"helper-sandbox/{name}")
        found += [line for line in lines if any(word in line for word in words)]
    return found


class OneSandbox(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.sandbox = cls.enterClassContext(Sandbox("e2e"))

    def gpu_run(self, *flags):
        return self.sandbox.docker("run", "--rm", *flags, "centernet:1.2", "nvidia-smi", "-L")

    def test_ssh_lands_on_the_server_as_its_root(self):
        done = self.sandbox.ssh("e2e", "hostname; id -un; pwd")
        self.assertEqual(done.stdout.split(), ["e2e", "root", "/root"], done.stderr)

    def test_ssh_refuses_another_host_key(self):
        with open(os.path.join(self.sandbox.client, "wrong_hosts"), "w", encoding="utf-8") as file:
            key = "AAAAC3NzaC1lZDI1NTE5AAAAIGZvb2Jhcm9vYmFyZm9vYmFyZm9vYmFyZm9vYmFyZm9v"
            file.write(f"{self.sandbox.address} ssh-ed25519 {key}\n")
        done = self.sandbox.ssh("-o", f"UserKnownHostsFile={file.name}", "-o", "StrictHostKeyChecking=yes", "e2e", "true")
        self.assertEqual(done.returncode, 255)
        self.assertIn("REMOTE HOST IDENTIFICATION HAS CHANGED", done.stderr)

    def test_docker_over_ssh_is_the_sandbox_s_own_engine(self):
        images = self.sandbox.ssh("e2e", "docker image ls --format '{{.Repository}}:{{.Tag}}'").stdout.split()
        self.assertLessEqual({"bare:1", "centernet:1.2"}, set(images))
        self.assertEqual(self.sandbox.ssh("e2e", "docker info -f '{{.Name}}'").stdout.strip(), "e2e")

    def test_alice_may_use_the_engine_and_bob_may_not(self):
        self.assertEqual(self.sandbox.ssh("alice@e2e", "docker version").returncode, 0)
        refused = self.sandbox.ssh("bob@e2e", "docker version")
        self.assertNotEqual(refused.returncode, 0)
        self.assertIn("permission denied", refused.stderr)

    def test_the_owner_s_files_are_out_of_reach_of_the_server(self):
        self.sandbox.ssh("e2e", "echo changed >/etc/motd; echo x >/opt/from-the-sandbox; echo x >/tmp/from-the-sandbox; echo x >/root/from-the-sandbox")
        for path in ("/opt/from-the-sandbox", "/tmp/from-the-sandbox", "/root/from-the-sandbox"):
            self.assertFalse(os.path.exists(path), path)
        self.assertEqual(self.sandbox.ssh("e2e", "cat /etc/motd").stdout, "changed\n")

    def test_a_login_shell_in_the_image_finds_the_conda_python(self):
        script = 'which python; python -c "import sys, ssl, json; print(sys.prefix)"; conda info --base'
        done = self.sandbox.docker("run", "--rm", "centernet:1.2", "bash", "-lc", script)
        self.assertEqual(done.stdout.split(), ["/opt/conda/envs/CenterNet/bin/python", "/opt/conda/envs/CenterNet", "/opt/conda"], done.stderr)

    def test_the_bare_image_has_neither_sshd_nor_python(self):
        done = self.sandbox.docker("run", "--rm", "bare:1", "sh", "-c", "command -v sshd python3; echo none")
        self.assertEqual(done.stdout, "none\n", done.stderr)

    def test_privileged_and_unlimited_memlock_pass_as_on_a_real_server(self):
        done = self.sandbox.docker("run", "-d", "--privileged", "--ulimit", "memlock=-1", "--name", "strong", "bare:1", "sleep", "1000")
        self.addCleanup(self.sandbox.docker, "rm", "-f", "strong")
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertEqual(self.sandbox.docker("exec", "--privileged", "strong", "echo", "in").stdout, "in\n")
        shown = self.sandbox.docker("inspect", "-f", "{{.HostConfig.Privileged}} {{(index .HostConfig.Ulimits 0).Hard}} {{.HostConfig.Runtime}}", "strong")
        self.assertEqual(shown.stdout.strip(), "true -1 runc")

    def test_each_gpu_set_up_gives_what_it_should_and_the_engine_s_own_errors_else(self):
        self.addCleanup(self.sandbox.control, "gpu", "both")
        visible = ("--runtime=nvidia", "-e", "NVIDIA_VISIBLE_DEVICES=all")
        for setup, by_flag, by_runtime in (("none", False, False), ("runtime", False, True), ("gpus", True, False), ("both", True, True)):
            with self.subTest(setup):
                self.sandbox.control("gpu", setup)
                self.assertEqual(self.sandbox.status()["gpu"], setup)
                flag, runtime = self.gpu_run("--gpus", "all"), self.gpu_run(*visible)
                self.assertEqual(flag.returncode, 0 if by_flag else 125, flag.stderr)
                self.assertEqual(runtime.returncode, 0 if by_runtime else 125, runtime.stderr)
                if by_flag:
                    self.assertEqual(flag.stdout.count("GPU "), 2)
                else:
                    self.assertIn("could not select device driver", flag.stderr)
                if by_runtime:
                    self.assertEqual(runtime.stdout.count("GPU "), 2)
                else:
                    self.assertIn("Unknown runtime specified nvidia", runtime.stderr)

    def test_a_container_sees_only_the_gpus_it_was_given(self):
        self.assertRegex(self.gpu_run("--gpus", "device=1").stdout, r"\AGPU 1: [^\n]*\n\Z")
        self.assertIn("unknown device", self.gpu_run("--gpus", "device=7").stderr)
        self.assertIn("nvidia-smi", self.gpu_run("--runtime=nvidia").stderr)  # no NVIDIA_VISIBLE_DEVICES: no GPUs, as on a real server

    def test_a_restart_policy_survives_a_flip_of_the_gpu_set_up(self):
        self.sandbox.docker("run", "-d", "--restart", "unless-stopped", "--name", "lasting", "bare:1", "sleep", "1000")
        self.addCleanup(self.sandbox.docker, "rm", "-f", "lasting")
        self.sandbox.control("gpu", "both")
        self.assertEqual(self.sandbox.docker("inspect", "-f", "{{.State.Running}}", "lasting").stdout.strip(), "true")

    def test_delay_adds_that_much_to_each_round_trip_and_zero_takes_it_away(self):
        self.addCleanup(self.sandbox.control, "delay", "0")
        self.assertLess(self.sandbox.connect_seconds(tries=10), 0.200)
        self.sandbox.control("delay", "200")
        facts = self.sandbox.status()
        self.assertEqual((facts["delay_ms"], facts["address"]), (200, self.sandbox.address))
        self.assertGreaterEqual(self.sandbox.connect_seconds(), 0.200)
        self.assertEqual(self.sandbox.ssh("e2e", "echo over a long way").stdout, "over a long way\n")
        self.sandbox.control("delay", "0")
        self.assertLess(self.sandbox.connect_seconds(tries=10), 0.200)

    def test_a_cut_link_is_silent_and_an_open_connection_goes_on_after_heal(self):
        for milliseconds in ("0", "20"):
            with self.subTest(delay=milliseconds):
                self.sandbox.control("delay", milliseconds)
                self.addCleanup(self.sandbox.control, "delay", "0")
                session = subprocess.Popen(["ssh", "-o", "BatchMode=yes", "e2e", "cat"], env=self.sandbox.environment(), stdin=subprocess.PIPE,
                                           stdout=subprocess.PIPE, text=True, bufsize=1)
                self.addCleanup(session.stdout.close)
                self.addCleanup(session.stdin.close)
                self.addCleanup(session.wait, 20)
                self.addCleanup(session.kill)
                session.stdin.write("before\n")
                self.assertEqual(session.stdout.readline(), "before\n")
                self.sandbox.control("cut")
                self.addCleanup(self.sandbox.control, "heal")
                self.assertTrue(self.sandbox.status()["cut"])
                with self.assertRaises(TimeoutError):
                    socket.create_connection((self.sandbox.address, 22), timeout=2)
                session.stdin.write("during\n")
                answer = []
                reader = threading.Thread(target=lambda: answer.append(session.stdout.readline()), daemon=True)
                reader.start()
                reader.join(1)
                self.assertEqual(answer, [])
                self.sandbox.control("heal")
                reader.join(60)
                self.assertEqual(answer, ["during\n"])

    def test_a_further_image_is_made_when_asked_for_and_only_once(self):
        self.sandbox.make_images("busybox", "static-shell")
        self.assertEqual(self.sandbox.control("image", "busybox:1", "static-shell").stdout, "all there\n")
        self.assertEqual(self.sandbox.docker("run", "--rm", "busybox:1", "sh", "-c", 'echo "$GREETING"; command -v python3').stdout, "hello world\n")
        refused = self.sandbox.control("image", "no-such", check=False)
        self.assertEqual(refused.returncode, 1)
        self.assertIn("image no-such: none of centernet:1.2", refused.stderr)

    def test_the_engine_and_sshd_can_be_stopped_and_started(self):
        self.sandbox.control("engine", "stop")
        self.assertIn("Cannot connect to the Docker daemon", self.sandbox.ssh("e2e", "docker version").stderr)
        self.sandbox.control("engine", "start")
        self.assertEqual(self.sandbox.docker("version").returncode, 0)
        self.sandbox.control("sshd", "stop")
        self.assertIn("Connection refused", self.sandbox.ssh("e2e", "true").stderr)
        self.sandbox.control("sshd", "start")
        self.assertEqual(self.sandbox.ssh("e2e", "true").returncode, 0)

    def test_exec_local_has_this_machine_s_files_and_the_sandbox_s_loopback_and_engine(self):
        self.assertEqual(self.sandbox.control("exec", "--local", "docker", "info", "-f", "{{.Name}}").stdout.strip(), "e2e")
        self.sandbox.docker("run", "-d", "--name", "web", "-p", "127.0.0.1:8765:80", "centernet:1.2", "python3", "-m", "http.server", "80")
        self.addCleanup(self.sandbox.docker, "rm", "-f", "web")
        probe = "import socket,time\nfor _ in range(100):\n try: socket.create_connection(('127.0.0.1', 8765)); break\n except OSError: time.sleep(.1)\nelse: raise SystemExit(1)"
        self.assertEqual(self.sandbox.control("exec", "--local", "python3", "-c", probe).returncode, 0)
        with self.assertRaises(ConnectionRefusedError):
            socket.create_connection(("127.0.0.1", 8765), timeout=5)


class Life(unittest.TestCase):
    def test_two_sandboxes_stand_side_by_side_and_one_may_go_without_the_other(self):
        with Sandbox("e2e-a") as first:
            with Sandbox("e2e-b") as second:
                self.assertNotEqual(first.address, second.address)
                self.assertEqual(first.ssh("e2e-a", "hostname").stdout, "e2e-a\n")
                self.assertEqual(second.ssh("e2e-b", "hostname").stdout, "e2e-b\n")
            self.assertEqual(first.ssh("e2e-a", "docker ps -q | wc -l").stdout, "0\n")

    def test_up_twice_is_harmless(self):
        with Sandbox("e2e-a") as sandbox:
            before = sandbox.status()
            self.assertIn("is up already", sandbox.control("up").stdout)
            self.assertEqual(sandbox.status(), before)

    def test_up_after_a_crash_starts_afresh(self):
        with Sandbox("e2e-a") as sandbox:
            sandbox.docker("run", "-d", "--restart", "always", "--name", "old", "bare:1", "sleep", "1000")
            sandbox.control("delay", "5")
            # Process 1 of the server, killed from inside the sandbox's own record: all of the server dies with it.
            with open(os.path.join(os.path.dirname(sandbox.client), "init.json"), encoding="utf-8") as file:
                os.kill(harness.json.load(file)["pid"], 9)
            self.assertFalse(sandbox.status()["up"])
            self.assertNotIn("already", sandbox.control("up").stdout)
            self.assertEqual(sandbox.docker("ps", "-aq").stdout, "")
            self.assertEqual(sandbox.status()["delay_ms"], 0)
            self.assertEqual(sandbox.ssh("e2e-a", "true").returncode, 0)

    def test_down_leaves_nothing(self):
        with Sandbox("e2e-a") as sandbox:
            sandbox.docker("run", "-d", "--name", "busy", "bare:1", "sleep", "1000")
            sandbox.control("delay", "5")
            sandbox.control("cut")
            folder = os.path.dirname(sandbox.client)
            self.assertNotEqual(traces("e2e-a"), [])
        self.assertEqual(traces("e2e-a"), [])
        self.assertFalse(os.path.exists(folder))
        self.assertEqual(Sandbox("e2e-a").control("status", check=False).returncode, 3)

    def test_down_ends_the_daemon_that_its_client_started_and_no_other(self):
        def stand_in(environment):
            process = subprocess.Popen(["sleep", "1000"], env=environment)
            self.addCleanup(process.wait)
            self.addCleanup(process.kill)
            return process

        for home in ("the client's", "another"):
            with self.subTest(home):
                with Sandbox("e2e-a") as sandbox:
                    environment = sandbox.environment()
                    daemon = stand_in(environment if home == "the client's" else {**environment, "HOME": "/root"})
                    folder = os.path.join(environment["XDG_RUNTIME_DIR"], "helper")
                    os.mkdir(folder, 0o700)
                    with open(os.path.join(folder, "endpoint.json"), "w", encoding="utf-8") as file:
                        harness.json.dump({"pid": daemon.pid}, file)
                self.assertEqual(daemon.poll(), -15 if home == "the client's" else None)

    def test_up_starts_without_its_cache_when_that_is_damaged(self):
        with Sandbox("e2e-a") as sandbox:
            data = os.path.join(sandbox.environment()["HELPER_SANDBOX_CACHE"], "engine", "e2e-a")
        with open(os.path.join(data, "volumes", "metadata.db"), "wb") as file:
            file.write(b"damaged" * 4096)
        with Sandbox("e2e-a") as sandbox:
            self.assertIn("cached engine data is of no use", sandbox.words_of_up)
            self.assertEqual(len(sandbox.docker("image", "ls", "-q").stdout.split()), 2)

    def test_a_name_that_would_leave_its_folder_is_refused(self):
        for name in ("../x", "", "UPPER", "a-name-too-long-for-a-link"):
            done = Sandbox(name).control("status", check=False)
            self.assertEqual(done.returncode, 1, name)
            self.assertIn("--name", done.stderr)


if __name__ == "__main__":
    harness.main()
