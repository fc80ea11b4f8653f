"""External Tools and before-launch: the tools as they are in the files, started the way an IDE starts them (com.intellij.tools.Tool):
macros expanded, parameters split, in the working directory, without a terminal."""
import json
import os
import subprocess
import unittest
import xml.etree.ElementTree as tree

import harness
from harness import HELPER_BIN_DIR, Helper, Sandbox

EXAMPLE = os.path.join(harness.REPOSITORY, "ide-integration", "external-tools", "helper.xml")


def split(parameters):
    """As com.intellij.util.execution.ParametersListUtil.parse: words between blanks; double quotes group, a backslash before one keeps it."""
    words, word, quoted, started = [], "", False, False
    at = 0
    while at < len(parameters):
        character = parameters[at]
        if character == "\\" and parameters[at + 1:at + 2] == '"':
            word, started = word + '"', True
            at += 1
        elif character == '"':
            quoted, started = not quoted, True
        elif character == " " and not quoted:
            if started:
                words.append(word)
            word, started = "", False
        else:
            word, started = word + character, True
        at += 1
    return words + [word] if started else words


class Tool:
    def __init__(self, element):
        self.name = element.get("name")
        self.enabled = element.get("disabled") == "false"
        options = {option.get("name"): option.get("value") for option in element.iterfind("exec/option")}
        self.command, self.parameters, self.folder = options["COMMAND"], options["PARAMETERS"], options["WORKING_DIRECTORY"]

    def run(self, project, environment, timeout=120):
        def expanded(text):
            return text.replace("$ProjectFileDir$", project)
        return subprocess.run([expanded(self.command), *map(expanded, split(self.parameters))], cwd=expanded(self.folder), env=environment,
                              stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=timeout)


def tools_in(file):
    root = tree.parse(file).getroot()
    assert root.tag == "toolSet", root.tag
    return [Tool(element) for element in root.iterfind("tool")]


class ExternalTools(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.sandbox = cls.enterClassContext(Sandbox("e2e-tools", gpu="none"))
        cls.helper = Helper(cls.sandbox)
        cls.addClassCleanup(cls.helper.run, "rpc", "shutdown")
        cls.project = os.path.join(cls.sandbox.client, "my \"own\" project")
        os.makedirs(cls.project)
        with open(os.path.join(cls.sandbox.client, "helper.json"), encoding="utf-8") as file:
            config = json.load(file)
        config["targets"]["centernet"]["container"]["gpus"] = "none"
        config["targets"]["centernet"]["jupyter"] = {"local_port": cls.sandbox.status()["local_ports"]["jupyter"]}
        config["targets"]["centernet"]["project"] = {"local": cls.project, "remote": "/workspace/my_project"}
        cls.config = os.path.join(cls.project, "helper.json")
        with open(cls.config, "w", encoding="utf-8") as file:
            json.dump(config, file)
        folder = os.path.join(cls.helper.environment["HOME"], ".config", "JetBrains", "PyCharm2026.1")
        os.makedirs(os.path.join(folder, "options"))
        for verb in (("ensure",), ("settings", "apply")):
            done = cls.helper.run(*verb, "--config", cls.config)
            assert done.returncode == 0, done.stdout + done.stderr
        cls.written = tools_in(os.path.join(folder, "tools", "External Tools.xml"))
        cls.by_hand = tools_in(EXAMPLE)
        # A desktop's environment: no terminal, no colours asked for.
        cls.environment = {**{name: value for name, value in cls.helper.environment.items() if name not in ("TERM", "DISPLAY", "WAYLAND_DISPLAY")},
                           "PATH": HELPER_BIN_DIR + os.pathsep + cls.helper.environment["PATH"]}

    def setUp(self):
        self.sandbox.control("heal")
        self.assertEqual(self.helper.run("ensure", "--config", self.config).returncode, 0)

    def state(self):
        return self.sandbox.docker("inspect", "-f", "{{.State.Running}}", "centernet").stdout.strip()

    def each(self, words):
        """The tool as `settings apply` wrote it and as the example has it."""
        found = [tool for tools in (self.written, self.by_hand) for tool in tools if words in tool.name.lower()]
        self.assertEqual(len(found), 2, words)
        for tool in found:
            self.assertTrue(tool.enabled)
            with self.subTest(tool.name):
                yield tool

    def test_before_a_run_it_ends_well_when_the_target_is_ready(self):
        for words in ("make ready", "ensure"):
            tool = next(tool for tool in self.written + self.by_hand if words in tool.name.lower())
            done = tool.run(self.project, self.environment)
            self.assertEqual(done.returncode, 0, done.stderr)
            self.assertNotIn("\x1b", done.stdout + done.stderr)

    def test_before_a_run_it_starts_what_was_stopped(self):
        tool = self.written[0]
        self.sandbox.docker("stop", "-t", "1", "centernet", timeout=120)
        self.assertEqual(self.state(), "false")
        done = tool.run(self.project, self.environment)
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertEqual(self.state(), "true")
        self.assertIn("started container centernet", done.stdout + done.stderr)

    def test_before_a_run_it_does_not_end_well_when_the_target_cannot_be_ready(self):
        self.assertEqual(self.helper.run("rpc", "shutdown").returncode, 0)
        self.sandbox.control("sshd", "stop")
        self.addCleanup(self.sandbox.control, "sshd", "start")
        done = self.written[0].run(self.project, self.environment)
        self.assertEqual(done.returncode, 4, done.stdout + done.stderr)
        self.assertIn("fix:", done.stderr)

    def test_status_is_shown_in_the_console(self):
        for tool in self.each("status"):
            done = tool.run(self.project, self.environment)
            self.assertEqual(done.returncode, 0, done.stderr)
            self.assertIn("centernet", done.stdout)

    def test_stop_stops(self):
        for tool in self.each("stop"):
            self.assertEqual(self.helper.run("ensure", "--config", self.config).returncode, 0)
            done = tool.run(self.project, self.environment)
            self.assertEqual(done.returncode, 0, done.stderr)
            self.assertEqual(self.state(), "false")

    def test_jupyter_that_cannot_be_opened_is_said_with_its_cause(self):
        for tool in self.each("jupyter"):
            done = tool.run(self.project, self.environment)
            self.assertNotEqual(done.returncode, 0)
            self.assertIn("Jupyter", done.stderr)
            self.assertIn("fix:", done.stderr)


if __name__ == "__main__":
    harness.main()
