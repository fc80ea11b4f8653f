"""The examples of docs/images.md do what they say: each helper.json is read from the page and run on a stand-in image of the same shape."""
import json
import os
import re
import unittest

import harness
import test_images
from fleet import Fleet
from harness import Sandbox

PAGE = os.path.join(harness.REPOSITORY, "docs", "images.md")
# The image that an example names -> the stand-in, and the prefix of its Python.
STAND_INS = {
    "nvcr.io/nvidia/pytorch": ("ngc-pytorch", "/usr"),
    "mindspore/mindspore-gpu-cuda11.6": ("mindspore", "/usr/local/python-3.9.2"),
    "continuumio/miniconda3": ("conda", "/opt/conda/envs/CenterNet"),
    "python": ("python-slim", "/usr/local"),
}


def page():
    with open(PAGE, encoding="utf-8") as file:
        return file.read()


def examples():
    """name -> target, from the indented JSON blocks of the page."""
    found = {}
    for block in re.findall(r'(?m)(?:^    .*\n)+', page()):
        if block.lstrip().startswith("{"):
            found.update(json.loads(block)["targets"])
    return found


class Examples(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.sandbox = cls.enterClassContext(Sandbox("e2e-docs"))
        cls.sandbox.make_images(*[image for image, _ in STAND_INS.values()])
        cls.fleet = Fleet(cls.sandbox)
        cls.addClassCleanup(cls.fleet.close)
        for name, target in examples().items():
            image = target["container"]["image"].rpartition(":")[0]
            cls.sandbox.docker("tag", f"{STAND_INS[image][0]}:1", target["container"]["image"])
            cls.fleet.add_target(name, target)
        cls.fleet.write()

    def test_there_is_one_for_each_kind(self):
        images = {target["container"]["image"].rpartition(":")[0] for target in examples().values()}
        self.assertEqual(images, set(STAND_INS))

    def test_each_ends_in_a_python_that_runs_over_ssh_in_the_project_folder(self):
        for name, target in examples().items():
            with self.subTest(name):
                report = self.fleet.json("ensure", name)
                self.assertEqual(report.get("state"), "ready", report)
                self.fleet.ssh_config(name)
                prefix = STAND_INS[target["container"]["image"].rpartition(":")[0]][1]
                script = f"cd {target['project']['remote']} && ls && {report['settings']['python']} -c 'import sys; print(sys.prefix)'"
                self.assertEqual(self.fleet.openssh(name, script).stdout, f"train.py\n{prefix}\n")
                self.fleet.json("remove", "--yes", name)

    def test_the_table_says_what_the_matrix_expects(self):
        rows = [[cell.strip() for cell in line.strip("|").split("|")] for line in page().splitlines() if line.startswith("| ") and "refused (1)" in line]
        self.assertEqual(len(rows), len(test_images.IMAGES))
        self.assertEqual(sum(row[1].startswith("ssh only") for row in rows), sum(prefix is None for prefix in test_images.IMAGES.values()))
        self.assertEqual(sum(row[6] != "" for row in rows), len(test_images.USERS))
        self.assertEqual({restriction for _, restriction in test_images.REFUSED}, {"no_capabilities"})
        self.assertEqual(len(test_images.REFUSED), len(test_images.IMAGES))
        for code in sorted({*test_images.REFUSED.values(), "python.missing"}):
            self.assertIn(f"`{code}`", page())


if __name__ == "__main__":
    harness.main()
