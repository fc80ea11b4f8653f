"""Environments that the real tools make: uv, poetry, PDM, hatch, pipenv and virtualenv from pip's own index, mise from npm's, and pyenv with
what the machine has of it. Each is run in the container and is asked where its environment is; helper must find that one and choose it among
those of all the others. pip and npm ask as this machine has set them up, once: what they fetched is kept. Skipped where pip has no index.

No such package brings conda, micromamba, pixi, asdf and rye: their layouts are imitated in tests/integration/inside/look_test.cpp.
"""
import contextlib
import glob
import json
import os
import platform
import shutil
import subprocess
import sys
import tarfile
import unittest
import zipfile

import harness
from harness import Helper, Sandbox

TOOLS = ("uv==0.13.9", "poetry==2.5.1", "pdm==2.29.4", "hatch==1.18.2", "pipenv==2026.10.3", "virtualenv==21.15.11")
OLD_TOOLS = ("virtualenv==16.7.12", "pipenv==2018.11.26")  # the last that make environments without pyvenv.cfg
OLD_PYTHONS = ("3.7", "3.8")  # which they can use
MISE = {"x86_64": "@jdxcode/mise-linux-x64@2026.9.15", "aarch64": "@jdxcode/mise-linux-arm64@2026.9.15"}
CACHE = os.path.join(os.environ.get("XDG_CACHE_HOME") or os.path.expanduser("~/.cache"), "helper-tests", "python-tools")
SYSTEM_PYTHON = "/usr/bin/python3"  # the images of the sandbox have the same one
FETCH_LIMIT = 150  # seconds

PYPROJECT = """[project]
name = "Net_{0}"
version = "0.1"
requires-python = ">=3.8"
dependencies = []
[tool.poetry]
package-mode = false
[tool.hatch.envs.default]
skip-install = true
[tool.hatch.envs.a-lint]
skip-install = true
"""

# What makes each project's environment, in the project's folder; what is printed last is what the tool says of where the environment is.
PROJECTS = {
    "uv": "uv sync -q && dirname $(dirname $(uv python find))",
    "uv-managed": "uv python install -q --python-downloads-json-url file:///tools/pythons.json $PYTHON && uv sync -q --managed-python &&"
                  " dirname $(dirname $(uv python find))",
    "uv-elsewhere": "UV_PROJECT_ENVIRONMENT=/data/uv uv sync -q && echo /data/uv",
    "poetry": "poetry -q install && poetry env info -p",
    "poetry-inside": "poetry config --local virtualenvs.in-project true && poetry -q env use python3 && poetry env info -p",
    "poetry-elsewhere": "poetry config --local virtualenvs.path /data/poetry && poetry -q env use python3 && poetry env info -p",
    "pdm": "pdm -q use -f python3 && dirname $(dirname $(pdm info --python))",
    "pdm-elsewhere": "pdm config --local venv.in_project false && pdm -q venv create --name a-second && pdm -q venv create --name main &&"
                     " pdm -q use -f --venv main && dirname $(dirname $(pdm info --python))",
    "hatch": "hatch -q env create a-lint && hatch -q env create && hatch env find",
    "hatch-inside": "export HATCH_CONFIG=/tools/hatch.toml && touch $HATCH_CONFIG && hatch -q config set dirs.env.virtual .hatch &&"
                    " hatch -q env create a-lint && hatch -q env create && hatch env find",
    "pipenv": "echo '[packages]' > Pipfile && pipenv -q --python python3 && pipenv --venv",
    "pipenv-inside": "echo '[packages]' > Pipfile && export PIPENV_VENV_IN_PROJECT=1 && pipenv -q --python python3 && pipenv --venv",
    "pipenv-named": "echo '[packages]' > Pipfile && echo by-name > .venv && pipenv -q --python python3 && pipenv --venv",
    "virtualenv": "virtualenv -q venv && venv/bin/python -c 'import sys; print(sys.prefix)'",
}


def quiet(argv, **more):
    return subprocess.run(argv, stdin=subprocess.DEVNULL, capture_output=True, text=True, check=False, **more)


