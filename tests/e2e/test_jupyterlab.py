"""A real JupyterLab 4, of Debian 13's packages: as test_jupyter.py. Skipped where this machine's Debian mirror has no Debian 13."""
import sys
import unittest

import harness
from harness import Sandbox
from jupyter_cases import Cases, JupyterTarget


class LabOfRoot(Cases, JupyterTarget):
    image = "jupyterlab:4"
    words = "start JupyterLab 4.0.11 for root"
    local_port = 24200
    home = "/root"
    folder = "/work/note books"
    jupyter = {"dir": "/work/note books"}
    container = {"env": {"FROM_CONFIG": "with  two blanks, 'quotes' and \"more\""}}


class LabOfAUser(Cases, JupyterTarget):
    image = "jupyterlab:4"
    user = "dev"
    words = "start JupyterLab 4.0.11 for dev"
    local_port = 24210
    home = folder = "/home/dev"


def main():
    reason = harness.why_not()
    if reason is not None:
        print(f"SKIPPED: {reason}")
        sys.exit(harness.SKIPPED)
    with Sandbox("e2e-jlab") as sandbox:
        made = sandbox.control("image", "jupyterlab", check=False, timeout=900)
        if made.returncode != 0:
            print(f"SKIPPED: there is no JupyterLab to be had here: {made.stderr.strip()}")
            sys.exit(harness.SKIPPED)
        JupyterTarget.sandbox = sandbox
        unittest.main(verbosity=2)


if __name__ == "__main__":
    main()
