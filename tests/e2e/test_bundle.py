"""The SSH bundles as built: each holds files of its own kind of machine only, which find their loader and libraries in the bundle alone.

Nothing of a foreign bundle is run here: what is wrong in it would else show on a user's arm64 server first.
"""
import glob
import gzip
import hashlib
import os
import re
import subprocess
import sys
import tarfile
import tempfile
import unittest

import harness

PREFIX = "/dev/helper/ssh"
FOLDER = os.path.join(os.path.dirname(harness.HELPER_BIN_DIR), "share", "helper", "ssh")
MACHINES = {"x86_64": ("Advanced Micro Devices X86-64", "ld-linux-x86-64.so.2"), "aarch64": ("AArch64", "ld-linux-aarch64.so.1")}
PROGRAMS = {"sbin/sshd", "libexec/sftp-server", "bin/ssh-keygen", "bin/nc", "bin/busybox"}
STATIC = {"bin/busybox"}


class Bundle:
    def __init__(self, machine, folder):
        (self.path,) = glob.glob(os.path.join(FOLDER, f"{machine}-*.tar.gz"))
        self.machine, self.folder = machine, folder
        with tarfile.open(self.path) as tar:
            self.members = tar.getmembers()
            tar.extractall(folder)
        self.files = [member.name for member in self.members if member.isfile() and member.name != "complete"]
        self.libraries = {os.path.basename(name) for name in self.files if name.startswith("lib/")}

    def readelf(self, option, name):
        return subprocess.run(["readelf", "-W", option, os.path.join(self.folder, name)], capture_output=True, text=True, check=True,
                              env={**os.environ, "LC_ALL": "C"}).stdout

    def dynamic(self, name, tag):
        return re.findall(rf"\({tag}\)[^\[]*\[(.*)\]", self.readelf("-d", name))


class Bundles(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        folder = cls.enterClassContext(tempfile.TemporaryDirectory())
        cls.bundles = [Bundle(machine, os.path.join(folder, machine)) for machine in MACHINES]

    def each_file(self):
        for bundle in self.bundles:
            for name in bundle.files:
                with self.subTest(machine=bundle.machine, file=name):
                    yield bundle, name

    def test_every_file_is_of_its_machine(self):
        for bundle, name in self.each_file():
            self.assertIn(f"Machine:                           {MACHINES[bundle.machine][0]}\n", bundle.readelf("-h", name))

    def test_every_program_starts_with_the_loader_of_the_bundle(self):
        for bundle in self.bundles:
            self.assertEqual({name for name in bundle.files if not name.startswith("lib/")}, PROGRAMS)
            for name in PROGRAMS:
                loader = re.findall(r"Requesting program interpreter: (.*)\]", bundle.readelf("-l", name))
                self.assertEqual(loader, [] if name in STATIC else [f"{PREFIX}/lib/{MACHINES[bundle.machine][1]}"], (bundle.machine, name))

    def test_every_library_is_looked_for_and_found_in_the_bundle(self):
        for bundle, name in self.each_file():
            needed = set(bundle.dynamic(name, "NEEDED"))
            self.assertEqual(needed - bundle.libraries, set())
            # Of the two only RPATH comes before the container's LD_LIBRARY_PATH. The loader loads nothing, and is not changed.
            wanted = [] if name in STATIC or os.path.basename(name) == MACHINES[bundle.machine][1] else [f"{PREFIX}/lib"]
            self.assertEqual((bundle.dynamic(name, "RPATH"), bundle.dynamic(name, "RUNPATH")), (wanted, []))

    def test_every_symbol_version_that_is_needed_is_there(self):
        for bundle in self.bundles:
            there = {library: defined_versions(bundle.readelf("-V", f"lib/{library}")) for library in bundle.libraries}
            for name in bundle.files:
                needed = needed_versions(bundle.readelf("-V", name))
                if name in PROGRAMS - STATIC:
                    self.assertIn("libc.so.6", needed, name)
                for library, versions in needed.items():
                    self.assertEqual(versions - there[library], set(), (bundle.machine, name, library))

    def test_sshd_locks_its_unprivileged_half_into_a_folder_that_is_always_writable(self):
        for bundle in self.bundles:
            with open(os.path.join(bundle.folder, "sbin/sshd"), "rb") as file:
                content = file.read()
            self.assertEqual((content.count(b"\0/dev/sshd\0"), content.count(b"/run/sshd\0")), (1, 0), bundle.machine)

    def test_its_name_is_the_digest_of_what_comes_before_the_mark_that_ends_it(self):
        for bundle in self.bundles:
            self.assertEqual(bundle.members[-1].name, "complete")
            with open(os.path.join(bundle.folder, "complete"), encoding="ascii") as file:
                digest = file.read().strip()
            self.assertEqual(os.path.basename(bundle.path), f"{bundle.machine}-{digest}.tar.gz")
            with gzip.open(bundle.path) as file:
                content = file.read()
            before = content[:bundle.members[-1].offset]
            self.assertEqual(hashlib.sha256(before).hexdigest()[:len(digest)], digest)

    def test_owner_and_modes_let_every_user_run_it_and_none_change_it(self):
        for bundle in self.bundles:
            for member in bundle.members:
                self.assertEqual((member.uid, member.gid, member.mode), (0, 0, 0o644 if member.name == "complete" else 0o755), member.name)


def needed_versions(text):
    """library -> versions, from the .gnu.version_r section of readelf -V."""
    found, library = {}, None
    section = text.partition("Version needs section")[2]
    for line in section.splitlines():
        if match := re.search(r"File: (\S+)", line):
            library = match.group(1)
        elif match := re.search(r"Name: (\S+)\s+Flags: (\S+)", line):
            if match.group(2) != "WEAK":
                found.setdefault(library, set()).add(match.group(1))
    return found


def defined_versions(text):
    section = text.partition("Version definition section")[2].partition("Version needs section")[0]
    return set(re.findall(r"Name: (\S+)", section)) | set(re.findall(r"Parent \d+: (\S+)", section))


if __name__ == "__main__":
    if not glob.glob(os.path.join(FOLDER, "*.tar.gz")):
        print(f"skipped: no bundles in {FOLDER}: they need apt-get and patchelf")
        sys.exit(harness.SKIPPED)
    unittest.main(verbosity=2)
