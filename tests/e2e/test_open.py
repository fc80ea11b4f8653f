"""`helper open`: the target made ready, and its link started by this desktop's opener. The openers are stand-ins under the test's own
folder that write down how they were called: no desktop is here."""
import json
import os
import stat
import time
import unittest

import harness
from harness import Helper, Sandbox

# A stand-in for a desktop's opener or an IDE's launcher: it notes its words, and what it was given when that is a file.
OPENER = """#!/bin/sh
for word; do
  printf '%s\\n' "$word"
  if [ -f "$word" ]; then stat -c 'mode %a of uid %u' "$word"; cat "$word"; fi
done >"$0.called.part"
if [ -t 0 ] || [ -t 1 ]; then echo terminal >>"$0.called.part"; fi
mv "$0.called.part" "$0.called"
exit "${OPENER_STATUS:-0}"
"""


class Open(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.sandbox = cls.enterClassContext(Sandbox("e2e-open"))
        cls.bin = os.path.join(cls.sandbox.client, "stand-in-bin")
        os.makedirs(cls.bin)
        for name in ("xdg-open", "pycharm"):
            path = os.path.join(cls.bin, name)
            with open(path, "w", encoding="utf-8") as file:
                file.write(OPENER)
            os.chmod(path, 0o755)
        cls.sandbox.make_images("jupyter-notebook")
        config = os.path.join(cls.sandbox.client, "helper.json")
        with open(config, encoding="utf-8") as file:
            settings = json.load(file)
        settings["targets"]["centernet"]["container"].update({"image": "jupyter-notebook:6", "gpus": "none"})
        with open(config, "w", encoding="utf-8") as file:
            json.dump(settings, file)
        plain = Helper(cls.sandbox)
        cls.path = f"{cls.bin}:{plain.environment['PATH']}"
        cls.helper = Helper(cls.sandbox, PATH=cls.path, DISPLAY=":9", SSH_CONNECTION="")
        cls.runtime = os.path.join(cls.helper.environment["XDG_RUNTIME_DIR"], "helper")
        cls.addClassCleanup(cls.helper.run, "rpc", "shutdown")

    def called(self, name):
        path = os.path.join(self.bin, f"{name}.called")
        deadline = time.monotonic() + 20
        while not os.path.exists(path) and time.monotonic() < deadline:
            time.sleep(0.05)
        with open(path, encoding="utf-8") as file:
            text = file.read()
        os.unlink(path)
        return text

    def test_1_a_target_that_does_not_run_is_ensured_first(self):
        done = self.helper.run("open", "gateway", "centernet")
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertIn("started container", done.stderr)
        words = self.called("xdg-open")
        self.assertRegex(words, r"\Ajetbrains-gateway://connect#type=ssh&host=127\.0\.0\.1&port=\d+&user=root&projectPath=%2Fworkspace%2Fmy_project\n\Z")

    def test_toolbox_is_given_the_host_of_ssh_config(self):
        done = self.helper.run("open", "toolbox")
        self.assertEqual(done.returncode, 0)
        self.assertIn("note: ~/.ssh/config does not know helper-centernet", done.stderr)
        self.assertTrue(self.called("xdg-open").startswith("jetbrains://gateway/ssh/environment?h=helper-centernet&"))

    def test_pycharm_opens_the_projects_folder_by_its_launcher(self):
        done = self.helper.run("open", "pycharm")
        self.assertEqual(done.returncode, 0, done.stderr)
        project = self.helper.json("settings")["project_local"]
        self.assertEqual(self.called("pycharm"), project + "\n")

    def test_the_token_of_jupyter_is_on_no_command_line(self):
        done = self.helper.run("open", "jupyter")
        self.assertEqual(done.returncode, 0, done.stderr)
        page, mode, *text = self.called("xdg-open").splitlines()
        url = self.helper.json("settings")["jupyter_url"]
        self.assertIn("token=", url)
        self.assertNotIn("token", page)
        self.assertEqual(os.path.dirname(page), self.runtime)
        self.assertEqual(mode, f"mode 600 of uid {os.getuid()}")
        self.assertIn(f"url={url}", "".join(text))
        self.assertEqual(stat.S_IMODE(os.stat(self.runtime).st_mode), 0o700)
        self.assertNotIn(url, done.stdout + done.stderr)
        deadline = time.monotonic() + 90
        while os.path.exists(page) and time.monotonic() < deadline:
            time.sleep(0.5)
        self.assertFalse(os.path.exists(page), "the page is still there")

    def test_an_opener_that_fails_is_told_and_leaves_no_page(self):
        helper = Helper(self.sandbox, PATH=self.path, DISPLAY=":9", OPENER_STATUS="3", SSH_CONNECTION="")
        done = helper.run("open", "jupyter")
        self.assertEqual(done.returncode, 10, done.stdout)
        self.assertIn("ended with status 3", done.stderr)
        page = self.called("xdg-open").splitlines()[0]
        self.assertFalse(os.path.exists(page))

    def test_without_a_display_the_link_is_printed(self):
        helper = Helper(self.sandbox, PATH=self.path, DISPLAY="", WAYLAND_DISPLAY="", SSH_CONNECTION="10.0.0.1 1 10.0.0.2 22")
        done = helper.run("open", "jupyter")
        self.assertEqual(done.returncode, 10)
        self.assertEqual(done.stdout.strip(), self.helper.json("settings")["jupyter_url"])
        self.assertIn("SSH and has no display", done.stderr)
        self.assertIn("fix:", done.stderr)

    def test_print_starts_nothing(self):
        done = self.helper.run("open", "toolbox", "--print")
        self.assertEqual((done.returncode, done.stderr), (0, ""))
        self.assertEqual(done.stdout.count("\n"), 1)
        self.assertFalse(os.path.exists(os.path.join(self.bin, "xdg-open.called")))

    def test_json_is_one_document(self):
        answer = json.loads(self.helper.run("open", "gateway", "--print", "--json").stdout)
        self.assertEqual((answer["target"], answer["what"], answer["opened"]), ("centernet", "gateway", False))
        self.assertTrue(answer["link"].startswith("jetbrains-gateway://connect#"))

    def test_what_nobody_opens_is_a_mistake(self):
        self.assertEqual(self.helper.run("open", "emacs").returncode, 2)


if __name__ == "__main__":
    harness.main()
