"""The daemon's service as other programs see it: curl with and without the token, events, cancel."""
import json
import os
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

    def test_without_the_token_with_a_foreign_host_or_an_origin_it_is_refused(self):
        self.assertEqual(self.curl("status", token=False)[0], 401)
        self.assertEqual(self.curl("status", token=False, headers=["Authorization: Bearer wrong"])[0], 401)
        self.assertEqual(self.curl("status", headers=["Host: evil.example"])[0], 403)
        self.assertEqual(self.curl("status", headers=["Origin: https://evil.example"])[0], 403)

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
