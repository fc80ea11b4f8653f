"""`helper -v`: each command that the server is sent, and nothing of what must stay secret."""
import glob
import json
import os
import unittest

import harness
from harness import Helper, Sandbox

SECRET = "hunter2-of-the-environment"


class VerboseTest(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.sandbox = cls.enterClassContext(Sandbox("e2e-verb"))
        cls.sandbox.make_images("jupyter-notebook")
        cls.helper = Helper(cls.sandbox)
        cls.config = os.path.join(cls.sandbox.client, "verbose.json")
        target = {"server": cls.sandbox.name, "container": {"image": "jupyter-notebook:6", "gpus": "none", "env": {"TOKEN": SECRET},
                                                            "command": ["sh", "-c", f": {SECRET}; exec sleep infinity"]},
                  "ssh": {"local_port": 24700}, "jupyter": {"local_port": 24701}}
        with open(cls.config, "w", encoding="utf-8") as file:
            json.dump({"targets": {"verbose": target}}, file)
        cls.helper.run("trust", "--config", cls.config)

    def run_verb(self, *words):
        return self.helper.run(*words, "--config", self.config)

    def secrets(self, url):
        """What only this person may know: the token of Jupyter, lines of private keys, what the config says of the environment."""
        yield url.partition("?token=")[2]
        yield SECRET
        home = os.path.join(self.sandbox.client, "home")
        for path in glob.glob(f"{home}/.local/share/helper/**", recursive=True) + glob.glob(f"{home}/.ssh/*"):
            if not os.path.isfile(path):
                continue
            with open(path, encoding="utf-8", errors="replace") as file:
                text = file.read()
            if "PRIVATE KEY" in text:
                yield from (line for line in text.splitlines() if len(line) > 40)

    def test_the_commands_are_shown_and_no_secret_is(self):
        self.run_verb("remove", "--yes")
        first = self.run_verb("-v", "ensure")
        self.assertEqual(first.returncode, 0, first.stderr)
        for command in ("docker create verbose", "docker start verbose", r"sh \(look\)", r"sh in container verbose \(start sshd\)",
                        r"sh in container verbose \(start Jupyter\)"):
            self.assertRegex(first.stderr, rf"(?m)^  {self.sandbox.name}: {command}  [0-9. msi]+$")
        self.assertNotIn("docker create", first.stdout)
        url = self.helper.json("settings", "--config", self.config)["jupyter_url"]
        shown = first.stderr + first.stdout.replace(url, "")
        for words in (("ensure", "--verbose", "--json"), ("status", "-v"), ("stop", "-v"), ("ensure", "-v"), ("logs", "-v")):
            done = self.run_verb(*words)
            self.assertEqual(done.returncode, 0, done.stderr)
            self.assertRegex(done.stderr, rf"(?m)^  {self.sandbox.name}: ")
            if "--json" in words:
                json.loads(done.stdout)
            shown += done.stderr
        secrets = set(self.secrets(url))
        self.assertGreater(len(secrets), 5)
        for secret in secrets:
            self.assertNotIn(secret, shown)

    def test_nothing_of_it_is_shown_unless_it_is_asked_for(self):
        done = self.run_verb("ensure")
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertNotRegex(done.stderr, rf"(?m)^  {self.sandbox.name}: ")

    def test_a_command_that_failed_says_how(self):
        with open(self.config, encoding="utf-8") as file:
            config = json.load(file)
        config["targets"]["verbose"]["container"].update({"name": "other", "image": "no-such-image:1"})
        config["targets"]["verbose"]["ssh"]["local_port"] = 24710
        config["targets"]["verbose"]["jupyter"]["local_port"] = 24711
        other = os.path.join(self.sandbox.client, "other.json")
        with open(other, "w", encoding="utf-8") as file:
            json.dump(config, file)
        done = self.helper.run("ensure", "-v", "--config", other)
        self.assertNotEqual(done.returncode, 0)
        self.assertRegex(done.stderr, rf"(?m)^  {self.sandbox.name}: docker pull no-such-image:1  exit status \d+, ")


if __name__ == "__main__":
    harness.main()
