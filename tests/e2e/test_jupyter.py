"""Jupyter Notebook 6 in containers of every kind: started by helper, used through its tunnel."""
import json
import os
import time
import unittest

import harness
from harness import Sandbox
from jupyter_cases import FOLDER, OWN, Cases, Client, JupyterTarget
from test_completion import Terminal


def setUpModule():
    JupyterTarget.sandbox = unittest.enterModuleContext(Sandbox("e2e-jupyter"))
    JupyterTarget.sandbox.make_images("jupyter-notebook", "jupyter-conda", "jupyter-serving")


class NotebookOfRoot(Cases, JupyterTarget):
    image = "jupyter-notebook:6"
    words = "start Jupyter Notebook 6.4.12 for root"
    home = "/root"
    folder = "/work/note books"
    jupyter = {"dir": "/work/note books"}
    container = {"env": {"FROM_CONFIG": "with  two blanks, 'quotes' and \"more\""}}

    def test_in_a_network_of_its_own_it_listens_where_the_server_reaches_it_and_no_further(self):
        self.ensure()
        published = json.loads(self.sandbox.docker("inspect", self.name).stdout)[0]["NetworkSettings"]["Ports"]["8888/tcp"]
        self.assertEqual({binding["HostIp"] for binding in published}, {"127.0.0.1"})


class NotebookOfAUser(Cases, JupyterTarget):
    image = "jupyter-notebook:6"
    user = "dev"
    local_port = 24110
    words = "start Jupyter Notebook 6.4.12 for dev"
    home = "/home/dev"
    folder = "/home/dev/project"
    target = {"project": {"local": ".", "remote": "/home/dev/project"}}


class CondaNotebook(JupyterTarget):
    image = "jupyter-conda:6"
    local_port = 24120

    def test_the_environment_s_own_jupyter_runs_its_kernels(self):
        client = self.client()
        self.assertEqual(self.ensure()["settings"]["python"], "/opt/conda/envs/CenterNet/bin/python")
        kernel = client.start_kernel()
        self.assertEqual(client.run_cell(kernel, "import sys; print(sys.prefix)"), "/opt/conda/envs/CenterNet\n")
        client.stop_kernels()

    def test_an_interpreter_without_it_is_given_that_of_another_and_told_so(self):
        with open(self.config, encoding="utf-8") as file:
            config = json.load(file)
        config["targets"][self.name]["python"] = "conda:other"
        with open(self.config, "w", encoding="utf-8") as file:
            json.dump(config, file)
        self.addCleanup(self.ensure)
        self.addCleanup(self.write_config)
        report = self.ensure()
        self.assertEqual(report["settings"]["python"], "/opt/conda/envs/other/bin/python")
        self.assertIn("Jupyter is run by /opt/conda/envs/CenterNet/bin/python", "\n".join(report["notes"]))
        self.assertEqual(Client(report["settings"]["jupyter_url"]).request("api/status")[0], 403)


class OwnNotebook(JupyterTarget):
    image = "jupyter-serving:6"
    local_port = 24130

    def test_a_jupyter_that_the_image_starts_is_used_as_it_is(self):
        report = self.ensure()
        self.assertIn("with its own token", "\n".join(self.first["notes"]))
        self.assertFalse(any(step.startswith(("start Jupyter", "stop Jupyter")) for step in self.steps(self.first)), self.first)
        self.assertEqual(report["settings"]["jupyter_url"], f"http://127.0.0.1:{self.local_port + 1}/")
        client = Client(report["settings"]["jupyter_url"])
        self.assertEqual(client.request("api/status", token="of-the-image")[0], 200)
        self.assertEqual(client.request("api/status")[0], 403)
        self.assertNotEqual(self.sandbox.docker("exec", self.name, "test", "-e", FOLDER).returncode, 0)


