"""The JetBrains plugin's own tests against a sandbox: JUnit on the real IntelliJ Platform 2018.3, with the real helper and helperd."""
import os
import subprocess
import sys
import unittest

import harness
from harness import HELPER_BIN_DIR, SANDBOX, Helper, Sandbox

COMMAND = os.path.join(os.path.dirname(HELPER_BIN_DIR), "plugin", "sandbox-tests")  # written by ide-integration/plugin/CMakeLists.txt
NAME = "e2e-plugin"


class Plugin(unittest.TestCase):
    def test_every_test_of_the_plugin_that_needs_a_sandbox(self):
        with open(COMMAND, encoding="utf-8") as file:
            java, *arguments = file.read().split("\n")[:-1]
        sandbox = self.enterContext(Sandbox(NAME))
        helper = Helper(sandbox)
        self.addCleanup(helper.run, "rpc", "shutdown")
        self.assertEqual(helper.run("trust").returncode, 0)
        properties = {"sandbox.client": sandbox.client, "sandbox.program": SANDBOX, "sandbox.name": NAME,
                      "helper.program": os.path.join(HELPER_BIN_DIR, "helper")}
        done = subprocess.run([java, *(f"-D{name}={value}" for name, value in properties.items()), *arguments], env=helper.environment,
                              stdin=subprocess.DEVNULL, timeout=600)
        self.assertEqual(done.returncode, 0)


if __name__ == "__main__":
    if not os.path.exists(COMMAND):
        print("skipped: the plugin is not built (no JDK, or no IntelliJ Platform)")
        sys.exit(harness.SKIPPED)
    harness.main()