SYSTEM = quiet([SYSTEM_PYTHON, "-c", "import sys; print('%d.%d' % sys.version_info[:2])"]).stdout.strip()


def fetch(folder, *argv):
    """The folder of the cache that `argv` fills; None when it cannot. A folder that is half full has another name."""
    place = os.path.join(CACHE, folder)
    if not os.path.isdir(place):
        new = f"{place}.{os.getpid()}"
        os.makedirs(new)
        try:
            with contextlib.suppress(subprocess.TimeoutExpired, OSError):
                done = quiet([*argv], cwd=new, timeout=FETCH_LIMIT)
                if done.returncode == 0 and os.listdir(new):
                    os.rename(new, place)
                else:
                    print(f"{argv[0]}: {(done.stderr.strip() or 'failed').splitlines()[-1]}")
        finally:
            shutil.rmtree(new, ignore_errors=True)
    return place if os.path.isdir(place) else None


def fetch_wheels(names, version):
    folder = "-".join(name.replace("==", "-") for name in names) + f"-for-{version}"
    other = () if version == SYSTEM else ("--python-version", version)
    return fetch(folder, SYSTEM_PYTHON, "-m", "pip", "download", "-q", "--retries", "1", "--timeout", "20", "--only-binary", ":all:", *other, *names)


def fetch_mise():
    package = MISE.get(platform.machine())
    folder = package and shutil.which("npm") and fetch(package.replace("/", "-"), "npm", "pack", "--silent", package)
    return glob.glob(os.path.join(folder, "*.tgz"))[0] if folder else None


def machines_pyenv():
    """Its versions: {"3.7": "/root/.pyenv/versions/3.7.16"}."""
    root = os.environ.get("PYENV_ROOT") or os.path.expanduser("~/.pyenv")
    folders = sorted(glob.glob(os.path.join(root, "versions", "3.*")))
    return {".".join(os.path.basename(folder).split(".")[:2]): folder for folder in folders if os.access(folder + "/bin/python", os.X_OK)}


