"""What README.md says and no other test shows. README-claims.md names for each claim the test that fails when it is false."""
import ast
import json
import os
import re
import shutil
import stat
import subprocess
import time
import unittest

import harness
from harness import HELPER_BIN_DIR, REPOSITORY, Helper, Sandbox

CLAIMS = os.path.join(REPOSITORY, "tests", "e2e", "README-claims.md")


def text_of(*parts):
    with open(os.path.join(REPOSITORY, *parts), encoding="utf-8") as file:
        return file.read()


def plain(text):
    return re.sub(r"\s+", " ", text.replace("\\|", "|")).strip()


def cells(line):
    return [plain(cell) for cell in re.split(r"(?<!\\)\|", line.strip()[1:-1])]


def blocks(text):
    """Paragraphs, items, rows of tables and blocks of code of a page, without its headings."""
    found, block = [], []
    for line in [*text.splitlines(), ""]:
        begins_one = line.startswith(("- ", "| ", "#"))
        if block and (not line.strip() or begins_one):
            found.append("\n".join(block))
            block = []
        if line.strip() and not line.startswith("#"):
            block.append(line)
    return [each for each in found if not re.fullmatch(r"\|[\s|-]+\|", each)]


class Claims(unittest.TestCase):
    """The table itself: it cannot rot."""

    def rows(self):
        """(page, claim, [tests])"""
        page = None
        for line in text_of("tests", "e2e", "README-claims.md").splitlines():
            if heading := re.fullmatch(r"## (\S+\.md)", line):
                page = heading.group(1)
            elif page and line.startswith("| ") and not line.startswith(("| claim", "| ---")):
                claim, tests = cells(line)
                yield page, claim, re.findall(r"`([^`]+)`", tests)

    def test_each_claim_is_in_its_page(self):
        for page, claim, _ in self.rows():
            self.assertIn(claim, plain(text_of(page)), page)

    def test_each_test_exists(self):
        count = 0
        for _, claim, tests in self.rows():
            self.assertTrue(tests, claim)
            for test in tests:
                count += 1
                file, _, name = test.partition("::")
                owner, _, method = name.partition(".")
                code = text_of("tests", file)
                if file.endswith(".py"):
                    classes = {each.name: {part.name for part in each.body if isinstance(part, ast.FunctionDef)}
                               for each in ast.parse(code).body if isinstance(each, ast.ClassDef)}
                    self.assertIn(owner, classes, test)
                    self.assertIn(method, classes[owner], test)
                else:
                    self.assertRegex(code, rf"TEST(_F|_P)?\({owner}, {method}\)", test)
        self.assertGreater(count, 100)

    def test_each_part_of_the_readme_has_a_claim_in_the_table(self):
        claims = [claim for page, claim, _ in self.rows() if page == "README.md"]
        for block in blocks(text_of("README.md")):
            if re.match(r"\| (verb|where) \|", block):
                continue
            self.assertTrue(any(claim in plain(block) for claim in claims), block)

    def test_each_link_of_the_pages_leads_somewhere(self):
        pages = ["README.md", "ARCHITECTURE.md", *(f"docs/{name}" for name in os.listdir(os.path.join(REPOSITORY, "docs")) if name.endswith(".md"))]
        for page in pages:
            for link in re.findall(r"\]\(([^)\s]+)\)", text_of(page)):
                if re.match(r"\w+:", link):
                    continue
                path, _, anchor = link.partition("#")
                there = os.path.normpath(os.path.join(REPOSITORY, os.path.dirname(page), path)) if path else os.path.join(REPOSITORY, page)
                self.assertTrue(os.path.exists(there), f"{page}: {link}")
                if anchor:
                    headings = [re.sub(r"[^\w -]", "", line.lstrip("#").strip().lower()).replace(" ", "-") for line in text_of(there).splitlines()
                                if line.startswith("#")]
                    self.assertIn(anchor, headings, f"{page}: {link}")

    def test_each_script_that_is_named_is_there(self):
        scripts = set(re.findall(r"((?:python3 )?)((?:scripts|tests/bench)/[a-z0-9_-]+(?:\.py)?)", text_of("README.md")))
        self.assertIn(("", "scripts/quickstart"), scripts)
        for interpreter, script in scripts:
            self.assertTrue(os.access(os.path.join(REPOSITORY, script), os.R_OK if interpreter else os.X_OK), script)
        said = subprocess.run([os.path.join(REPOSITORY, "scripts", "sandbox"), "--help"], capture_output=True, text=True, check=True, timeout=30).stdout
        for word in ("cut", "delay", "gpu"):
            self.assertRegex(said, rf"\b{word}\b")
        self.assertIn("--fast", text_of("scripts", "test"))


