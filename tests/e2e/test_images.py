"""The matrix: each image of the catalogue under each restriction ends in a working ssh, sftp and Python, or in one clear refusal.

docs/images.md tells people the same table; test_documented_examples.py keeps the two together. HELPER_IMAGES names the images to try
(words with blanks between); without it, all of them.
"""
import concurrent.futures
import os
import unittest

import harness
from fleet import Fleet, error_of
from harness import Sandbox

# image -> the prefix of the Python that must be reported; None: it has none, and ssh and sftp must still work.
IMAGES = {
    "debian-sshd": "/usr",
    "debian-plain": "/usr",
    "ubuntu-like": "/usr",
    "busybox": None,
    "static-shell": None,
    "musl": None,
    "non-root": "/usr",
    "uid-only": "/usr",
    "supervisord": "/usr",
    "entrypoint": "/usr",
    "conda": "/opt/conda/envs/CenterNet",
    "ngc-pytorch": "/usr",
    "mindspore": "/usr/local/python-3.9.2",
    "python-slim": "/usr/local",
    "distroless": "/usr",
}
USERS = {"ubuntu-like": "ubuntu", "non-root": "dev", "distroless": "nonroot"}  # who is meant by "user"
RESTRICTIONS = {
    "plain": [],
    "read_only": ["--read-only"],
    "no_network": ["--network=none"],
    "no_capabilities": ["--cap-drop=ALL"],
    "noexec_tmp": ["--tmpfs=/tmp:rw,noexec,nosuid"],
    "user": [],
    "user_with_nothing": ["--read-only", "--network=none", "--cap-drop=ALL", "--security-opt=no-new-privileges", "--tmpfs=/tmp:rw,noexec,nosuid"],
}
# What the image's own program needs to run at all under a restriction, with or without helper.
NEEDS = {("supervisord", "read_only"): ["--tmpfs=/run", "--tmpfs=/tmp", "--tmpfs=/var/log/supervisor"]}
# (image, restriction) -> the error's name: what cannot be, and is said in one clear refusal.
REFUSED = {(image, "no_capabilities"): "inside.failed" for image in IMAGES}
AT_ONCE = 3
CONTENT = bytes(range(256)) * 400


class Matrix(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.sandbox = cls.enterClassContext(Sandbox("e2e-images"))
        cls.sandbox.make_images(*wanted_images())
        cls.fleet = Fleet(cls.sandbox)
        cls.addClassCleanup(cls.fleet.close)
        for image, restriction in cells():
            cls.fleet.add(target(image, restriction), f"{image}:1", user=USERS[image] if restriction.startswith("user") else "root",
                          extra_args=RESTRICTIONS[restriction] + NEEDS.get((image, restriction), []))
        cls.fleet.write()
        cls.upload = os.path.join(cls.sandbox.client, "upload")
        with open(cls.upload, "wb") as file:
            file.write(CONTENT)
        pool = cls.enterClassContext(concurrent.futures.ThreadPoolExecutor(AT_ONCE))
        cls.outcomes = {cell: pool.submit(cls.try_cell, *cell) for cell in cells()}

    @classmethod
    def try_cell(cls, image, restriction):
        """Everything that is done with one container; the tests look at the result."""
        name, outcome = target(image, restriction), {}
        try:
            outcome["report"] = report = cls.fleet.json("ensure", name)
            code, _ = error_of(report)
            if code in ("", "python.missing"):
                cls.fleet.ssh_config(name)
                outcome["ssh"] = cls.fleet.openssh(name, "echo over ssh")
                got = f"{cls.upload}-{name}"
                outcome["sftp"] = cls.fleet.sftp(name, f"put {cls.upload} /dev/shm/put\nget /dev/shm/put {got}\n")
                if outcome["sftp"].returncode == 0:
                    with open(got, "rb") as file:
                        outcome["bytes"] = file.read()
            if code == "":
                outcome["python"] = cls.fleet.openssh(name, f"{report['settings']['python']} -c 'import sys; print(sys.prefix, sys.version.split()[0])'")
                outcome["again"] = cls.fleet.json("ensure", name)
            else:
                outcome["log"] = cls.sandbox.docker("logs", "--tail", "20", name)
        finally:
            cls.fleet.run("stop", name)
            cls.sandbox.docker("rm", "-f", name)
        return outcome

    def check(self, image, restriction):
        outcome = self.outcomes[image, restriction].result()
        report = outcome["report"]
        code, text = error_of(report)
        refused = REFUSED.get((image, restriction))
        if refused:
            self.assertEqual(code, refused, text)
            for field in ("thing", "cause", "fix"):
                self.assertTrue(report["error"][field], report)
            return
        expected = IMAGES[image]
        self.assertEqual(code, "" if expected else "python.missing", f"{text}\n{outcome.get('log')}")
        self.assertEqual((outcome["ssh"].returncode, outcome["ssh"].stdout), (0, "over ssh\n"), outcome["ssh"].stderr)
        self.assertEqual(outcome["sftp"].returncode, 0, outcome["sftp"].stderr)
        self.assertEqual(outcome["bytes"], CONTENT)
        if expected:
            self.assertEqual(report["state"], "ready")
            self.assertEqual(outcome["python"].stdout.split(), [expected, report["settings"]["python_version"]], outcome["python"].stderr)
            self.assertEqual((outcome["again"].get("state"), outcome["again"].get("steps")), ("ready", []), outcome["again"])


def wanted_images():
    return os.environ.get("HELPER_IMAGES", " ".join(IMAGES)).split()


def cells():
    return [(image, restriction) for image in wanted_images() for restriction in RESTRICTIONS if image in USERS or not restriction.startswith("user")]


def target(image, restriction):
    return f"{image}-{restriction.replace('_', '-')}"


def add_tests():
    for image, restriction in cells():
        def test(self, image=image, restriction=restriction):
            self.check(image, restriction)
        setattr(Matrix, f"test_{image.replace('-', '_')}_{restriction}", test)


if __name__ == "__main__":
    add_tests()
    harness.main()
