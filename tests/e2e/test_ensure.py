"""The main job: `helper ensure` from nothing to a ready target, and back to ready after each thing that can happen to it."""
import json
import os
import signal
import socket
import subprocess
import time
import unittest

import harness
from harness import Helper, Sandbox


def wait_until(holds, seconds=30.0, every=0.2):
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        if holds():
            return True
        time.sleep(every)
    return False


class Target(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.sandbox = cls.enterClassContext(Sandbox("e2e-ensure"))
        cls.helper = Helper(cls.sandbox)
        cls.addClassCleanup(cls.helper.run, "rpc", "shutdown")
        cls.first = cls.helper.json("ensure")

    def ensure(self):
        report = self.helper.json("ensure")
        self.assertEqual(report.get("state"), "ready", report)
        return report

    def steps(self, report):
        return [step["text"] for step in report["steps"]]

    def openssh(self, *command, timeout=30, config=()):
        """The container by OpenSSH alone, with exactly the Host block that helper prints."""
        block = os.path.join(self.sandbox.client, "host-block")
        with open(block, "w", encoding="utf-8") as file:
            file.write(self.helper.run("settings", "--format", "ssh-config", *config).stdout)
        return subprocess.run(["/usr/bin/ssh", "-F", block, "-o", "BatchMode=yes", "-o", "ConnectTimeout=15", "centernet", *command],
                              stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=timeout)

    def daemon_pid(self):
        with open(os.path.join(self.helper.environment["XDG_RUNTIME_DIR"], "helper", "endpoint.json"), encoding="utf-8") as file:
            return json.load(file)["pid"]

    def jupyter_port(self):
        return self.ensure()["settings"]["jupyter_port"]


class MainJob(Target):
    def test_the_first_ensure_did_each_step_once(self):
        self.assertEqual(self.first["state"], "ready", self.first)
        self.assertTrue(self.first["changed"])
        verbs = [text.split(" ")[0] for text in self.steps(self.first)]
        self.assertEqual(verbs, ["open", "open", "create", "pin", "create", "start", "copy", "start", "forward", "forward", "start", "tell"])

    def test_a_second_ensure_changes_nothing_in_one_round_trip_and_says_so(self):
        self.ensure()
        report = self.ensure()
        self.assertFalse(report["changed"])
        self.assertEqual(report["steps"], [])
        self.assertEqual(report["round_trips"], 1)
        self.assertIn("nothing to do", self.helper.run("ensure").stdout)

    def test_openssh_with_strict_checking_runs_the_python_that_was_reported(self):
        settings = self.ensure()["settings"]
        self.assertEqual(settings["python"], "/opt/conda/envs/CenterNet/bin/python")
        done = self.openssh(settings["python"], "-c", "'import sys; print(sys.prefix, sys.version.split()[0])'")
        self.assertEqual(done.stdout.split(), [settings["python_prefix"], settings["python_version"]], done.stderr)

    def test_a_rogue_host_key_is_refused_by_the_same_settings(self):
        self.ensure()
        block = self.helper.run("settings", "--format", "ssh-config").stdout
        wrong = os.path.join(self.sandbox.client, "wrong_hosts")
        with open(wrong, "w", encoding="utf-8") as file:
            file.write("helper-centernet ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIGZvb2Jhcm9vYmFyZm9vYmFyZm9vYmFyZm9vYmFyZm9v\n")
        lines = [f"    UserKnownHostsFile {wrong}" if "UserKnownHostsFile" in line else line for line in block.splitlines()]
        path = os.path.join(self.sandbox.client, "wrong-block")
        with open(path, "w", encoding="utf-8") as file:
            file.write("\n".join(lines) + "\n")
        done = subprocess.run(["/usr/bin/ssh", "-F", path, "-o", "BatchMode=yes", "centernet", "true"], capture_output=True, text=True, timeout=30)
        self.assertEqual(done.returncode, 255)
        self.assertIn("REMOTE HOST IDENTIFICATION HAS CHANGED", done.stderr)

    def test_another_server_at_the_address_is_refused_by_the_same_settings(self):
        self.ensure()
        self.assertEqual(self.openssh("true").returncode, 0)
        # A real sshd that takes the same key, and is not the container's.
        there = ["-o", f"HostName={self.sandbox.address}", "-o", "Port=22", "-o", "BindAddress=0.0.0.0"]
        done = subprocess.run(["/usr/bin/ssh", "-F", os.path.join(self.sandbox.client, "host-block"), "-o", "BatchMode=yes", *there, "centernet", "true"],
                              stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=30)
        self.assertEqual(done.returncode, 255)
        self.assertIn("REMOTE HOST IDENTIFICATION HAS CHANGED", done.stderr)

    def test_a_byte_sent_to_the_jupyter_port_reaches_the_container(self):
        port = self.jupyter_port()
        listener = ("import socket; s=socket.socket(); s.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1); s.bind(('0.0.0.0', 8888)); s.listen(); "
                    "c=s.accept()[0]; open('/tmp/byte', 'wb').write(c.recv(1)); c.sendall(b'k')")
        self.sandbox.docker("exec", "-d", "centernet", "/usr/bin/python3", "-c", listener)
        self.assertTrue(wait_until(lambda: ":22B8" in self.sandbox.docker("exec", "centernet", "cat", "/proc/net/tcp").stdout))
        with socket.create_connection(("127.0.0.1", port), timeout=20) as connection:
            connection.sendall(b"x")
            self.assertEqual(connection.recv(1), b"k")
        self.assertEqual(self.sandbox.docker("exec", "centernet", "cat", "/tmp/byte").stdout, "x")

    def test_ports_listen_on_loopback_only_here_and_on_the_server(self):
        self.ensure()
        port = self.ensure()["settings"]["port"]
        here = subprocess.run(["ss", "-Hltn", f"sport = :{port}"], capture_output=True, text=True, check=True).stdout
        self.assertEqual([line.split()[3] for line in here.splitlines()], [f"127.0.0.1:{port}"])
        published = json.loads(self.sandbox.docker("inspect", "centernet").stdout)[0]["NetworkSettings"]["Ports"]
        self.assertEqual({binding["HostIp"] for bindings in published.values() for binding in bindings or []}, {"127.0.0.1"})

    def test_every_flag_of_the_config_is_on_the_container(self):
        self.ensure()
        container = json.loads(self.sandbox.docker("inspect", "centernet").stdout)[0]
        host = container["HostConfig"]
        self.assertEqual(host["ShmSize"], 1 << 30)
        self.assertEqual(host["Ulimits"], [{"Name": "memlock", "Hard": -1, "Soft": -1}])
        self.assertIn("/home/my_project:/workspace/my_project", host["Binds"])
        self.assertEqual(container["Config"]["Hostname"], "centernet")
        self.assertEqual(host["DeviceRequests"][0]["Capabilities"], [["gpu"]])

    def test_two_ensures_at_once_do_the_work_once(self):
        self.sandbox.docker("rm", "-f", "centernet")
        self.helper.run("trust")
        binary = os.path.join(harness.HELPER_BIN_DIR, "helper")
        both = [subprocess.Popen([binary, "ensure", "--json"], env=self.helper.environment, cwd=self.helper.folder, stdin=subprocess.DEVNULL,
                                 stdout=subprocess.PIPE, text=True) for _ in range(2)]
        reports = [json.loads(process.communicate(timeout=120)[0]) for process in both]
        self.assertEqual([report["state"] for report in reports], ["ready", "ready"], reports)
        created = json.loads(self.sandbox.docker("inspect", "centernet").stdout)[0]["Created"]
        self.assertEqual(self.ensure()["changed"], False)
        self.assertEqual(json.loads(self.sandbox.docker("inspect", "centernet").stdout)[0]["Created"], created)
        created_by = [report for report in reports if any(step["text"].startswith("create container") for step in report["steps"])]
        self.assertTrue(created_by)
        if len(created_by) == 2:  # one job that both waited for: the same steps
            self.assertEqual(reports[0]["steps"], reports[1]["steps"])

    def test_plan_and_dry_run_say_what_would_be_done_and_do_nothing(self):
        self.ensure()
        self.sandbox.docker("stop", "-t", "1", "centernet")
        plan = self.helper.run("plan")
        self.assertIn("start container centernet", plan.stdout + plan.stderr)
        self.assertEqual(self.helper.run("ensure", "--dry-run").stdout, plan.stdout)
        self.assertEqual(self.sandbox.docker("inspect", "-f", "{{.State.Status}}", "centernet").stdout.strip(), "exited")

    def test_a_connection_that_the_container_refuses_leaves_the_link_standing(self):
        port = self.jupyter_port()
        log = os.path.join(self.helper.environment["XDG_STATE_HOME"], "helper", "helperd.log")
        with open(log, encoding="utf-8") as file:
            before = file.read().count("link down")
        self.sandbox.docker("stop", "-t", "1", "centernet")  # with the container its published ports go
        with socket.create_connection(("127.0.0.1", port), timeout=20) as connection:
            self.assertEqual(connection.recv(1), b"")
        time.sleep(1)
        with open(log, encoding="utf-8") as file:
            self.assertEqual(file.read().count("link down"), before)

    def test_stop_logs_restart_and_remove(self):
        self.ensure()
        stopped = self.helper.json("stop")
        self.assertEqual(stopped["state"], "stopped")
        self.assertEqual(self.sandbox.docker("inspect", "-f", "{{.State.Status}}", "centernet").stdout.strip(), "exited")
        with self.assertRaises(OSError):
            socket.create_connection(("127.0.0.1", self.first["settings"]["port"]), timeout=5).close()
        self.assertEqual(self.helper.json("restart")["state"], "ready")
        self.sandbox.docker("exec", "centernet", "sh", "-c", "echo said by process 1 > /proc/1/fd/1")
        self.assertIn("said by process 1", self.helper.run("logs").stdout)
        refused = self.helper.run("remove")
        self.assertEqual(refused.returncode, 2, refused.stdout)
        self.assertIn("remove container centernet", refused.stderr)
        self.assertEqual(self.sandbox.docker("inspect", "-f", "{{.State.Running}}", "centernet").stdout.strip(), "true")
        self.assertEqual(self.helper.json("remove", "--yes")["state"], "absent")
        self.assertNotEqual(self.sandbox.docker("inspect", "centernet").returncode, 0)
        self.ensure()

    def test_settings_of_a_target_that_is_not_ready_are_refused(self):
        self.ensure()
        self.sandbox.docker("stop", "-t", "1", "centernet")
        done = self.helper.run("settings")
        self.assertEqual(done.returncode, 13, done.stdout + done.stderr)
        self.assertIn("helper ensure centernet", done.stderr)

    def test_an_image_that_starts_its_own_sshd_is_left_to_do_so(self):
        self.helper.run("remove", "--yes")
        with open(f"{self.sandbox.client}/helper.json", encoding="utf-8") as file:
            config = json.load(file)
        slow = "mkdir -p /run/sshd; ssh-keygen -q -t ed25519 -N '' -f /etc/ssh/ssh_host_ed25519_key; sleep 1; exec /usr/sbin/sshd -D"
        config["targets"]["centernet"]["container"]["command"] = ["sh", "-c", slow]
        path = f"{self.sandbox.client}/own-sshd.json"
        with open(path, "w", encoding="utf-8") as file:
            json.dump(config, file)
        self.addCleanup(self.helper.run, "remove", "--yes", "--config", path)
        report = self.helper.json("ensure", "--config", path)
        self.assertEqual(report.get("state"), "ready", report)
        self.assertTrue(wait_until(lambda: ":0016 " in self.sandbox.docker("exec", "centernet", "cat", "/proc/net/tcp").stdout))
        self.assertEqual(self.sandbox.docker("inspect", "-f", "{{.State.Status}}", "centernet").stdout.strip(), "running")
        self.assertEqual(self.openssh("true", config=["--config", path]).returncode, 0)

    def test_a_container_that_helper_did_not_make_is_adopted_and_never_removed(self):
        self.sandbox.docker("rm", "-f", "centernet")
        made = self.sandbox.docker("run", "-d", "--name", "centernet", "--gpus", "all", "centernet:1.2", "sleep", "1000")
        self.addCleanup(self.sandbox.docker, "rm", "-f", "centernet")
        report = self.ensure()
        self.assertTrue(any("not made by helper" in note for note in report["notes"]), report)
        self.assertEqual(self.openssh("hostname").stdout.strip(), made.stdout[:12])
        done = self.helper.run("remove", "--yes")
        self.assertEqual(done.returncode, 6)
        self.assertEqual(self.sandbox.docker("inspect", "-f", "{{.Id}}", "centernet").stdout.strip(), made.stdout.strip())


class Mending(Target):
    def test_after_docker_stop(self):
        self.ensure()
        self.sandbox.docker("stop", "-t", "1", "centernet")
        self.assertIn("start container centernet", self.steps(self.ensure()))
        self.assertEqual(self.openssh("true").returncode, 0)

    def test_after_docker_rm(self):
        self.ensure()
        self.sandbox.docker("rm", "-f", "centernet")
        steps = self.steps(self.ensure())
        self.assertIn("create container centernet from centernet:1.2 with --gpus", steps)
        self.assertFalse([text for text in steps if "host keys" in text], steps)
        self.assertEqual(self.openssh("true").returncode, 0)

    def test_after_a_pause(self):
        self.ensure()
        self.sandbox.docker("pause", "centernet")
        self.assertEqual(self.steps(self.ensure()), ["unpause container centernet"])

    def test_an_sshd_that_was_killed_in_the_container_comes_back_by_itself(self):
        self.ensure()
        self.sandbox.docker("exec", "centernet", "pkill", "-x", "sshd")
        self.assertTrue(wait_until(lambda: self.openssh("true").returncode == 0))
        self.assertFalse(self.ensure()["changed"])

    def test_after_everything_of_ours_in_the_container_was_killed(self):
        self.ensure()
        self.sandbox.docker("exec", "centernet", "pkill", "-f", "/dev/helper")
        self.assertIn("start sshd in the container", self.steps(self.ensure()))
        self.assertEqual(self.openssh("true").returncode, 0)

    def test_after_our_files_in_the_container_were_removed(self):
        self.ensure()
        self.sandbox.docker("exec", "centernet", "sh", "-c", "pkill -f /dev/helper; rm -rf /dev/helper/run")
        self.assertIn("start sshd in the container", self.steps(self.ensure()))
        self.assertEqual(self.openssh("true").returncode, 0)

    def test_other_people_s_keys_are_left_as_they_are_and_let_them_in(self):
        self.ensure()
        other = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIGZvb2Jhcm9vYmFyZm9vYmFyZm9vYmFyZm9vYmFyZm9v somebody else"
        self.sandbox.docker("exec", "centernet", "sh", "-c", f"mkdir -p /root/.ssh; printf '%s' '{other}' > /root/.ssh/authorized_keys; chmod 640 /root/.ssh/authorized_keys")
        self.ensure()
        self.assertEqual(self.sandbox.docker("exec", "centernet", "cat", "/root/.ssh/authorized_keys").stdout, other)
        self.assertEqual(self.sandbox.docker("exec", "centernet", "stat", "-c", "%a", "/root/.ssh/authorized_keys").stdout.strip(), "640")

    def test_eject_leaves_nothing_of_ours_in_the_container(self):
        self.sandbox.docker("rm", "-f", "centernet")
        self.sandbox.docker("run", "-d", "--name", "centernet", "--gpus", "all", "centernet:1.2", "sleep", "1000")
        self.addCleanup(self.sandbox.docker, "rm", "-f", "centernet")
        before = self.sandbox.docker("diff", "centernet").stdout
        self.ensure()
        self.assertEqual(self.openssh("true").returncode, 0)
        self.assertEqual(self.helper.json("eject")["state"], "ejected")
        self.assertEqual(self.sandbox.docker("diff", "centernet").stdout, before)
        self.assertNotIn("helper", self.sandbox.docker("exec", "centernet", "ps", "-ef").stdout)
        self.assertEqual(self.sandbox.docker("exec", "centernet", "ls", "/dev/helper").returncode, 2)
        self.assertFalse(self.helper.json("eject")["changed"])

    def test_looks_leave_no_process_in_a_container_whose_first_one_reaps_nobody(self):
        self.sandbox.docker("rm", "-f", "centernet")
        self.sandbox.docker("run", "-d", "--name", "centernet", "--gpus", "all", "centernet:1.2", "sleep", "1000")
        self.addCleanup(self.sandbox.docker, "rm", "-f", "centernet")
        self.ensure()
        self.helper.json("status")  # an exchange of keys leaves a process of sshd's, and one more look may be needed for the proof
        before = self.sandbox.docker("exec", "centernet", "ps", "-e", "-o", "pid=,args=").stdout.splitlines()
        for _ in range(3):
            self.helper.json("status")
            self.ensure()
        after = self.sandbox.docker("exec", "centernet", "ps", "-e", "-o", "pid=,args=").stdout.splitlines()
        self.assertEqual(len(after), len(before), after)

    def test_after_kill_9_of_the_daemon(self):
        self.ensure()
        before = self.daemon_pid()
        os.kill(before, signal.SIGKILL)
        self.ensure()
        self.assertNotEqual(self.daemon_pid(), before)
        self.assertEqual(self.openssh("true").returncode, 0)

    def test_after_the_link_was_cut_tunnels_come_back_by_themselves(self):
        self.ensure()
        self.assertEqual(self.openssh("true").returncode, 0)
        self.sandbox.control("cut")
        try:
            time.sleep(4)
        finally:
            self.sandbox.control("heal")
        block = os.path.join(self.sandbox.client, "host-block")
        ssh = ["/usr/bin/ssh", "-F", block, "-o", "BatchMode=yes", "-o", "ConnectTimeout=5", "centernet", "true"]
        self.assertTrue(wait_until(lambda: subprocess.run(ssh, stdin=subprocess.DEVNULL, capture_output=True, timeout=30).returncode == 0, 60))

    def test_after_the_server_s_engine_and_sshd_were_away_the_target_comes_back_by_itself(self):
        self.ensure()
        for verb in ("stop", "start"):
            self.sandbox.control("sshd", verb)
            self.sandbox.control("engine", verb)
        self.ensure()
        self.assertEqual(self.openssh("true").returncode, 0)

    def test_a_young_container_is_given_time_for_its_own_jupyter_but_a_look_is_none(self):
        waited = "the image starts a Jupyter of its own"
        for process, is_one in (("sh -c 'sleep 100; :' '@helper-0123-py import jupyterlab'", False), ("sh -c 'sleep 100; :' jupyter-lab", True)):
            self.sandbox.docker("rm", "-f", "centernet")
            self.ensure()
            self.sandbox.docker("exec", "-d", "centernet", "sh", "-c", f"exec {process}")
            self.assertEqual([note for note in self.ensure()["notes"] if waited in note] != [], is_one, process)

    def test_a_python_that_went_is_looked_for_again(self):
        self.ensure()
        self.sandbox.docker("exec", "centernet", "sh", "-c", "mv /opt/conda/envs/CenterNet /opt/conda/envs/moved; sed -i s/CenterNet/moved/ /root/.bashrc /root/.profile 2>/dev/null; true")
        report = self.ensure()
        self.assertNotEqual(report["settings"]["python"], "/opt/conda/envs/CenterNet/bin/python")
        self.sandbox.docker("rm", "-f", "centernet")


if __name__ == "__main__":
    harness.main()