class Commands(unittest.TestCase):
    """helper without a daemon."""

    def run_helper(self, *argv):
        return subprocess.run([os.path.join(HELPER_BIN_DIR, "helper"), *argv], stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=30,
                              env={"PATH": os.environ["PATH"], "HOME": "/nonexistent", "HELPER_NO_SPAWN": "1"}, cwd="/")

    def rows(self):
        """(verbs of a row of README's table, the row)"""
        page = text_of("README.md")
        for line in page[page.index("| verb |"):].split("\n\n", 1)[0].splitlines()[2:]:
            words = re.findall(r"`([^`]+)`", cells(line)[0])
            yield words, cells(line)

    def test_each_verb_of_the_table_is_one_and_each_one_is_in_the_table(self):
        verbs = {line.split("\t")[0] for line in self.run_helper("completion", "words", "--", "").stdout.splitlines() if "\t" in line and not line.startswith("-")}
        named = set()
        for words, row in self.rows():
            first = words[0].split()
            for i, word in enumerate(words):
                parts = word.split()
                verb = parts[0] if parts[0] in verbs else first[0]
                named.add(verb)
                said = self.run_helper("help", verb)
                self.assertEqual(said.returncode, 0, row)
                if parts[0] not in verbs:  # `settings apply`, `diff`
                    self.assertRegex(said.stdout, rf"\b{re.escape(parts[0])}\b", row)
                for part in parts[1:]:
                    for choice in part.strip("[]").split("|"):
                        self.assertIn(choice, said.stdout, row)
                for option in re.findall(r"`(--?[a-z][a-z-]*)`", row[1]):
                    if verb == first[0]:
                        self.assertIn(f"  {option}" if option.startswith("--") else option, said.stdout + " -f", row)
        self.assertEqual(named, verbs)

    def test_each_verb_is_in_the_short_help(self):
        said = self.run_helper("--help").stdout
        for words, row in self.rows():
            self.assertRegex(said, rf"\b{words[0].split()[0]}\b", row)

    def test_each_alias_means_its_verb(self):
        sentence = re.search(r"`up` and `start` mean.*?`exec`\.", plain(text_of("README.md"))).group()
        pairs = {"up": "ensure", "start": "ensure", "down": "stop", "ps": "status", "ls": "list", "rm": "remove", "ssh": "exec", "shell": "exec"}
        self.assertEqual(set(re.findall(r"`(\w+)`", sentence)), {*pairs, *pairs.values()})
        for alias, verb in pairs.items():
            self.assertEqual(self.run_helper(alias, "--help").stdout, self.run_helper(verb, "--help").stdout, alias)
            self.assertTrue(self.run_helper(alias, "--help").stdout.startswith(f"helper {verb}:"), alias)

    def test_alone_it_shows_a_short_help_where_there_is_no_config(self):
        self.assertTrue(self.run_helper().stdout.endswith(self.run_helper("--help").stdout))

    def test_the_schema_is_the_one_that_editors_are_given(self):
        self.assertEqual(self.run_helper("schema").stdout, text_of("ide-integration", "helper.schema.json"))

    def test_every_exit_status_is_listed(self):
        said = self.run_helper("help", "errors").stdout
        for row in ("usage  2", "config.target  3", "server.auth  4", "port.busy  9", "untrusted  14"):
            self.assertRegex(said, r"\b" + row.replace(".", r"\.").replace("  ", r"\s+") + r"\b")

    def test_an_installed_copy_finds_all_that_it_needs(self):
        build = os.path.dirname(HELPER_BIN_DIR)
        if not os.path.exists(os.path.join(build, "share", "helper", "ssh")) or not os.path.exists(os.path.join(build, "cmake_install.cmake")):
            self.skipTest("a build without its bundles")
        with self.subTest("cmake --install"):
            prefix = os.path.join(os.environ.get("TMPDIR", "/tmp"), f"helper-installed-{os.getpid()}")
            self.addCleanup(shutil.rmtree, prefix, ignore_errors=True)
            done = subprocess.run(["cmake", "--install", build, "--prefix", prefix], capture_output=True, text=True, timeout=120)
            self.assertEqual(done.returncode, 0, done.stdout + done.stderr)
            for name in ("bin/helper", "bin/helperd", "share/helper/ssh"):
                self.assertTrue(os.path.exists(os.path.join(prefix, name)), name)
            said = subprocess.run([os.path.join(prefix, "bin", "helper"), "version"], capture_output=True, text=True, timeout=30)
            self.assertEqual(said.returncode, 0, said.stderr)