class Case(unittest.TestCase):
    """All tools are in one container, as in that of a person who has tried many."""
    name = "tools"
    sandbox = helper = wheels = None
    made = {}

    @classmethod
    def start(cls):
        cls.sandbox.make_images("pip")
        cls.helper = Helper(cls.sandbox)
        cls.write("/workspace")
        report = cls.helper.json("ensure")
        if report.get("state") != "ready":
            raise AssertionError(report)
        cls.inside("mkdir -p /tools /data")
        cls.copy(cls.wheels, "/tools/wheels")
        wheel, = glob.glob(os.path.join(cls.wheels, "uv-*.whl"))
        with zipfile.ZipFile(wheel) as archive:
            name, = (name for name in archive.namelist() if name.endswith("/scripts/uv"))
            program = os.path.join(cls.helper.folder, "uv")
            with archive.open(name) as packed, open(program, "wb") as file:
                shutil.copyfileobj(packed, file)
        os.chmod(program, 0o755)
        cls.copy(program, "/usr/local/bin/uv")
        names = " ".join(name for name in TOOLS if not name.startswith("uv="))
        cls.inside(f"for tool in {names}; do uv tool install -q $tool || exit; done")

    @classmethod
    def write(cls, folder, python="auto"):
        target = {"server": cls.sandbox.name, "container": {"image": "pip:1", "gpus": "none"}, "ssh": {"local_port": 24700},
                  "python": python, "project": {"remote": folder}}
        with open(os.path.join(cls.helper.folder, "helper.json"), "w", encoding="utf-8") as file:
            json.dump({"targets": {cls.name: target}}, file)

    @classmethod
    def copy(cls, source, place):
        """A file or a folder of this machine into the container."""
        done = cls.sandbox.control("exec", "--local", "docker", "cp", "-L", source, f"{cls.name}:{place}")
        assert done.returncode == 0, done.stderr

    @classmethod
    def try_inside(cls, script, **variables):
        """A script of bash in the container, with the tools and without a network; the CompletedProcess."""
        given = {"PATH": "/root/.local/bin:/usr/local/bin:/usr/bin:/bin", "LANG": "C.UTF-8", "UV_OFFLINE": "1", "UV_FIND_LINKS": "/tools/wheels",
                 "UV_NO_INDEX": "1", "MISE_OFFLINE": "1", "PYTHON": SYSTEM, "PDM_CHECK_UPDATE": "false", **variables}
        words = [word for name, value in given.items() for word in ("-e", f"{name}={value}")]
        return cls.sandbox.docker("exec", *words, cls.name, "bash", "-c", script, timeout=120)

    @classmethod
    def inside(cls, script, **variables):
        done = cls.try_inside(script, **variables)
        assert done.returncode == 0, f"{script}\n{done.stdout}{done.stderr}"
        return done.stdout

    @classmethod
    def make_project(cls, name, script):
        """Runs what makes the environment, in a new folder; the CompletedProcess."""
        cls.inside(f"mkdir -p /workspace/{name} && cd /workspace/{name} && printf %s \"$TEXT\" > pyproject.toml", TEXT=PYPROJECT.format(name))
        return cls.try_inside(f"cd /workspace/{name} && {script}")

    def place_of(self, name):
        """The folder of the project's environment, as the tool says it."""
        done = self.made[name]
        self.assertEqual(done.returncode, 0, done.stdout + done.stderr)
        return done.stdout.split()[-1]

    def list(self, name):
        self.write(f"/workspace/{name}")
        listing = self.helper.json("python", "list")
        self.assertIn("pythons", listing)
        return listing

    def assert_chosen(self, name, source, cause, place=None):
        """Of all that are there, for this project, helper takes the one that the tool named, and it runs. What was listed."""
        place = place or self.place_of(name)
        listing = self.list(name)
        chosen = self.chosen(listing)
        self.assertEqual((chosen["path"], listing["cause"]), (place + "/bin/python", cause))
        self.assertIn(source, chosen["sources"])
        self.assertEqual(chosen["prefix"], place)
        self.assertEqual([note for note in listing["notes"] if "does not run" in note], [])
        done = self.helper.run("exec", "--", chosen["path"], "-c", "import sys; print(sys.prefix)")
        self.assertEqual((done.returncode, done.stdout.strip()), (0, place), done.stderr)
        return listing

    @staticmethod
    def chosen(listing):
        return next(python for python in listing["pythons"] if python["chosen"])

    @staticmethod
    def sources(listing):
        return [source for python in listing["pythons"] for source in python["sources"]]

    def login_shell_says(self, line):
        """A line of the start file of the user's login shell, for one test."""
        self.inside('printf "%s\\n" "$LINE" > /root/.profile', LINE=line)
        self.addCleanup(self.inside, "rm /root/.profile")


