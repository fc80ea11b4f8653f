"""What both Jupyter tests share: a target with a real Jupyter, as its person uses it through the tunnel, and the cases that hold for
every kind of Jupyter."""
import json
import os
import re
import stat
import threading
import time
import unittest
import urllib.error
import urllib.request
import uuid

from harness import Helper
from websocket import WebSocket

FOLDER = "/dev/helper/run/jupyter"
OWN = f"{FOLDER}/own"


class Client:
    """Jupyter at an address with a token, by its REST interface and the websocket of its kernels."""

    def __init__(self, url):
        self.address, _, self.token = url.partition("?token=")
        self.port = int(self.address.rstrip("/").rpartition(":")[2])

    def request(self, path, method="GET", token=None, body=None):
        """(HTTP status, text)."""
        request = urllib.request.Request(self.address + path, method=method, data=None if body is None else json.dumps(body).encode())
        if token is not None:
            request.add_header("Authorization", f"token {token}")
        try:
            with urllib.request.urlopen(request, timeout=30) as answer:
                return answer.status, answer.read().decode()
        except urllib.error.HTTPError as error:
            return error.code, error.read().decode()

    def answers(self, token):
        try:
            return self.request("api/status", token=token)[0] == 200
        except OSError:
            return False

    def call(self, path, method="GET", body=None):
        status, text = self.request(path, method, self.token, body)
        if status >= 300:
            raise AssertionError(f"{method} {path}: {status}\n{text}")
        return json.loads(text) if text else None

    def start_kernel(self):
        return self.call("api/kernels", "POST", {"name": "python3"})["id"]

    def start_notebook(self, path):
        """The id of the kernel that a notebook of that name has."""
        return self.call("api/sessions", "POST", {"path": path, "name": path, "type": "notebook", "kernel": {"name": "python3"}})["kernel"]["id"]

    def begin_cell(self, kernel, code):
        """Runs it and does not wait for its end."""
        message = uuid.uuid4().hex
        header = {"msg_id": message, "msg_type": "execute_request", "session": message, "username": "", "version": "5.3", "date": ""}
        content = {"code": code, "silent": False, "store_history": False, "user_expressions": {}, "allow_stdin": False}
        with WebSocket("127.0.0.1", self.port, f"/api/kernels/{kernel}/channels", [f"Authorization: token {self.token}"], timeout=60) as channel:
            channel.send(json.dumps({"header": header, "parent_header": {}, "metadata": {}, "content": content, "channel": "shell", "buffers": []}))
            while True:
                answer = json.loads(channel.receive())
                if answer["parent_header"].get("msg_id") == message and answer["msg_type"] == "status":
                    return

    def stop_kernels(self):
        for kernel in self.call("api/kernels"):
            self.call(f"api/kernels/{kernel['id']}", "DELETE")

    def run_cell(self, kernel, code):
        """What the cell printed."""
        message = uuid.uuid4().hex
        header = {"msg_id": message, "msg_type": "execute_request", "session": message, "username": "", "version": "5.3", "date": ""}
        content = {"code": code, "silent": False, "store_history": False, "user_expressions": {}, "allow_stdin": False}
        with WebSocket("127.0.0.1", self.port, f"/api/kernels/{kernel}/channels", [f"Authorization: token {self.token}"], timeout=60) as channel:
            if channel.status != 101:
                raise AssertionError(f"the kernel's channel answers {channel.status}")
            channel.send(json.dumps({"header": header, "parent_header": {}, "metadata": {}, "content": content, "channel": "shell", "buffers": []}))
            printed = ""
            while True:
                answer = json.loads(channel.receive())
                if answer["parent_header"].get("msg_id") != message:
                    continue
                if answer["msg_type"] == "stream":
                    printed += answer["content"]["text"]
                elif answer["msg_type"] == "error":
                    raise AssertionError("\n".join(answer["content"]["traceback"]))
                elif answer["msg_type"] == "status" and answer["content"]["execution_state"] == "idle":
                    return printed


