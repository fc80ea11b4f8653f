"""A plain ssh to the target, as Toolbox, an IDE or a person starts it: with the config that helper prints, it makes the target ready."""
import os
import subprocess
import time
import unittest

import harness
from harness import Helper, Sandbox


class Gateway(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.sandbox = cls.enterClassContext(Sandbox("e2e-gateway"))
        cls.helper = Helper(cls.sandbox)
        cls.addClassCleanup(cls.helper.run, "rpc", "shutdown")
        first = cls.helper.json("ensure")
        assert first.get("state") == "ready", first
        cls.python = first["settings"]["python"]
        cls.config = os.path.join(cls.sandbox.client, "ensuring_config")
        cls.plain = os.path.join(cls.sandbox.client, "plain_config")
        for form, path in (("ssh-config-ensure", cls.config), ("ssh-config", cls.plain)):
            with open(path, "w", encoding="utf-8") as file:
                file.write(cls.helper.run("settings", "--format", form).stdout)

    def ssh(self, *words, config=None, environment=None, timeout=120, **more):
        argv = ["ssh", "-F", config or self.config, "-o", "BatchMode=yes", *words]
        given = {} if "input" in more else {"stdin": subprocess.DEVNULL}
        return subprocess.run(argv, env={**self.helper.environment, **(environment or {})}, cwd="/", capture_output=True, text=True,
                              timeout=timeout, **given, **more)

    def test_1_with_nothing_running_it_lands_in_the_right_python(self):
        self.helper.run("remove", "--yes")
        self.helper.run("rpc", "shutdown")
        done = self.ssh("centernet", "python -c 'import sys; print(sys.executable); print(sys.version_info[0])'")
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertEqual(done.stdout, f"{self.python}\n3\n")
        self.assertEqual(done.stderr, "")

    def test_2_what_a_person_stopped_is_not_started_by_a_program_that_connects(self):
        self.helper.run("ensure")
        self.sandbox.docker("stop", "-t", "1", "centernet", timeout=120)
        for _ in range(3):
            done = self.ssh("centernet", "echo here")
            self.assertEqual((done.returncode, done.stdout), (255, ""), done.stderr)
            self.assertIn("container centernet is stopped", done.stderr)
            self.assertRegex(done.stderr, "fix: helper ensure (--config [^ ]+ )?centernet")
        self.assertEqual(self.sandbox.docker("inspect", "-f", "{{.State.Status}}", "centernet").stdout.strip(), "exited")
        self.assertEqual(self.helper.run("ensure").returncode, 0)
        self.assertEqual(self.ssh("centernet", "echo here").stdout, "here\n")

    def test_3_when_all_is_well_nothing_is_asked_of_the_server(self):
        self.assertEqual(self.helper.run("ensure").returncode, 0)
        self.sandbox.control("exec", "mv", "/usr/bin/docker", "/usr/bin/docker.away")  # who asks for the engine finds none
        self.addCleanup(self.sandbox.control, "exec", "mv", "/usr/bin/docker.away", "/usr/bin/docker")
        for _ in range(2):
            done = self.ssh("centernet", "echo here", timeout=20)
            self.assertEqual((done.returncode, done.stdout, done.stderr), (0, "here\n", ""))
            done = self.helper.run("ensure", "--quick", "--quiet", timeout=20)
            self.assertEqual((done.returncode, done.stdout + done.stderr), (0, ""))
        self.assertNotEqual(self.helper.run("ensure").returncode, 0)  # which does ask

    def test_3_a_quick_ensure_sees_a_container_that_is_gone(self):
        self.helper.run("ensure")
        self.sandbox.docker("kill", "centernet")
        done = self.helper.json("ensure", "--quick")
        self.assertTrue(done["changed"], done)
        self.assertIn("start container centernet", [step["text"] for step in done["steps"]])

    def test_4_a_failing_ensure_is_one_clear_error_and_no_hang(self):
        self.helper.run("stop")
        self.helper.run("rpc", "shutdown")
        self.sandbox.control("exec", "chmod", "000", "/usr/bin/docker")
        self.addCleanup(self.sandbox.control, "exec", "chmod", "755", "/usr/bin/docker")
        begin = time.monotonic()
        done = self.ssh("centernet", "true")
        self.assertEqual(done.returncode, 255)
        self.assertLess(time.monotonic() - begin, 60)
        self.assertEqual(done.stdout, "")
        self.assertEqual(done.stderr.count("error: "), 1, done.stderr)
        self.assertIn("fix: ", done.stderr)

    def test_5_match_exec_ensures_as_well(self):
        program = os.path.join(harness.HELPER_BIN_DIR, "helper")
        config = os.path.join(self.sandbox.client, "match_config")
        with open(self.plain, encoding="utf-8") as file:
            block = file.read()
        with open(config, "w", encoding="utf-8") as file:
            file.write(f"Match originalhost centernet exec \"{program} ensure centernet --quick --quiet --config {self.helper.folder}/helper.json\"\n\n{block}")
        self.helper.run("stop")
        done = self.ssh("centernet", "echo here", config=config)
        self.assertEqual((done.returncode, done.stdout), (0, "here\n"), done.stderr)

    def test_6_much_data_passes_as_it_is(self):
        data = os.urandom(20_000_000)
        argv = ["ssh", "-F", self.config, "-o", "BatchMode=yes", "centernet", "cat"]
        done = subprocess.run(argv, env=self.helper.environment, cwd="/", input=data, capture_output=True, timeout=120)
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertTrue(done.stdout == data)


if __name__ == "__main__":
    harness.main()