class Tools(Case):
    @classmethod
    def setUpClass(cls):
        cls.make_python_of_uv()
        cls.made = {name: cls.make_project(name, script) for name, script in PROJECTS.items()}

    @classmethod
    def make_python_of_uv(cls):
        """What `uv python install` gets elsewhere: an archive with a Python, and the list that names it."""
        version = cls.inside("python3 -c 'import platform; print(platform.python_version())'").strip()
        machine = platform.machine()
        cls.full_name = f"cpython-{version}-linux-{machine}-gnu"
        cls.inside("mkdir -p /tools/python/bin /tools/python/lib && cp /usr/bin/python$PYTHON /tools/python/bin && cd /tools/python/bin &&"
                   " ln -s python$PYTHON python3 && ln -s python$PYTHON python &&"
                   " tar ch -C /usr/lib --exclude test --exclude __pycache__ --exclude 'config-*' --exclude EXTERNALLY-MANAGED python$PYTHON |"
                   " tar x -C /tools/python/lib && cd /tools && tar c python | gzip -1 > python.tar.gz")
        major, minor, patch = (int(number) for number in version.split("."))
        row = {"name": "cpython", "arch": {"family": machine, "variant": None}, "os": "linux", "libc": "gnu", "major": major, "minor": minor,
               "patch": patch, "prerelease": "", "url": "file:///tools/python.tar.gz", "sha256": None, "variant": None, "build": "20260101"}
        cls.inside('printf %s "$TEXT" > /tools/pythons.json', TEXT=json.dumps({cls.full_name: row}))

    def test_uv(self):
        self.assert_chosen("uv", "uv:.venv", "the project's own environment, .venv")

    def test_uv_with_an_environment_elsewhere(self):
        self.login_shell_says("export UV_PROJECT_ENVIRONMENT=/data/uv")
        self.assert_chosen("uv-elsewhere", "uv-project:uv", "the project's environment by UV_PROJECT_ENVIRONMENT")

    def test_a_python_that_uv_installed_and_its_environment(self):
        sources = self.sources(self.assert_chosen("uv-managed", "uv:.venv", "the project's own environment, .venv"))
        self.assertEqual([source for source in sources if source.startswith("uv-python:")], [f"uv-python:{self.full_name}"])

    def test_poetry(self):
        place = self.place_of("poetry")
        self.assert_chosen("poetry", f"poetry:{os.path.basename(place)}", "the environment that poetry made for the project")

    def test_poetry_with_an_environment_in_the_project(self):
        self.assert_chosen("poetry-inside", "venv:.venv", "the project's own environment, .venv")

    def test_poetry_with_the_folder_that_the_projects_settings_name(self):
        place = self.place_of("poetry-elsewhere")
        self.assertEqual(os.path.dirname(place), "/data/poetry")
        self.assert_chosen("poetry-elsewhere", f"poetry:{os.path.basename(place)}", "the environment that poetry made for the project")

    def test_poetry_with_the_folder_that_the_persons_settings_name(self):
        for key, value in (("virtualenvs.path", "/data/poetry-of-all"), ("virtualenvs.path", "{cache-dir}/envs"), ("cache-dir", "/data/poetry-cache")):
            with self.subTest(key=key, value=value):
                self.inside("poetry config $KEY $VALUE", KEY=key, VALUE=value)
                self.addCleanup(self.try_inside, f"poetry config --unset {key}")
                place = self.inside("cd /workspace/poetry && poetry -q install && poetry env info -p").split()[-1]
                self.assert_chosen("poetry", f"poetry:{os.path.basename(place)}", "the environment that poetry made for the project", place)

    def test_pdm(self):
        listing = self.assert_chosen("pdm", "venv:.venv", "the project's own environment, .venv")
        self.assertIn("pdm:.pdm-python", self.chosen(listing)["sources"])

    def test_pdm_with_an_environment_elsewhere(self):
        place = self.place_of("pdm-elsewhere")
        name = os.path.basename(place)
        listing = self.assert_chosen("pdm-elsewhere", "pdm:.pdm-python", "the interpreter that .pdm-python names")
        self.assertIn(name.replace("-main", "-a-second"), "\n".join(self.sources(listing)))
        self.inside("cd /workspace/pdm-elsewhere && rm .pdm-python && pdm -q venv remove -y a-second")
        self.assert_chosen("pdm-elsewhere", f"pdm:{name}", "the environment that pdm made for the project")

    def test_hatch(self):
        listing = self.assert_chosen("hatch", "hatch:net-hatch", "the environment that hatch made for the project")
        self.assertIn("hatch:a-lint", self.sources(listing))

    def test_hatch_with_environments_in_the_project(self):
        self.assert_chosen("hatch-inside", "hatch:net-hatch-inside", "the environment that hatch made for the project")

    def test_hatch_with_a_folder_that_the_persons_settings_name(self):
        for key, value in (("dirs.env.virtual", "/data/hatch"), ("dirs.data", "/data/hatch-data")):
            with self.subTest(key=key):
                self.inside("rm -f /root/.config/hatch/config.toml && hatch -q config set $KEY $VALUE", KEY=key, VALUE=value)
                self.addCleanup(self.try_inside, "rm -f /root/.config/hatch/config.toml")
                place = self.inside("cd /workspace/hatch && hatch -q env create && hatch env find").split()[-1]
                self.assertTrue(place.startswith(value + "/"), place)
                self.assert_chosen("hatch", "hatch:net-hatch", "the environment that hatch made for the project", place)

    def test_the_folder_for_data_that_the_login_shell_names(self):
        self.login_shell_says("export XDG_DATA_HOME=/data/of-me")
        place = self.inside("cd /workspace/hatch && hatch -q env create && hatch env find", XDG_DATA_HOME="/data/of-me").split()[-1]
        self.assertTrue(place.startswith("/data/of-me/"), place)
        self.assert_chosen("hatch", "hatch:net-hatch", "the environment that hatch made for the project", place)

    def test_pipenv(self):
        place = self.place_of("pipenv")
        self.assert_chosen("pipenv", f"pipenv:{os.path.basename(place)}", "the environment that pipenv made for the project")

    def test_pipenv_with_an_environment_in_the_project(self):
        self.assert_chosen("pipenv-inside", "venv:.venv", "the project's own environment, .venv")

    def test_pipenv_with_an_environment_that_a_file_names(self):
        self.assert_chosen("pipenv-named", "pipenv:by-name", "the environment that pipenv made for the project")

    def test_virtualenv(self):
        self.assert_chosen("virtualenv", "venv:venv", "the project's own environment, venv")

    def test_the_one_that_the_config_names_by_its_path(self):
        place = self.place_of("hatch")
        self.write("/workspace/uv")
        done = self.helper.run("python", "use", f"{place}/bin/python")
        self.assertEqual(done.returncode, 0, done.stderr)
        report = self.helper.json("ensure")
        self.assertEqual((report["state"], report["settings"]["python"]), ("ready", f"{place}/bin/python"))

    def test_an_environment_whose_python_uv_removed_is_named(self):
        self.inside("mkdir -p /workspace/gone && cd /workspace/gone && uv venv -q --managed-python &&"
                    " mv /root/.local/share/uv/python /data/python-of-uv")
        self.addCleanup(self.inside, "mv /data/python-of-uv /root/.local/share/uv/python")
        notes = "\n".join(self.list("gone")["notes"])
        self.assertRegex(notes, r"the project's environment /workspace/gone/\.venv/bin/python does not run: a link to /root/\.local/share/uv/python/\S+, "
                                "which is not there; create it again in the container")