def tree(top):
    """path -> (mode, content) of all files below."""
    found = {}
    for folder, _, names in os.walk(top):
        for name in names:
            path = os.path.join(folder, name)
            mode = os.lstat(path).st_mode
            content = b""
            if stat.S_ISREG(mode):
                with open(path, "rb") as file:
                    content = file.read()
            found[os.path.relpath(path, top)] = (mode, content)
    return found


class OneTarget(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.sandbox = cls.enterClassContext(Sandbox("e2e-readme"))
        cls.helper = Helper(cls.sandbox)
        cls.addClassCleanup(cls.helper.run, "rpc", "shutdown")
        cls.home = cls.helper.environment["HOME"]
        cls.home_before = tree(cls.home)
        cls.server_before = cls.on_server()
        cls.ports = cls.sandbox.status()["local_ports"]
        cls.first = cls.helper.run("ensure")

    @classmethod
    def on_server(cls):
        """(containers, volumes, files in /home and /root) of the server."""
        containers = set(cls.sandbox.docker("ps", "-a", "--format", "{{.Names}}").stdout.split())
        volumes = set(cls.sandbox.docker("volume", "ls", "-q").stdout.split())
        files = cls.sandbox.control("exec", "sh", "-c", "find /home /root -not -path '*/.docker*' | sort").stdout
        return containers, volumes, files

    def setUp(self):
        self.helper.folder = self.sandbox.client

    def test_1_what_a_person_sees(self):
        self.assertEqual(self.first.returncode, 0, self.first.stdout + self.first.stderr)
        shown = re.search(r"    \$ helper ensure\n(.*?)\n    \$ helper ensure\n    (.*?)\n", text_of("README.md"), re.S)
        time_of = r"\s+[\d.]+ m?s  "
        steps = [line.strip() for line in shown.group(1).splitlines() if line.strip() != "…"]
        for step in steps[:-1]:
            what = re.sub(r"^✓\s+[\d.]+ m?s  ", "", step).replace("2222", str(self.ports["ssh"]))
            self.assertRegex(self.first.stderr, rf"(?m)^[✓+]{time_of}{re.escape(what)}$")
        self.assertRegex(self.first.stdout, r"^centernet: ready \(\d+ steps, [\d.]+ s\)")
        again = self.helper.run("ensure")
        self.assertRegex(shown.group(2), r"^centernet: ready, nothing to do \([\d.]+ s\)$")
        self.assertRegex(again.stdout, r"^centernet: ready, nothing to do \([\d.]+ m?s\)")

    def test_1_what_it_touches_on_this_machine(self):
        now = tree(self.home)
        for path, content in self.home_before.items():
            self.assertEqual(now[path], content, path)
        new = {path for path in now if path not in self.home_before}
        self.assertTrue(new)
        for path in new:
            self.assertTrue(path.startswith((".local/share/helper/", ".local/state/helper/")), path)
        folder = os.path.join(self.helper.environment["XDG_RUNTIME_DIR"], "helper")
        self.assertEqual(stat.S_IMODE(os.stat(folder).st_mode), 0o700)
        self.assertEqual(os.listdir(os.path.dirname(folder)), ["helper"])

    def test_1_what_it_touches_on_the_server(self):
        containers, volumes, files = self.on_server()
        self.assertEqual(files, self.server_before[2])
        self.assertEqual(containers - self.server_before[0], {"centernet", "helper-keeper-root"})
        kinds = sorted(re.sub(r"^(helper-of|helper-keeper|helper-\w+).*", r"\1", name) for name in volumes - self.server_before[1])
        self.assertEqual(len(kinds), 3, volumes)
        self.assertEqual([kind for kind in kinds if kind in ("helper-of", "helper-keeper")], ["helper-keeper", "helper-of"], volumes)
        published = json.loads(self.sandbox.docker("inspect", "-f", "{{json .NetworkSettings.Ports}}", "centernet").stdout)
        self.assertEqual({each["HostIp"] for port in published.values() for each in port or []} - {"127.0.0.1"}, set())

    def test_1_what_it_touches_in_the_container(self):
        changed = self.sandbox.docker("diff", "centernet").stdout.splitlines()
        files = [line[2:] for line in changed if line[0] == "A" or line[2:].startswith("/etc/")]
        others = {"/workspace", "/workspace/my_project", "/etc", "/etc/profile.d", "/usr/bin/nvidia-smi"}  # mount points, and what the engine brings
        for path in set(files) - others:
            self.assertTrue(path.startswith(("/etc/profile.d/helper.sh", "/var/lib/helper", "/dev/helper", "/dev/sshd", "/run", "/tmp", "/root/.cache")), changed)
        written = self.sandbox.docker("exec", "centernet", "cat", "/etc/profile.d/helper.sh").stdout.splitlines()
        self.assertEqual(len(written), 2, written)
        kind = self.sandbox.docker("exec", "centernet", "stat", "-f", "-c", "%T", "/dev/helper").stdout.strip()
        self.assertEqual(kind, "tmpfs")

    def test_2_alone_it_shows_the_status_where_there_is_a_config(self):
        self.assertEqual(self.helper.run().stdout.split()[:2], self.helper.run("status").stdout.split()[:2])
        self.assertIn("centernet", self.helper.run().stdout)

    def test_2_json_is_one_document_for_errors_too(self):
        for argv in (("status",), ("plan",), ("ensure", "nobody"), ("settings",), ("list",), ("config",), ("versoin",), ("version",), ("python", "list"), ("ensure", "--al"),
                     ("remove",), ("rpc", "nothing")):
            done = self.helper.run(*argv, "--json")
            json.loads(done.stdout)
            if done.returncode != 0 and "error" in json.loads(done.stdout):
                self.assertEqual(json.loads(done.stdout)["error"]["exit_status"], done.returncode, argv)

    def test_2_the_lines_with_curl_work_as_they_are(self):
        page = text_of("README.md")
        for begin, name in ((r"curl --unix-socket", "status"), (r"E=\$XDG_RUNTIME_DIR", "version")):
            code = re.search(rf"(?m)(^    {begin}.*(?:\n    .*)*)", page).group(1)
            code = re.sub("^    ", "", code, flags=re.M).replace("/home/me/my_project/helper.json", f"{self.sandbox.client}/helper.json")
            done = subprocess.run(["sh", "-c", code], env=self.helper.environment, stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=60)
            self.assertEqual(done.returncode, 0, done.stderr)
            answer = json.loads(done.stdout)
            self.assertIn("result", answer, f"{name}: {done.stdout}")

    def test_2_the_file_that_counts(self):
        top = os.path.join(self.sandbox.client, "which")
        below = os.path.join(top, "a", "b")
        os.makedirs(below)
        self.addCleanup(shutil.rmtree, top)

        def write(path, image):
            with open(path, "w", encoding="utf-8") as file:
                json.dump({"targets": {"which": {"server": "local", "container": {"image": image}}}}, file)

        def image(*argv):
            return re.search(r"of-(\w+):1", self.helper.run_once("config", *argv).stdout).group(1)

        self.helper.folder = below
        write(os.path.join(top, "helper.json"), "of-above:1")
        self.assertEqual(image(), "above")
        write(os.path.join(below, "helper.json"), "of-here:1")
        self.assertEqual(image(), "here")
        write(os.path.join(top, "other.json"), "of-named:1")
        self.assertEqual(image("--config", "../../other.json"), "named")
        with open(os.path.join(below, "helper.local.json"), "w", encoding="utf-8") as file:
            json.dump({"targets": {"which": {"container": {"image": "of-${localEnv:WHOSE}:1"}}}}, file)
        self.helper.environment["WHOSE"] = "mine"
        self.addCleanup(self.helper.environment.pop, "WHOSE")
        self.assertIn("WHOSE", self.helper.run_once("config").stdout)
        self.assertIn("helper.local.json", self.helper.run_once("config").stdout)
        own = os.path.join(self.home, ".config", "helper", "config.json")
        with open(own, encoding="utf-8") as file:
            before = file.read()
        write(own, "of-own:1")
        try:
            self.helper.folder = "/"
            self.assertEqual(image(), "own")
        finally:
            with open(own, "w", encoding="utf-8") as file:
                file.write(before)

    def test_2_the_config_of_the_page_and_the_least_one_are_right(self):
        folder = os.path.join(self.sandbox.client, "page")
        os.makedirs(folder)
        self.addCleanup(shutil.rmtree, folder)
        self.helper.folder = folder
        code = re.search(r"(?m)^    \{ \"targets\".*\n(?:    .*\n)+", text_of("README.md")).group()
        for text in (code, '{"targets": {"least": {"container": {"image": "centernet:1.2"}}}}'):
            with open(os.path.join(folder, "helper.json"), "w", encoding="utf-8") as file:
                file.write(text)
            done = self.helper.run_once("config")
            self.assertEqual(done.returncode, 0, done.stdout + done.stderr)
        with open(os.path.join(folder, "helper.json"), "w", encoding="utf-8") as file:
            file.write('{"targets": {"least": {"container": {}}}}')
        self.assertIn("image", self.helper.run_once("config").stderr)

    def test_2_init_writes_every_key_with_its_explanation(self):
        folder = os.path.join(self.sandbox.client, "init")
        os.makedirs(folder)
        self.addCleanup(shutil.rmtree, folder)
        self.helper.folder = folder
        done = self.helper.run_once("init", "--server", self.sandbox.name, "--image", "centernet:1.2")
        self.assertEqual(done.returncode, 0, done.stderr)
        with open(os.path.join(folder, "helper.json"), encoding="utf-8") as file:
            written = file.read()
        keys = json.loads(self.helper.run_once("schema").stdout)["properties"]["targets"]["additionalProperties"]["properties"]
        for key in keys:
            self.assertIn(f'"{key}"', written)
        comments = [line for line in written.splitlines() if line.strip().startswith("//")]
        self.assertGreater(len(comments), 40)
        self.assertEqual(self.helper.run_once("config").returncode, 0)

    def test_3_shutdown_ends_the_daemon_and_leaves_the_containers(self):
        with open(os.path.join(self.helper.environment["XDG_RUNTIME_DIR"], "helper", "endpoint.json"), encoding="utf-8") as file:
            pid = json.load(file)["pid"]
        before = self.sandbox.docker("ps", "-q", "--no-trunc").stdout
        self.assertEqual(self.helper.run("rpc", "shutdown").returncode, 0)
        for _ in range(100):
            if not os.path.exists(f"/proc/{pid}"):
                break
            time.sleep(0.1)
        self.assertFalse(os.path.exists(f"/proc/{pid}"))
        self.assertEqual(self.sandbox.docker("ps", "-q", "--no-trunc").stdout, before)

    def test_4_remove_takes_the_container_its_keys_and_the_keeper_away(self):
        known = os.path.join(self.home, ".local", "share", "helper", "known_hosts")
        with open(known, encoding="utf-8") as file:
            self.assertIn("helper-centernet", file.read())
        self.assertEqual(self.helper.run("remove", "--yes").returncode, 0)
        if os.path.exists(known):
            with open(known, encoding="utf-8") as file:
                self.assertNotIn("helper-centernet", file.read())
        containers, volumes, _ = self.on_server()
        self.assertEqual(containers, self.server_before[0])
        self.assertLessEqual(len(volumes - self.server_before[1]), 1, volumes)  # that with OpenSSH is for all containers


if __name__ == "__main__":
    harness.main()
