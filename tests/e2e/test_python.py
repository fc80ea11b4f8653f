"""The right interpreter: environments of every tool are found, one is chosen by the rule, and the choice is the person's to change."""
import base64
import hashlib
import json
import os
import time
import unittest

import harness
from harness import Helper, Sandbox

PROJECT = "/workspace/my_project"
CENTERNET = "/opt/conda/envs/CenterNet/bin/python"


def poetry_folder():
    """As poetry names a project's environment: name, hash of the folder, version."""
    digest = base64.urlsafe_b64encode(hashlib.sha256(PROJECT.encode()).digest()).decode()[:8]
    return f"/root/.cache/pypoetry/virtualenvs/my-project-{digest}-py3.11"


class Python(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.sandbox = cls.enterClassContext(Sandbox("e2e-python"))
        cls.helper = Helper(cls.sandbox)
        cls.addClassCleanup(cls.helper.run, "rpc", "shutdown")
        cls.config = os.path.join(cls.sandbox.client, "helper.json")
        with open(cls.config, encoding="utf-8") as file:
            cls.first_config = json.load(file)

    def setUp(self):
        """A new container each, with the login shell that activates CenterNet."""
        self.write_config()
        self.helper.run("remove", "--yes")
        self.inside("rm -rf .venv environment.yml .python-version requirements.txt", on_server=True)
        report = self.helper.json("ensure")
        self.assertEqual(report.get("state"), "ready", report)

    def write_config(self, python="auto", **project):
        target = json.loads(json.dumps(self.first_config["targets"]["centernet"]))
        target["python"] = python
        target["project"].update(project)
        with open(self.config, "w", encoding="utf-8") as file:
            json.dump({"targets": {"centernet": target}}, file, indent=2)

    def inside(self, script, on_server=False):
        """A script in the container, or beside it in the project's folder of the server."""
        if on_server:
            done = self.sandbox.control("exec", "sh", "-c", f"cd /home/my_project && {script}", check=False)
        else:
            done = self.sandbox.docker("exec", "centernet", "sh", "-c", script)
        self.assertEqual(done.returncode, 0, done.stdout + done.stderr)
        return done.stdout

    def environment(self, folder, module=None):
        """A virtual environment of Debian's Python; `module` is one that only it can import."""
        self.inside(f"/usr/bin/python3 -m venv --without-pip '{folder}'")
        if module:
            self.inside(f"touch '{folder}/lib/python3.11/site-packages/{module}.py'")

    def forget_the_login_shells_choice(self):
        self.inside("rm -f /root/.bashrc")

    def list(self, status=0):
        done = self.helper.run("python", "list", "--json")
        self.assertEqual(done.returncode, status, done.stdout + done.stderr)
        return json.loads(done.stdout)

    def chosen(self):
        pythons = self.list()
        return next(python for python in pythons["pythons"] if python["chosen"])["path"], pythons["cause"]

    def test_the_login_shells_environment_is_chosen_and_every_other_is_found_and_was_run(self):
        self.environment(f"{PROJECT}/.venv")
        self.inside(f"echo 'uv = 0.5.1' >> {PROJECT}/.venv/pyvenv.cfg")
        self.environment("/root/.pyenv/versions/3.11.9")
        self.environment("/root/.local/share/uv/python/cpython-3.11.9-linux-x86_64-gnu")
        self.environment(poetry_folder())
        pythons = self.list()
        self.assertEqual(self.chosen(), (CENTERNET, "the login shell's `which python`"))
        sources = {source: python for python in pythons["pythons"] for source in python["sources"]}
        for source in ("login:python", "conda:base", "conda:CenterNet", "conda:other", "uv:.venv", "pyenv:3.11.9", "system",
                       "uv-python:cpython-3.11.9-linux-x86_64-gnu", "poetry:" + os.path.basename(poetry_folder())):
            self.assertIn(source, sources)
            self.assertRegex(sources[source]["version"], r"^3\.11\.")
        self.assertEqual(sources["uv:.venv"]["prefix"], f"{PROJECT}/.venv")
        self.assertEqual(sources["uv:.venv"]["base_prefix"], "/usr")
        self.assertTrue(sources["login:python"]["login"])

    def test_without_one_the_projects_own_is_and_the_difference_to_the_terminal_is_told(self):
        self.forget_the_login_shells_choice()
        self.environment(f"{PROJECT}/.venv")
        self.assertEqual(self.chosen(), (f"{PROJECT}/.venv/bin/python", "the project's own environment, .venv"))
        self.assertTrue(any("`which python" in note for note in self.list()["notes"]), self.list()["notes"])
        settings = self.helper.json("settings")
        self.assertEqual(settings["python"], f"{PROJECT}/.venv/bin/python")

    def test_poetrys_for_the_project_and_what_files_of_the_project_name(self):
        self.forget_the_login_shells_choice()
        self.inside(f"echo 'name: other # ours' > {PROJECT}/environment.yml")
        self.assertEqual(self.chosen(), ("/opt/conda/envs/other/bin/python", "the conda environment that environment.yml names"))
        self.environment(poetry_folder())
        self.assertEqual(self.chosen(), (f"{poetry_folder()}/bin/python", "the environment that poetry made for the project"))

    def test_one_that_can_import_what_the_project_names_goes_before_one_that_cannot(self):
        self.environment(f"{PROJECT}/.venv", module="only_here")
        self.write_config(imports=["json", "only_here"])
        path, cause = self.chosen()
        self.assertEqual(path, f"{PROJECT}/.venv/bin/python")
        self.assertIn(f"since {CENTERNET} cannot import only_here", cause)
        self.write_config(imports=["nowhere.at_all"])
        path, _ = self.chosen()
        self.assertEqual(path, CENTERNET)
        report = self.helper.json("ensure")
        self.assertTrue(any("cannot import nowhere.at_all" in note for note in report["notes"]), report["notes"])

    def test_use_changes_one_value_of_the_config_and_no_other_byte(self):
        text = """{ // the lab's
  "targets": { "centernet": %s
  }
}
""" % json.dumps(self.first_config["targets"]["centernet"], indent=4).replace('"python": "auto",', '"python" : "auto", /* for now */')
        with open(self.config, "w", encoding="utf-8") as file:
            file.write(text)
        done = self.helper.run("python", "use", "conda:other")
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertIn("next: helper ensure centernet", done.stdout)
        with open(self.config, encoding="utf-8") as file:
            self.assertEqual(file.read(), text.replace('"python" : "auto"', '"python" : "conda:other"'))
        report = self.helper.json("ensure")
        self.assertEqual(report["settings"]["python"], "/opt/conda/envs/other/bin/python")
        done = self.helper.run("python", "use", "conda:nowhere")
        self.assertEqual(done.returncode, 8, done.stderr)
        self.assertIn("conda:other", done.stderr, "what is near is named")
        with open(self.config, encoding="utf-8") as file:
            self.assertIn('"python" : "conda:other"', file.read())

    def test_a_start_file_that_blocks_costs_two_seconds_and_is_told(self):
        self.inside("printf 'while :; do sleep 100; done\\n' > /root/.bashrc; cp /root/.bashrc /root/.profile")
        begin = time.monotonic()
        pythons = self.list()
        self.assertLess(time.monotonic() - begin, 10)
        self.assertTrue(any("longer than 2 s" in note for note in pythons["notes"]), pythons)
        self.assertTrue(any(python["chosen"] for python in pythons["pythons"]))

    def test_a_container_that_does_not_run_has_no_list(self):
        self.helper.run("stop")
        done = self.helper.run("python", "list")
        self.assertEqual(done.returncode, 13, done.stdout + done.stderr)
        self.assertIn("helper ensure centernet", done.stderr)


if __name__ == "__main__":
    harness.main()