class Mise(Case):
    @classmethod
    def setUpClass(cls):
        packed = fetch_mise()
        if packed is None:
            raise unittest.SkipTest("npm brings no mise here")
        program = os.path.join(cls.helper.folder, "mise-program")
        with tarfile.open(packed) as archive, open(program, "wb") as file:
            shutil.copyfileobj(archive.extractfile("package/bin/mise"), file)
        os.chmod(program, 0o755)
        cls.copy(program, "/usr/local/bin/mise")

    def test_a_version_that_mise_took_from_elsewhere_is_found_and_the_project_names_it(self):
        self.inside("uv venv -q /opt/built && mkdir -p /workspace/mise && cd /workspace/mise && mise link -q python@3.11.99 /opt/built &&"
                    " mise use -q python@3.11")
        listing = self.list("mise")
        chosen = self.chosen(listing)
        place = self.inside("cd /workspace/mise && mise where python").strip()
        self.assertEqual(os.path.realpath(place), place)
        self.assertEqual((chosen["path"], listing["cause"]), (f"{place}/bin/python", "the version that mise.toml names"))
        self.assertEqual([source for source in self.sources(listing) if source.startswith("mise:")], ["mise:3.11.99"])


class Pyenv(Case):
    """With what this machine's pyenv has: a Python that old tools can use, and one that poetry can use beside the system's."""

    @classmethod
    def setUpClass(cls):
        versions = machines_pyenv()
        cls.old = next((versions[minor] for minor in OLD_PYTHONS if minor in versions), None)
        cls.beside = next((minor for minor in reversed(versions) if minor not in ("3.6", *OLD_PYTHONS, SYSTEM)), None)
        if cls.old is None or cls.beside is None:
            raise unittest.SkipTest("this machine has no pyenv with an old Python and a new one")
        old_minor = next(minor for minor, folder in versions.items() if folder == cls.old)
        old_wheels = fetch_wheels(OLD_TOOLS, old_minor)
        if old_wheels is None:
            raise unittest.SkipTest("pip brings no old virtualenv here")
        names = [os.path.basename(folder) for folder in (cls.old, versions[cls.beside])]
        packed = os.path.join(cls.helper.folder, "versions.tar")
        done = quiet(["tar", "cf", packed, "--exclude=test", "--exclude=__pycache__", "-C", os.path.dirname(cls.old), *names], timeout=120)
        assert done.returncode == 0, done.stderr
        cls.copy(packed, "/tools/versions.tar")
        cls.copy(old_wheels, "/tools/old-wheels")
        cls.old, cls.new = (f"/root/.pyenv/versions/{name}" for name in names)
        cls.inside("mkdir -p /root/.pyenv/versions && tar x -C /root/.pyenv/versions -f /tools/versions.tar && rm /tools/versions.tar")
        cls.inside(f"{cls.old}/bin/python -m pip install -q --no-index --find-links /tools/old-wheels {' '.join(OLD_TOOLS)}")

    def test_a_version_is_found_and_chosen_where_the_project_names_it(self):
        self.inside(f"mkdir -p /workspace/named && echo {os.path.basename(self.old)} > /workspace/named/.python-version")
        listing = self.assert_chosen("named", f"pyenv:{os.path.basename(self.old)}", "the version that .python-version names", self.old)
        self.assertIn(f"pyenv:{os.path.basename(self.new)}", self.sources(listing))

    def test_an_old_virtualenv(self):
        self.inside(f"mkdir -p /workspace/old && cd /workspace/old && {self.old}/bin/python -m virtualenv -q --no-download venv &&"
                    " ! test -e venv/pyvenv.cfg")
        listing = self.assert_chosen("old", "venv:venv", "the project's own environment, venv", "/workspace/old/venv")
        self.assertEqual(self.chosen(listing)["base_prefix"], self.old)

    def test_an_old_pipenv(self):
        self.inside("mkdir -p /workspace/old-pipenv && cd /workspace/old-pipenv && echo '[packages]' > Pipfile &&"
                    f" VIRTUALENV_NO_DOWNLOAD=1 {self.old}/bin/python -m pipenv --bare --python {self.old}/bin/python")
        place = self.inside(f"cd /workspace/old-pipenv && {self.old}/bin/python -m pipenv --venv").split()[-1]
        self.inside(f"! test -e {place}/pyvenv.cfg")
        self.assert_chosen("old-pipenv", f"pipenv:{os.path.basename(place)}", "the environment that pipenv made for the project", place)

    def test_of_two_of_poetrys_the_one_that_it_was_told_to_use(self):
        self.inside("mkdir -p /workspace/two && cd /workspace/two && printf %s \"$TEXT\" > pyproject.toml", TEXT=PYPROJECT.format("two"))
        for python in ("/usr/bin/python3", f"{self.new}/bin/python", "/usr/bin/python3"):
            place = self.inside(f"cd /workspace/two && poetry -q env use {python} && poetry env info -p").split()[-1]
            self.assert_chosen("two", f"poetry:{os.path.basename(place)}", "the environment that poetry made for the project", place)


def setUpModule():
    Case.start()
    unittest.addModuleCleanup(Case.helper.run, "rpc", "shutdown")


def main():
    reason = harness.why_not()
    Case.wheels = None if reason else fetch_wheels(TOOLS, SYSTEM)
    if Case.wheels is None:
        print(f"SKIPPED: {reason or 'pip brings no tools here'}")
        sys.exit(harness.SKIPPED)
    with Sandbox("e2e-pytools", gpu="none") as Case.sandbox:
        unittest.main(verbosity=2)


if __name__ == "__main__":
    main()