class Watcher:
    """Whether a word is in the command line or environment of any process of this machine, and so of the sandbox's server and
    containers too, for as long as the `with` block lasts."""

    def __init__(self, word):
        self.word, self.found, self.over = word.encode(), [], threading.Event()
        self.thread = threading.Thread(target=self._watch)

    def __enter__(self):
        self.thread.start()
        return self

    def __exit__(self, *_):
        self.over.set()
        self.thread.join()

    def _watch(self):
        while not self.over.wait(0.02):
            for pid in filter(str.isdigit, os.listdir("/proc")):
                for file in ("cmdline", "environ"):
                    try:
                        with open(f"/proc/{pid}/{file}", "rb") as handle:
                            content = handle.read()
                    except OSError:
                        continue
                    if self.word in content:
                        self.found.append((file, content[:200]))


class JupyterTarget(unittest.TestCase):
    """A target of its own for each class: `image`, `user` and the rest say which."""
    sandbox = None  # set by the test file
    image = user = None
    local_port = 24100
    container = {}
    jupyter = {}
    target = {}

    @classmethod
    def setUpClass(cls):
        cls.helper = Helper(cls.sandbox)
        cls.name = re.sub(r"(?<!^)(?=[A-Z])", "-", cls.__name__).lower()
        cls.config = f"{cls.sandbox.client}/{cls.name}.json"
        cls.write_config()
        cls.addClassCleanup(cls.remove)
        cls.first = cls.helper.json("ensure", "--config", cls.config)

    @classmethod
    def remove(cls):
        cls.sandbox.docker("rm", "-f", cls.name)
        cls.helper.run("remove", "--yes", "--config", cls.config)

    @classmethod
    def write_config(cls, **jupyter):
        target = {"server": cls.sandbox.name, "container": {"image": cls.image, "gpus": "none", **cls.container},
                  "ssh": {"user": cls.user or "root", "local_port": cls.local_port}, "jupyter": {"local_port": cls.local_port + 1, **cls.jupyter, **jupyter},
                  **cls.target}
        with open(cls.config, "w", encoding="utf-8") as file:
            json.dump({"targets": {cls.name: target}}, file)

    def ensure(self):
        report = self.helper.json("ensure", "--config", self.config)
        self.assertEqual(report.get("state"), "ready", report)
        return report

    def settings(self):
        return self.helper.json("settings", "--config", self.config)

    def steps(self, report):
        return [step["text"] for step in report["steps"]]

    def client(self):
        return Client(self.ensure()["settings"]["jupyter_url"])

    def inside(self, *command, user="0"):
        done = self.sandbox.docker("exec", "--user", user, self.name, *command)
        self.assertEqual(done.returncode, 0, done.stderr)
        return done.stdout

    def pid(self):
        return self.inside("cat", f"{OWN}/pid").split()[0]

    def kill(self):
        """Jupyter, and what would start it again."""
        self.inside("sh", "-c", f"kill -KILL $(cat {OWN}/keeper) {self.pid()}")


