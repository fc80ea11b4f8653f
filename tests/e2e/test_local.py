"""`"server": "local"`: the same with an engine of this machine and no SSH hop. The command runs in the sandbox's network and
with its engine, but with this machine's files and programs."""
import json
import os
import unittest

import harness
from harness import Sandbox


class LocalServer(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.sandbox = cls.enterClassContext(Sandbox("e2e-local"))
        with open(f"{cls.sandbox.client}/helper.json", encoding="utf-8") as file:
            config = json.load(file)
        config["targets"]["centernet"]["server"] = "local"
        cls.config = f"{cls.sandbox.client}/local.json"
        with open(cls.config, "w", encoding="utf-8") as file:
            json.dump(config, file)
        cls.addClassCleanup(cls.helper, "rpc", "shutdown")
        trusted = cls.helper("trust")
        assert trusted.returncode == 0, trusted.stderr

    @classmethod
    def here(cls, *argv, timeout=120):
        environment = cls.sandbox.environment()
        kept = [f"{name}={environment[name]}" for name in ("HOME", "XDG_RUNTIME_DIR", "XDG_CONFIG_HOME", "XDG_DATA_HOME", "XDG_STATE_HOME")]
        return cls.sandbox.control("exec", "--local", "env", *kept, *argv, check=False, timeout=timeout)

    @classmethod
    def helper(cls, *argv):
        options = ["--config", cls.config] if argv[0] != "rpc" else []
        return cls.here(os.path.join(harness.HELPER_BIN_DIR, "helper"), *argv, *options)

    def test_ensure_then_openssh_then_nothing_to_do(self):
        report = json.loads(self.helper("ensure", "--json").stdout)
        self.assertEqual(report.get("state"), "ready", report)
        block = os.path.join(self.sandbox.client, "local-block")
        with open(block, "w", encoding="utf-8") as file:
            file.write(self.helper("settings", "--format", "ssh-config").stdout)
        done = self.here("/usr/bin/ssh", "-F", block, "-o", "BatchMode=yes", "centernet", report["settings"]["python"], "--version")
        self.assertEqual(done.stdout.strip(), "Python " + report["settings"]["python_version"], done.stderr)
        self.assertFalse(json.loads(self.helper("ensure", "--json").stdout)["changed"])
        self.assertEqual(json.loads(self.helper("remove", "--yes", "--json").stdout)["state"], "absent")


if __name__ == "__main__":
    harness.main()
