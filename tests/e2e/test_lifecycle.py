"""A container's life: built from a Dockerfile, drifting from its config, recreated only when somebody agrees, copied, listed; and the helper killed at each
step."""
import http.client
import json
import os
import signal
import subprocess
import time
import unittest
import urllib.parse

import harness
from harness import Helper, Sandbox


class Lifecycle(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.sandbox = cls.enterClassContext(Sandbox("e2e-life"))
        cls.helper = Helper(cls.sandbox)
        cls.addClassCleanup(cls.helper.run, "rpc", "shutdown")
        with open(os.path.join(cls.sandbox.client, "helper.json"), encoding="utf-8") as file:
            cls.config_at_first = json.load(file)

    def setUp(self):
        self.write_config()
        self.helper.run("remove", "--yes")
        self.sandbox.docker("rm", "-f", "centernet", "centernet.helper-replaced")

    # The config as the sandbox made it, with `container` changed.
    def write_config(self, **container):
        config = json.loads(json.dumps(self.config_at_first))
        its = config["targets"]["centernet"]["container"]
        for key, value in container.items():
            if value is None:
                its.pop(key, None)
            else:
                its[key] = value
        self.config = os.path.join(self.sandbox.client, "helper.json")
        with open(self.config, "w", encoding="utf-8") as file:
            json.dump(config, file)

    def endpoint(self):
        self.helper.run("status")
        with open(os.path.join(self.helper.environment["XDG_RUNTIME_DIR"], "helper", "endpoint.json"), encoding="utf-8") as file:
            return json.load(file)

    # A call whose questions `answer` answers (a function of the event); the result or error, and the events.
    def call(self, method, params, answer=None, on_event=lambda event: None):
        endpoint = self.endpoint()
        self.helper.run("trust")
        url = urllib.parse.urlparse(endpoint["url"])
        headers = {"Content-Type": "application/json", "Accept": "application/x-ndjson", "Authorization": f"Bearer {endpoint['token']}"}
        body = {"jsonrpc": "2.0", "id": "life", "method": method, "params": {"config": self.config, "can_answer": answer is not None, **params}}
        connection = http.client.HTTPConnection(url.hostname, url.port, timeout=180)
        connection.request("POST", url.path or "/", json.dumps(body), headers)
        self.addCleanup(connection.close)
        events = []
        with connection.getresponse() as reply:
            for line in reply:
                if not line.strip():  # sent now and then to keep the connection
                    continue
                message = json.loads(line)
                if "method" not in message:
                    return message, events
                event = message["params"]
                event = event.get("event", event)
                events.append(event)
                on_event(event)
                if event["kind"] == "question" and answer is not None:
                    value = {"question": event["question_id"], "value": answer(event)}
                    self.assertEqual(self.helper.run("rpc", "answer", json.dumps(value)).returncode, 0)
        self.fail(f"{method} ended without a reply: {events}")

    def ensure(self, *argv):
        report = self.helper.json("ensure", *argv)
        self.assertEqual(report.get("state"), "ready", report)
        return report

    def steps(self, report):
        return [step["text"] for step in report["steps"]]

    def container(self, name="centernet"):
        found = self.sandbox.docker("container", "inspect", name)
        return json.loads(found.stdout)[0] if found.returncode == 0 else None

    def inside(self, *argv):
        done = self.sandbox.docker("exec", "centernet", *argv)
        self.assertEqual(done.returncode, 0, done.stderr)
        return done.stdout

    # What only a person can have written.
    def write_notes(self):
        self.ensure()
        self.inside("sh", "-c", "echo precious > /root/notes.txt")

    def assert_notes_are_there(self):
        self.assertEqual(self.inside("cat", "/root/notes.txt"), "precious\n")


class Drift(Lifecycle):
    def test_nothing_drifts_right_after_the_first_ensure(self):
        self.ensure()
        self.assertEqual(self.helper.json("plan")["drifts"], [])
        self.assertEqual(self.ensure()["steps"], [])

    def test_each_field_that_only_creation_sets_is_told_and_left_as_it_is(self):
        self.write_notes()
        before = self.container()["Id"]
        changes = {"shm_size": "2g", "env": {"SECRET": "hunter2"}, "hostname": "another", "mounts": ["/tmp:/mnt"], "ports": ["18080:80"],
                   "ulimits": {"stack": 67108864}, "command": ["sleep", "infinity"], "extra_args": ["--cap-add=SYS_PTRACE"]}
        for key, value in changes.items():
            with self.subTest(key):
                self.write_config(**{key: value})
                plan = self.helper.json("plan")
                self.assertEqual([(drift["field"], drift["need"], drift["cause"]) for drift in plan["drifts"]],
                                 [(f"container.{key}", "recreate", "the config has changed")], plan)
                self.assertNotIn("hunter2", json.dumps(plan))
                self.assertEqual(plan["steps"], [])
                report = self.ensure()
                self.assertEqual(self.container()["Id"], before)
                self.assertIn("--recreate", " ".join(report["notes"]))
        self.assert_notes_are_there()

    def test_the_restart_policy_is_changed_under_a_running_container_also_after_a_change_by_others(self):
        self.ensure()
        before = self.container()
        self.write_config(restart="no")
        self.assertEqual(self.steps(self.ensure()), ["set the restart policy of container centernet to no"])
        self.assertEqual(self.container()["HostConfig"]["RestartPolicy"]["Name"], "no")
        self.sandbox.docker("update", "--restart", "always", "centernet")
        report = self.ensure()
        self.assertEqual(self.steps(report), ["set the restart policy of container centernet to no"])
        after = self.container()
        self.assertEqual((after["Id"], after["State"]["StartedAt"]), (before["Id"], before["State"]["StartedAt"]))

    def test_a_tag_that_names_another_image_is_told_and_changes_nothing_by_itself(self):
        self.write_notes()
        before = self.container()["Id"]
        self.sandbox.docker("commit", "centernet", "centernet:newer")
        self.sandbox.docker("tag", "centernet:1.2", "centernet:older")
        self.sandbox.docker("tag", "centernet:newer", "centernet:1.2")
        try:
            drifts = self.helper.json("plan")["drifts"]
            self.assertEqual([(drift["field"], drift["need"]) for drift in drifts], [("container.image", "recreate")])
            self.assertIn("another image", drifts[0]["cause"])
            self.ensure()
            self.assertEqual(self.container()["Id"], before)
        finally:
            self.sandbox.docker("tag", "centernet:older", "centernet:1.2")


class Consent(Lifecycle):
    def drifted(self):
        self.write_notes()
        self.write_config(shm_size="2g")
        return self.container()["Id"]

    def test_a_question_says_what_would_be_lost_and_no_keeps_all_of_it(self):
        before = self.drifted()
        self.sandbox.docker("exec", "-d", "centernet", "sh", "-c", "exec sleep 4321")
        reply, events = self.call("ensure", {}, lambda event: "no")
        self.assertEqual(reply["result"]["state"], "ready", reply)
        questions = [event["question"] for event in events if event["kind"] == "question"]
        self.assertEqual(len(questions), 1)
        self.assertEqual(questions[0]["choices"], ["yes", "snapshot", "no"])
        said = "\n".join(questions[0]["details"])
        for words in ("container.shm_size", "/root/notes.txt", "sleep 4321"):
            self.assertIn(words, said)
        self.assertRegex(said, r"[0-9]+ changes, [0-9.]+ k?B")
        self.assertNotIn("helper.sh", said)
        self.assertEqual(self.container()["Id"], before)
        self.assert_notes_are_there()

    def test_yes_makes_it_anew_with_its_name_and_nothing_is_left_over(self):
        before = self.drifted()
        reply, _ = self.call("ensure", {}, lambda event: "yes")
        self.assertEqual(reply["result"]["state"], "ready", reply)
        after = self.container()
        self.assertNotEqual(after["Id"], before)
        self.assertEqual(after["HostConfig"]["ShmSize"], 2 << 30)
        self.assertIsNone(self.container("centernet.helper-replaced"))
        self.assertEqual(self.helper.json("plan")["drifts"], [])

    def test_snapshot_keeps_what_was_written_as_an_image(self):
        self.drifted()
        reply, _ = self.call("ensure", {}, lambda event: "snapshot")
        self.assertEqual(reply["result"]["state"], "ready", reply)
        copy = [step["text"] for step in reply["result"]["steps"] if step["text"].startswith("save a copy")][0].split()[-1]
        self.assertEqual(self.sandbox.docker("run", "--rm", copy, "cat", "/root/notes.txt").stdout, "precious\n")
        labels = json.loads(self.sandbox.docker("image", "inspect", copy).stdout)[0]["Config"]["Labels"]
        self.assertEqual({value for name, value in labels.items() if name.startswith("io.helper.")}, {""})

    def test_without_anybody_to_ask_recreate_is_said_by_an_option(self):
        before = self.drifted()
        self.ensure()
        self.assertEqual(self.container()["Id"], before)
        self.ensure("--recreate")
        self.assertNotEqual(self.container()["Id"], before)

    def test_a_new_container_that_cannot_be_made_brings_the_old_one_back(self):
        for broken in ({"extra_args": ["--mount=type=bind,source=/nowhere/at/all,target=/x"]}, {"command": ["/no/such/program"]},
                       {"command": ["false"], "restart": "no"}):
            with self.subTest(broken):
                self.setUp()
                self.write_notes()
                before = self.container()["Id"]
                self.write_config(**broken)
                failed = self.helper.run("ensure", "--recreate")
                self.assertNotEqual(failed.returncode, 0)
                self.assertIn("back as it was", failed.stderr)
                self.assertEqual(self.container()["Id"], before)
                self.assertTrue(self.container()["State"]["Running"])
                self.assertIsNone(self.container("centernet.helper-replaced"))
                self.assert_notes_are_there()

    def test_a_container_that_helper_did_not_make_is_never_recreated(self):
        self.sandbox.docker("run", "-d", "--gpus", "all", "--name", "centernet", "centernet:1.2", "sleep", "infinity")
        before = self.container()["Id"]
        self.write_config(shm_size="2g")
        self.ensure("--recreate")
        self.assertEqual(self.container()["Id"], before)

    def test_a_container_of_a_snapshot_made_by_somebody_is_not_taken_for_helper_s(self):
        self.write_notes()
        report = self.helper.json("snapshot", "--tag", "mine:1")
        self.assertEqual(report.get("image"), "mine:1", report)
        image = report["image"]
        self.helper.run("remove", "--yes")
        self.sandbox.docker("run", "-d", "--name", "centernet", image, "sleep", "infinity")
        refused = self.helper.run("remove", "--yes")
        self.assertNotEqual(refused.returncode, 0)
        self.assert_notes_are_there()

    def test_twenty_recreations_ask_no_client_anything(self):
        self.ensure()
        block = os.path.join(self.sandbox.client, "host-block")
        with open(block, "w", encoding="utf-8") as file:
            file.write(self.helper.run("settings", "--format", "ssh-config").stdout)
        ids = set()
        for i in range(20):
            self.write_config(env={"ROUND": str(i)})
            self.ensure("--recreate")
            ids.add(self.container()["Id"])
            ssh = ["/usr/bin/ssh", "-F", block, "-o", "BatchMode=yes", "-o", "StrictHostKeyChecking=yes", "centernet", "echo $ROUND"]
            done = subprocess.run(ssh, stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=60)
            self.assertEqual((done.returncode, done.stdout, done.stderr), (0, f"{i}\n", ""))
        self.assertEqual(len(ids), 20)


class Build(Lifecycle):
    def write_context(self, **files):
        folder = os.path.join(self.sandbox.client, "context")
        subprocess.run(["rm", "-rf", folder], check=True)
        os.makedirs(folder)
        for name, text in files.items():
            with open(os.path.join(folder, name.replace("__", ".")), "w", encoding="utf-8") as file:
                file.write(text)
        return folder

    def test_an_image_is_built_with_progress_and_again_only_when_its_files_change(self):
        self.sandbox.docker("rmi", "-f", "helper/centernet")
        folder = self.write_context(Dockerfile="FROM centernet:1.2\nARG WHO\nCOPY . /opt/app\nRUN echo built for $WHO > /opt/built\n",
                                    main__py="print(1)\n", data__bin="x" * 100_000, __dockerignore="*.bin\n")
        os.symlink("/etc/passwd", os.path.join(folder, "out"))
        self.write_config(image=None, build={"context": "context", "args": {"WHO": "me"}})
        reply, events = self.call("ensure", {})
        self.assertEqual(reply["result"]["state"], "ready", reply)
        self.assertIn("build image helper/centernet", self.steps(reply["result"]))
        progress = [event["text"] for event in events if event["kind"] == "progress"]
        self.assertTrue(any("RUN" in line for line in progress), progress)
        self.assertEqual(self.inside("cat", "/opt/built"), "built for me\n")
        self.assertEqual(self.inside("sh", "-c", "cd /opt/app; ls -A | sort; readlink out").split(), [".dockerignore", "Dockerfile", "main.py", "out", "/etc/passwd"])
        self.assertEqual(self.ensure()["steps"], [])
        os.utime(os.path.join(folder, "main.py"))
        self.assertEqual(self.helper.json("plan")["drifts"], [], "another time is no other content")

        self.inside("sh", "-c", "echo precious > /root/notes.txt")
        before = self.container()["Id"]
        with open(os.path.join(folder, "main.py"), "a", encoding="utf-8") as file:
            file.write("print(2)\n")
        self.assertEqual([drift["field"] for drift in self.helper.json("plan")["drifts"]], ["container.build"])
        self.ensure()
        self.assertEqual(self.container()["Id"], before)
        self.assert_notes_are_there()
        report = self.ensure("--recreate")
        self.assertIn("build image helper/centernet", self.steps(report))
        self.assertEqual(self.inside("cat", "/opt/app/main.py"), "print(1)\nprint(2)\n")

    def test_a_build_that_fails_says_what_it_said_and_touches_no_container(self):
        self.sandbox.docker("rmi", "-f", "helper/centernet")
        self.write_context(Dockerfile="FROM centernet:1.2\nRUN echo no compiler here >&2; exit 3\n")
        self.write_config(image=None, build={"context": "context"})
        failed = self.helper.run("ensure")
        self.assertNotEqual(failed.returncode, 0)
        self.assertIn("no compiler here", failed.stderr)
        self.assertIsNone(self.container())

    def test_an_image_of_that_name_that_helper_did_not_build_is_left_alone(self):
        self.write_context(Dockerfile="FROM centernet:1.2\n")
        before = self.sandbox.docker("image", "inspect", "-f", "{{.Id}}", "centernet:1.2").stdout
        self.write_config(build={"context": "context"})
        failed = self.helper.run("ensure")
        self.assertIn("did not build", failed.stderr)
        self.assertEqual(self.sandbox.docker("image", "inspect", "-f", "{{.Id}}", "centernet:1.2").stdout, before)


class SnapshotAndList(Lifecycle):
    def test_a_snapshot_can_be_the_next_image(self):
        self.write_notes()
        done = self.helper.run("snapshot", "--tag", "centernet:tuned")
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertIn("centernet:tuned", done.stdout)
        self.helper.run("remove", "--yes")
        self.write_config(image="centernet:tuned")
        self.ensure()
        self.assert_notes_are_there()

    def test_a_list_names_what_helper_made_and_nothing_else(self):
        self.ensure()
        self.sandbox.docker("run", "-d", "--name", "theirs", "centernet:1.2", "sleep", "infinity")
        try:
            lists = self.helper.json("list")
        finally:
            self.sandbox.docker("rm", "-f", "theirs")
        self.assertEqual([each["container"] for each in lists[0]["containers"]], ["centernet"])
        row = lists[0]["containers"][0]
        self.assertEqual((row["target"], row["state"], row["image"]), ("centernet", "running", "centernet:1.2"))
        self.assertRegex(row["size"], r"^[0-9.]+k?B$|^[0-9.]+MB$")
        self.assertIn("centernet", self.helper.run("list").stdout)


class Killed(Lifecycle):
    # Kills helperd once the n-th step of an ensure has begun; False when it had fewer.
    def ensure_killed_at(self, n, **params):
        pid = self.endpoint()["pid"]
        begun = []

        def count(event):
            if event["kind"] == "started":
                begun.append(event["text"])
                if len(begun) == n:
                    os.kill(pid, signal.SIGKILL)

        try:
            self.call("ensure", params, on_event=count)
        except (http.client.HTTPException, OSError, ValueError, AssertionError):
            if len(begun) < n:
                raise
        while len(begun) >= n and os.path.exists(f"/proc/{pid}/root/."):
            time.sleep(0.05)
        return len(begun) >= n

    def test_after_a_kill_at_any_step_of_a_first_ensure_the_next_one_is_ready(self):
        n = 1
        while self.ensure_killed_at(n):
            self.ensure()
            self.assertEqual(self.ensure()["steps"], [])
            self.helper.run("remove", "--yes")
            n += 1
        self.assertGreater(n, 4)

    def test_after_a_kill_at_any_step_of_a_recreation_a_container_is_there_and_so_is_its_data(self):
        n = 1
        while True:
            self.setUp()
            self.write_notes()
            self.write_config(shm_size="2g")
            if not self.ensure_killed_at(n, recreate=True):
                break
            kept = [name for name in ("centernet", "centernet.helper-replaced") if self.container(name) is not None]
            self.assertTrue(kept)
            self.ensure()
            self.assertIsNone(self.container("centernet.helper-replaced"))
            if self.container()["HostConfig"]["ShmSize"] != 2 << 30:
                self.assert_notes_are_there()
            n += 1
        self.assertGreater(n, 4)


if __name__ == "__main__":
    harness.main()