class Cases:
    """For each kind of Jupyter that helper starts."""
    words = None  # of the step that starts it

    def test_it_is_started_once_and_left_alone_then(self):
        self.assertEqual(self.first.get("state"), "ready", self.first)
        before = self.pid()
        self.assertEqual(self.ensure()["steps"], [])
        self.assertEqual(self.pid(), before)

    def test_without_the_token_it_is_refused_and_with_it_a_kernel_runs_a_cell(self):
        client = self.client()
        self.assertRegex(client.token, "^[0-9a-f]{64}$")
        for token in (None, "", "0" * 64):
            self.assertEqual(client.request("api/status", token=token)[0], 403, token)
            self.assertEqual(client.request("api/kernels", "POST", token=token)[0], 403, token)
        self.assertEqual(client.request("api/status", token=client.token)[0], 200)
        kernel = client.start_kernel()
        with WebSocket("127.0.0.1", client.port, f"/api/kernels/{kernel}/channels") as channel:
            self.assertEqual(channel.status, 403)
        self.assertEqual(client.run_cell(kernel, "print(6 * 7)"), "42\n")
        client.stop_kernels()

    def test_a_browser_that_follows_the_address_is_let_in(self):
        client = self.client()
        with urllib.request.build_opener(urllib.request.HTTPCookieProcessor()).open(self.settings()["jupyter_url"], timeout=30) as page:
            self.assertEqual(page.status, 200)
            self.assertRegex(page.url, "/(lab|tree)")
        self.assertNotRegex(client.request("")[1], "/api/kernels")  # the login page, or none

    def test_a_page_of_another_host_name_is_refused(self):
        client = self.client()
        request = urllib.request.Request(client.address + "api/status", headers={"Host": "evil.example", "Authorization": f"token {client.token}"})
        with self.assertRaises(urllib.error.HTTPError) as refused:
            urllib.request.urlopen(request, timeout=30)
        self.assertEqual(refused.exception.code, 403)

    def test_the_kernel_s_environment_is_the_container_s(self):
        client = self.client()
        kernel = client.start_kernel()
        here = json.loads(client.run_cell(kernel, "import json, os; print(json.dumps(dict(os.environ)))"))
        client.stop_kernels()
        container = json.loads(self.sandbox.docker("inspect", self.name).stdout)[0]["Config"]["Env"]
        self.assertTrue(container)
        self.assertEqual({entry for entry in container if here.get(entry.partition("=")[0]) != entry.partition("=")[2]}, set())
        self.assertEqual(here["HOME"], self.home)

    def test_it_runs_as_the_user_in_the_folder_that_the_config_names(self):
        client = self.client()
        kernel = client.start_kernel()
        uid, folder, executable = client.run_cell(kernel, "import os, sys; print(os.getuid(), os.getcwd(), sys.executable, sep='|')").strip().split("|")
        client.stop_kernels()
        self.assertEqual((uid, folder), (self.inside("id", "-u", self.user or "root").strip(), self.folder))
        self.assertEqual(executable, self.ensure()["settings"]["python"])

    def test_only_the_user_can_read_its_files(self):
        self.ensure()
        lines = self.inside("stat", "-c", "%a %U", f"{FOLDER}/token", f"{OWN}/config.json", f"{OWN}/log").splitlines()
        self.assertEqual(lines, ["600 root", f"600 {self.user or 'root'}", f"600 {self.user or 'root'}"])

    def test_killed_it_is_started_again_with_the_same_token_which_no_process_and_no_log_shows(self):
        url = self.ensure()["settings"]["jupyter_url"]
        token = url.partition("?token=")[2]
        self.kill()
        plan = self.helper.json("plan", "--config", self.config)  # which changes nothing; after a `status` the daemon would start it
        self.assertEqual([step["cause"] for step in plan["steps"]], ["Jupyter had ended"])
        with Watcher(token) as watcher:
            report = self.ensure()
        self.assertEqual(watcher.found, [])
        self.assertRegex("\n".join(self.steps(report)), self.words)
        self.assertEqual(report["settings"]["jupyter_url"], url)
        self.assertEqual(Client(url).request("api/status", token=token)[0], 200)
        self.assertNotIn(token, json.dumps({key: value for key, value in report.items() if key != "settings"}))
        self.assertNotIn(token, self.inside("sh", "-c", f"cat {OWN}/log*"))
        held = []
        for folder in (self.helper.environment["XDG_STATE_HOME"], self.helper.environment["XDG_RUNTIME_DIR"], os.path.join(self.sandbox.client, "home")):
            for root, _, names in os.walk(folder):
                for path in (os.path.join(root, name) for name in names):
                    if not os.path.isfile(path):
                        continue
                    with open(path, "rb") as file:
                        if token.encode() in file.read():
                            held.append(path)
        self.assertEqual([os.path.basename(path) for path in held], [self.name], held)
        self.assertEqual(stat.S_IMODE(os.stat(held[0]).st_mode), 0o600)

    def test_when_it_breaks_down_it_comes_back_by_itself(self):
        url = self.ensure()["settings"]["jupyter_url"]
        token = url.partition("?token=")[2]
        for _ in range(2):  # also soon after the first time
            before = self.pid()
            self.inside("sh", "-c", f"kill -KILL {before}")
            deadline = time.monotonic() + 60
            # The loop takes the file away, and writes it when the next one runs.
            while self.sandbox.docker("exec", self.name, "cat", f"{OWN}/pid").stdout.split()[:1] in ([], [before]) or not Client(url).answers(token):
                if time.monotonic() > deadline:
                    self.fail(self.inside("cat", f"{OWN}/log"))
                time.sleep(0.2)
        self.assertEqual(self.ensure()["steps"], [])

    def test_status_settings_and_the_ready_block_show_the_address(self):
        url = self.ensure()["settings"]["jupyter_url"]
        self.assertEqual(self.helper.json("status", "--config", self.config)[0]["jupyter_url"], url)
        self.assertIn(url, self.helper.run("status", "--long", "--config", self.config).stdout)
        self.assertIn(url, self.helper.run("settings", "--config", self.config).stdout)
        self.assertEqual(self.settings()["jupyter_url"], url)

    def test_a_change_of_the_config_waits_for_kernels_to_end(self):
        client = self.client()
        before = self.pid()
        kernel = client.start_kernel()
        self.write_config(dir="/tmp/other notebooks")
        self.addCleanup(self.ensure)
        self.addCleanup(self.write_config)
        report = self.ensure()
        self.assertIn("1 of its kernels and terminals would end", "\n".join(report["notes"]))
        self.assertEqual(self.pid(), before)
        self.assertEqual(client.run_cell(kernel, "print('alive')"), "alive\n")
        client.stop_kernels()
        deadline = time.monotonic() + 30
        while "stop Jupyter" not in self.steps(self.ensure()) and time.monotonic() < deadline:
            time.sleep(0.5)
        self.assertNotEqual(self.pid(), before)
        kernel = client.start_kernel()
        self.assertEqual(client.run_cell(kernel, "import os; print(os.getcwd())"), "/tmp/other notebooks\n")
        client.stop_kernels()

    def test_what_kernels_print_past_jupyter_does_not_fill_dev(self):
        client = self.client()
        kernel = client.start_kernel()
        client.run_cell(kernel, "import subprocess; subprocess.run(['sh', '-c', 'head -c 3000000 /dev/zero | tr \"\\\\0\" x > /proc/$(cut -d\" \" -f1 "
                                f"{OWN}/pid)/fd/2'], check=True)")
        client.stop_kernels()
        sizes = [int(size) for size in self.inside("sh", "-c", f"stat -c %s {OWN}/log*").split()]
        self.assertEqual(len(sizes), 2)
        self.assertLessEqual(sum(sizes), 2 * 256 * 1024)

    def test_settings_of_the_person_s_own_do_not_take_the_token_away(self):
        self.client()
        open_to_all = json.dumps({app: {"token": "", "password": "", "ip": "0.0.0.0", "port": 9999, "allow_origin": "*"}
                                  for app in ("ServerApp", "NotebookApp", "IdentityProvider", "LabApp")})
        home = self.home
        for name in ("jupyter_config", "jupyter_server_config", "jupyter_notebook_config", "jupyter_lab_config"):
            self.inside("sh", "-c", f"mkdir -p {home}/.jupyter; printf '%s' '{open_to_all}' > {home}/.jupyter/{name}.json", user=self.user or "0")
        self.addCleanup(self.inside, "rm", "-r", f"{home}/.jupyter")
        self.kill()
        client = self.client()
        self.assertEqual(client.request("api/status")[0], 403)
        self.assertEqual(client.request("api/status", token=client.token)[0], 200)

    def test_one_that_cannot_start_is_told_with_the_end_of_its_log_and_the_rest_is_ready(self):
        self.ensure()
        self.inside("sh", "-c", f"mkdir -p {self.home}/.jupyter; echo 'raise SystemExit(\"broken on purpose\")' > {self.home}/.jupyter/jupyter_config.py",
                    user=self.user or "0")
        self.addCleanup(self.ensure)
        self.addCleanup(self.inside, "rm", "-r", f"{self.home}/.jupyter")
        self.kill()
        report = self.ensure()
        notes = "\n".join(report["notes"])
        self.assertIn("it ended at once", notes)
        self.assertIn("broken on purpose", notes)
        self.assertEqual(report["settings"]["jupyter_url"], "")
        self.assertEqual(self.helper.json("status", "--config", self.config)[0]["state"], "ready")
        self.assertEqual(self.settings()["jupyter_url"], "")
