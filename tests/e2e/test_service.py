"""The daemon's service as other programs see it: curl with and without the token, events, cancel."""
import json
import os
import socket
import subprocess
import threading
import time
import unittest

import harness
from harness import Helper, Sandbox


class Service(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.sandbox = cls.enterClassContext(Sandbox("e2e-service"))
        cls.helper = Helper(cls.sandbox)
        cls.addClassCleanup(cls.helper.run, "rpc", "shutdown")
        cls.helper.run("version")
        cls.helper.run("trust")  # nobody can be asked by what curl sends
        cls.helper.run("status")
        with open(os.path.join(cls.helper.environment["XDG_RUNTIME_DIR"], "helper", "endpoint.json"), encoding="utf-8") as file:
            cls.endpoint = json.load(file)

    def curl(self, method, params=None, *, token=True, headers=(), request_id=1, timeout=120):
        body = {"jsonrpc": "2.0", "id": request_id, "method": method, "params": params or {}}
        argv = ["curl", "-sS", "-o", "-", "-w", "\n%{http_code}", "-H", "Content-Type: application/json"]
        if token:
            argv += ["-H", f"Authorization: Bearer {self.endpoint['token']}"]
        for header in headers:
            argv += ["-H", header]
        done = subprocess.run([*argv, "--data-binary", json.dumps(body), self.endpoint["url"]], capture_output=True, text=True, timeout=timeout, check=True)
        text, status = done.stdout.rsplit("\n", 1)
        return int(status), text

    def test_the_endpoint_file_is_for_its_owner_alone(self):
        path = os.path.join(self.helper.environment["XDG_RUNTIME_DIR"], "helper", "endpoint.json")
        self.assertEqual(os.stat(path).st_mode & 0o777, 0o600)
        self.assertEqual({"url", "token", "pid", "version"} - set(self.endpoint), set())

    def test_curl_with_the_token_ensures_and_asks_for_the_status(self):
        status, text = self.curl("ensure", {"target": "centernet"})
        self.assertEqual(status, 200)
        self.assertEqual(json.loads(text)["result"]["state"], "ready", text)
        states = [json.loads(self.curl("status")[1])["result"][0]["state"]]
        while states[-1] == "working" and len(states) < 100:  # a link that was away is looked at again by itself
            time.sleep(0.2)
            states.append(json.loads(self.curl("status")[1])["result"][0]["state"])
        self.assertEqual(states[-1], "ready", states)

    def test_a_command_of_another_version_leaves_a_daemon_whose_tunnel_is_used(self):
        ready = json.loads(self.curl("ensure", {"target": "centernet"})[1])["result"]["settings"]
        path = os.path.join(self.helper.environment["XDG_RUNTIME_DIR"], "helper", "endpoint.json")
        with open(path, encoding="utf-8") as file:
            text = file.read()

        def write(endpoint):
            with open(path, "w", encoding="utf-8") as file:  # its mode stays
                file.write(endpoint)

        self.addCleanup(write, text)
        with socket.create_connection((ready["host"], ready["port"]), timeout=20) as session:
            self.assertTrue(session.recv(100).startswith(b"SSH-2.0-"))
            write(text.replace(f'"version":"{self.endpoint["version"]}"', '"version":"0.0.1"'))
            done = self.helper.run("rpc", "targets")
            self.assertEqual(done.returncode, 0, done.stderr)
            self.assertIn(f"the daemon of version 0.0.1 goes on, because it carries 1 connection (centernet: {ready['port']})", done.stderr)
            session.sendall(b"SSH-2.0-test\r\n")
            self.assertTrue(session.recv(100), "it is cut")
        with open(path, encoding="utf-8") as file:
            self.assertEqual(json.load(file)["pid"], self.endpoint["pid"])

    def test_without_the_token_with_a_foreign_host_or_an_origin_it_is_refused(self):
        self.assertEqual(self.curl("status", token=False)[0], 401)
        self.assertEqual(self.curl("status", token=False, headers=["Authorization: Bearer wrong"])[0], 401)
        self.assertEqual(self.curl("status", headers=["Host: evil.example"])[0], 403)
        self.assertEqual(self.curl("status", headers=["Origin: https://evil.example"])[0], 403)

    def test_the_unix_socket_needs_no_token_and_refuses_what_a_page_sends(self):
        self.assertEqual(os.stat(self.endpoint["socket"]).st_mode & 0o777, 0o600)
        argv = ["curl", "-sS", "--unix-socket", self.endpoint["socket"], "-H", "Content-Type: application/json", "-w", "\n%{http_code}",
                "-d", '{"jsonrpc": "2.0", "id": 1, "method": "targets"}']
        for header, status in (("X-A: b", "200"), ("Origin: https://evil.example", "403"), ("Host: evil.example", "403")):
            done = subprocess.run([*argv, "-H", header, "http://localhost/"], capture_output=True, text=True, timeout=60, check=True)
            self.assertEqual(done.stdout.rsplit("\n", 1)[1], status, done.stdout)

    def test_readers_that_are_killed_leave_nothing_behind_and_take_nobodys_place(self):
        self.curl("ensure", {"target": "centernet"})

        def count(pattern):
            shown = self.sandbox.control("exec", "sh", "-c", f"ps -eo args | grep -c '{pattern}' || true").stdout
            return int(shown.strip())

        def followed():
            return count("[l]ogs --follow")

        def held():  # threads and descriptors of the daemon, and SSH sessions of the server
            own = f"/proc/{self.endpoint['pid']}"
            return len(os.listdir(f"{own}/task")), len(os.listdir(f"{own}/fd")), count("[s]shd.*@notty")

        before, held_before = followed(), held()
        readers = [subprocess.Popen([os.path.join(harness.HELPER_BIN_DIR, "helper"), "logs", "-f"], env=self.helper.environment, cwd=self.helper.folder,
                                    stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) for _ in range(4)]
        deadline = time.monotonic() + 60
        while followed() < before + 4 and time.monotonic() < deadline:
            time.sleep(0.2)
        self.assertGreaterEqual(followed(), before + 4)
        self.assertGreaterEqual(held()[0], held_before[0] + 4)
        for reader in readers:
            reader.kill()
            reader.wait()
        deadline = time.monotonic() + 8  # 5 s, and the time that looking takes here
        while (followed() > before or any(now > then for now, then in zip(held(), held_before))) and time.monotonic() < deadline:
            time.sleep(0.2)
        self.assertEqual(followed(), before)
        for now, then in zip(held(), held_before):
            self.assertLessEqual(now, then)
        self.assertEqual(json.loads(self.curl("status")[1])["result"][0]["state"], "ready")

    def test_ensure_gives_progress_events_while_it_runs(self):
        self.sandbox.docker("rm", "-f", "centernet")
        status, text = self.curl("ensure", {"target": "centernet"}, headers=["Accept: application/x-ndjson"])
        self.assertEqual(status, 200)
        lines = [json.loads(line) for line in text.splitlines() if line]
        events = [line["params"] for line in lines[:-1]]
        done = [event for event in events if event["kind"] == "done"]
        self.assertIn("start container centernet", [event["text"] for event in done])
        for event in done:
            self.assertTrue(event["cause"])
            self.assertGreaterEqual(event["elapsed_ms"], 0)
        self.assertEqual(lines[-1]["result"]["state"], "ready")

    def test_a_request_is_cancelled_by_its_id(self):
        self.curl("ensure", {"target": "centernet"})
        self.sandbox.control("cut")
        try:
            answers = []
            call = threading.Thread(target=lambda: answers.append(self.curl("ensure", {"target": "centernet"}, request_id="slow")))
            call.start()
            time.sleep(1)
            begin = time.monotonic()
            self.curl("cancel", {"request": "slow"}, request_id=2)
            call.join(20)
            self.assertFalse(call.is_alive())
            self.assertLess(time.monotonic() - begin, 10)
            self.assertEqual(json.loads(answers[0][1])["error"]["data"]["name"], "cancelled", answers)
        finally:
            self.sandbox.control("heal")


if __name__ == "__main__":
    harness.main()