class BusyKernels(JupyterTarget):
    """What computes in Jupyter is shown, and ends only with somebody's yes."""
    image = "jupyter-notebook:6"
    local_port = 24180

    def setUp(self):
        self.jupyter_client = self.client()
        self.addCleanup(self.end_kernels)
        self.addCleanup(self.write_config)
        kernels = {notebook: self.jupyter_client.start_notebook(notebook) for notebook in ("train.ipynb", "look.ipynb")}
        deadline = time.monotonic() + 90
        # Jupyter misses what a kernel says in its first moments, and shows it as starting until it says something more.
        while set(self.states().values()) != {"idle"}:
            self.assertLess(time.monotonic(), deadline, self.states())
            for kernel in kernels.values():
                self.jupyter_client.run_cell(kernel, "print(6 * 7)")
            time.sleep(1)
        self.jupyter_client.begin_cell(kernels["train.ipynb"], "import time; time.sleep(600)")
        while self.states() != {"train.ipynb": "busy", "look.ipynb": "idle"}:
            self.assertLess(time.monotonic(), deadline, self.states())
            time.sleep(1)

    def end_kernels(self):
        if self.jupyter_client.answers(self.jupyter_client.token):
            self.jupyter_client.stop_kernels()

    def states(self):
        answer = self.helper.json("status", "--config", self.config)
        self.assertIsInstance(answer, list, answer)
        work = answer[0]["jupyter_work"]
        self.assertEqual(work.get("unknown", ""), "")
        return {kernel["notebook"]: kernel["state"] for kernel in work["kernels"]}

    def runs(self):
        return json.loads(self.sandbox.docker("inspect", self.name).stdout)[0]["State"]["Running"]

    def in_a_terminal(self, *argv, answer):
        """What the person reads before the question, which is answered then."""
        terminal = Terminal([os.path.join(harness.HELPER_BIN_DIR, "helper"), *argv, "--config", self.config], self.helper.environment, self.helper.folder)
        self.addCleanup(terminal.close)
        said = terminal.wait_for(r"(?s)^(.*)\[[a-z/ ]*yes[a-z/ ]*\] ", 90)[1]
        terminal.type(f"{answer}\n")
        terminal.wait_for(r"nothing was (changed|removed)|ready", 90)
        return said

    def test_status_shows_them_and_counts_as_no_activity(self):
        self.assertIn("1 kernel is busy: train.ipynb; 1 not busy", self.helper.run("status", "--long", "--config", self.config).stdout)
        client = self.jupyter_client
        before = client.call("api/status?no_track_activity=1")["last_activity"]
        time.sleep(4)  # what status knows is out of date then
        self.states()
        self.assertEqual(client.call("api/status?no_track_activity=1")["last_activity"], before)

    def test_a_warm_ensure_asks_the_server_once_as_ever(self):
        self.ensure()
        self.assertEqual(self.ensure()["round_trips"], 1)

    def test_without_anybody_to_ask_nothing_ends(self):
        for verb in ("stop", "restart", "eject"):
            done = self.helper.run(verb, "--config", self.config)
            self.assertEqual(done.returncode, 2, done)
            self.assertIn("1 kernel is busy: train.ipynb, and there is nobody to ask", done.stderr)
            self.assertIn(f"helper {verb} --config {self.config} {self.name} --yes", done.stderr)
        done = self.helper.run("remove", "--config", self.config)
        self.assertEqual(done.returncode, 2, done)
        self.assertIn("1 kernel is busy: train.ipynb", done.stderr)
        self.assertTrue(self.runs())
        self.assertTrue(self.jupyter_client.answers(self.jupyter_client.token), "the tunnels stay open")
        self.assertEqual(self.states()["train.ipynb"], "busy")

    def test_a_person_is_asked_and_no_means_no(self):
        for verb in ("stop", "restart", "remove"):
            said = self.in_a_terminal(verb, answer="no")
            self.assertIn("1 kernel is busy: train.ipynb", said)
        self.assertEqual(self.states()["train.ipynb"], "busy")

    def test_the_question_before_a_recreate_names_them(self):
        with open(self.config, encoding="utf-8") as file:
            config = json.load(file)
        config["targets"][self.name]["container"]["shm_size"] = "2g"
        with open(self.config, "w", encoding="utf-8") as file:
            json.dump(config, file)
        self.assertIn("1 kernel is busy: train.ipynb", self.in_a_terminal("ensure", answer="no"))
        self.assertEqual(self.states()["train.ipynb"], "busy")

    def test_idle_kernels_and_a_silent_jupyter_hold_no_script_up(self):
        self.jupyter_client.stop_kernels()
        kernel = self.jupyter_client.start_notebook("look.ipynb")
        deadline = time.monotonic() + 90
        while self.states() != {"look.ipynb": "idle"}:  # "starting" for longer than it starts, as in setUp
            self.assertLess(time.monotonic(), deadline, self.states())
            self.jupyter_client.run_cell(kernel, "print(6 * 7)")
            time.sleep(1)
        done = self.helper.run("stop", "--config", self.config)
        self.assertEqual(done.returncode, 0, done)
        self.assertFalse(self.runs())
        self.ensure()
        self.inside("sh", "-c", f"kill -STOP {self.pid()}")
        report = self.helper.json("stop", "--config", self.config)
        self.assertEqual(report.get("state"), "stopped", report)
        self.assertIn("it is not known whether kernels of Jupyter are busy", "\n".join(report["notes"]))
        self.assertFalse(self.runs())
        self.assertEqual(self.helper.json("stop", "--config", self.config)["changed"], False)

    def test_yes_beforehand_stops_it(self):
        report = self.helper.json("stop", "--yes", "--config", self.config)
        self.assertEqual(report["state"], "stopped", report)
        self.assertFalse(self.runs())


