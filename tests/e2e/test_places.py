"""The contract of places (tests/contract/ensure/place_test.cpp) in a real container of Docker's and of Podman's."""
import os
import shutil
import unittest

import harness
from harness import HELPER_BIN_DIR, Sandbox

PROGRAM = os.path.join(HELPER_BIN_DIR, "contract_ensure")
IMAGE = "centernet:1.2"  # the sandbox's own: it has an sshd


@unittest.skipUnless(os.path.exists(PROGRAM), "contract_ensure is not built")
class Places(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.sandbox = cls.enterClassContext(Sandbox("e2e-places"))

    def try_in(self, engine):
        made = self.sandbox.control("exec", engine, "run", "--detach", "--name", "place", "--entrypoint", "sleep", IMAGE, "600", check=False)
        self.assertEqual(made.returncode, 0, made)
        done = self.sandbox.control("exec", "env", f"HELPER_TEST_PLACE={engine} place", PROGRAM, "--gtest_filter=*PlaceContract*", check=False)
        self.assertEqual(done.returncode, 0, done.stdout + done.stderr)
        self.assertIn("[  PASSED  ] 7 tests", done.stdout)

    def test_docker(self):
        self.try_in("docker")

    @unittest.skipUnless(shutil.which("podman"), "Podman is not installed: scripts/install-deps")
    def test_podman(self):
        self.sandbox.control("podman", timeout=300)
        self.try_in("podman")


if __name__ == "__main__":
    harness.main()