class OnTheServersNetwork(JupyterTarget):
    image = "jupyter-notebook:6"
    local_port = 24140
    container = {"extra_args": ["--network=host"]}
    jupyter = {"port": 18888}

    def test_it_listens_on_the_server_s_loopback_only(self):
        client = self.client()
        self.assertEqual(client.request("api/status", token=client.token)[0], 200)
        listening = self.sandbox.control("exec", "ss", "-Hltn", "sport = :18888").stdout
        self.assertEqual([line.split()[3] for line in listening.splitlines()], ["127.0.0.1:18888"])


class WithoutANetwork(JupyterTarget):
    image = "jupyter-notebook:6"
    local_port = 24150
    container = {"extra_args": ["--network=none"]}

    def test_a_kernel_runs_a_cell_all_the_same(self):
        client = self.client()
        kernel = client.start_kernel()
        self.assertEqual(client.run_cell(kernel, "print(6 * 7)"), "42\n")
        client.stop_kernels()


class ReadOnlyAndWithoutCapabilities(JupyterTarget):
    image = "jupyter-notebook:6"
    user = "dev"
    local_port = 24160
    container = {"extra_args": ["--read-only", "--cap-drop=ALL", "--user=dev", "--tmpfs=/tmp"]}

    def test_a_kernel_runs_a_cell_all_the_same(self):
        client = self.client()
        kernel = client.start_kernel()
        self.assertEqual(client.run_cell(kernel, "import os; print(os.getuid())"), "1000\n")
        client.stop_kernels()
        self.assertRegex(self.inside("stat", "-c", "%a %U", f"{OWN}/config.json"), "^600 dev")


class WithoutJupyter(JupyterTarget):
    image = "centernet:1.2"
    local_port = 24170

    def test_its_absence_is_said_with_how_to_add_it(self):
        report = self.ensure()
        self.assertIn("/opt/conda/envs/CenterNet/bin/python -m pip install jupyterlab", "\n".join(report["notes"]))
        self.assertEqual(report["settings"]["jupyter_url"], "")


if __name__ == "__main__":
    harness.main()
