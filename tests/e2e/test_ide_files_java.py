"""The IntelliJ Platform's own classes (Debian's jars of it) read what helper writes: JDOM, XmlSerializer into beans of
the IDE's shape, ParametersListUtil. The files are those under tests/golden/ide, which the unit tests hold to the code."""
import shutil
import subprocess
import sys
import tempfile
import unittest
from pathlib import Path

TESTS = Path(__file__).resolve().parent.parent
GOLDEN = TESTS / "golden" / "ide"
JARS = [Path("/usr/share/java") / f"{name}.jar" for name in (
    "intellij-core", "intellij-platform-api", "intellij-platform-impl", "jdom2-intellij", "libtrove-intellij",
    "picocontainer-1.3", "guava", "org.jetbrains.annotations-java8")]
KINDS = {
    "sshConfigs.xml": "ssh_configs", "webServers.xml": "web_servers", "jdk.table.xml": "jdk_table",
    "External Tools.xml": "external_tools", "sshRecentConnections.v2.xml": "recent_connections",
    "sshRecentConnectionsHost.xml": "recent_hosts", "deployment.xml": "deployment", "misc.xml": "misc",
    "my_project.iml": "module", "run.xml": "run_configuration"}
NAME = "centernet of my_project"
SDK = f"Python ({NAME})"
PYTHON = "/opt/conda/envs/CenterNet/bin/python"
SSH, SERVER, UUID = ("80875a32-f7c1-5a0a-a8aa-31a2b0bf1e4e", "2372a830-4926-5918-a523-5821b9d8e9d5",
                     "f97974d2-0a9e-5ab5-8c09-35bc07eb4ce6")
ENSURE = f"Tool_External Tools_{NAME}: make ready"
CONNECTION = f"ssh|{SSH}|127.0.0.1|2222|root|$USER_HOME$/.ssh/id_ed25519|null|{NAME}|{NAME}|false|"
TRANSFER = f"server|{SERVER}|{NAME}|SFTP|127.0.0.1|2222|{SSH}|{NAME}|true|false"
INTERPRETER = f"python|{SDK}|{PYTHON}|true|{UUID}"
TARGET = [f"jdk|{SDK}|Python SDK|{PYTHON}", INTERPRETER,
          f"target|{SDK}|ssh/web-deployment|/workspace/my_project|{SERVER}"]
SFTP = [f"jdk|{SDK}|Python SDK|sftp://root@127.0.0.1:2222{PYTHON}", INTERPRETER,
        f"sftp|{SDK}|sftp://root@127.0.0.1:2222|{SERVER}"]


def missing():
    """Why this test cannot run here, or nothing."""
    absent = [program for program in ("java", "javac") if shutil.which(program) is None]
    absent += [str(jar) for jar in JARS if not jar.is_file()]
    return f"not installed: {', '.join(absent)}" if absent else ""


class PlatformClasses(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.folder = cls.enterClassContext(tempfile.TemporaryDirectory())
        cls.classpath = ":".join([cls.folder, *map(str, JARS)])
        subprocess.run(["javac", "-nowarn", "-cp", cls.classpath, "-d", cls.folder,
                        TESTS / "support" / "java" / "IdeFiles.java"], check=True, capture_output=True, timeout=120)

    def read(self, files):
        """What the classes found in each of the files, pairs of kind and path: lists of lines, one fact a line."""
        arguments = [str(word) for pair in files for word in pair]
        done = subprocess.run(["java", "-cp", self.classpath, "IdeFiles", *arguments],
                              capture_output=True, text=True, timeout=120)
        self.assertEqual(done.returncode, 0, done.stderr)
        found = []
        for line in done.stdout.splitlines():
            if line.startswith("file|"):
                found.append([])
            else:
                found[-1].append(line)
        return found

    def new(self, kind, name):
        return self.read([(kind, GOLDEN / "new" / name)])[0]

    def test_connections_and_servers(self):
        self.assertEqual(self.new("ssh_configs", "sshConfigs-2026.1.xml"), [CONNECTION + '{"serverAliveInterval":30}'])
        self.assertEqual(self.new("ssh_configs", "sshConfigs-2020.3.xml"), [CONNECTION + "null"])
        self.assertEqual(self.new("web_servers", "webServers.xml"), [TRANSFER])

    def test_interpreters(self):
        self.assertEqual(self.new("jdk_table", "jdk.table-2026.1.xml"), TARGET)
        self.assertEqual(self.new("jdk_table", "jdk.table-2026.2.xml"), TARGET)
        self.assertEqual(self.new("jdk_table", "jdk.table-2020.3.xml"), SFTP)

    def test_tools_are_split_into_the_arguments_that_were_meant(self):
        config = "centernet, --config, /home/me/my_project/helper.json]"
        expected = [f"Tool_External Tools_{NAME}: {name}|/usr/local/bin/helper|[{verb}, {config}"
                    for name, verb in (("make ready", "ensure, --quick"), ("status", "status"), ("stop", "stop"),
                                       ("open Jupyter", "open, jupyter"))]
        self.assertEqual(self.new("external_tools", "External Tools.xml"), [f"tool|{line}" for line in expected])
        self.assertEqual(self.new("run_configuration", "train_on_centernet.xml"),
                         [f"before|ToolBeforeRunTask|true|{ENSURE}"])

    def test_spaces_quotes_and_backslashes_reach_the_program(self):
        words = "a\"\\\"b\\, --config, /home/me/it's \"a b\"\\ c.json\\\\]"
        found = [line.rpartition("|[")[2] for line in self.new("external_tools", "hard tools.xml")]
        self.assertEqual(found, [f"{verb}, {words}" for verb in ("ensure, --quick", "status", "stop", "open, jupyter")])

    def test_recent_connections(self):
        self.assertEqual(self.new("recent_connections", "sshRecentConnections.v2.xml"),
                         [f"recent|{SSH}|1790000000000|PY|/workspace/my_project"])
        self.assertEqual(self.new("recent_hosts", "sshRecentConnectionsHost.xml"), [f"hosts|[{SSH}]"])

    def test_the_project(self):
        self.assertEqual(self.new("deployment", "deployment.xml"),
                         [f"deployment|{NAME}|null", f"mapping|{NAME}|$PROJECT_DIR$|/workspace/my_project"])
        self.assertEqual(self.new("deployment", "deployment-upload.xml"),
                         [f"deployment|{NAME}|Always", f"mapping|{NAME}|$PROJECT_DIR$|/workspace/my_project"])
        self.assertEqual(self.new("misc", "misc.xml"), [f"project|{SDK}|Python SDK"])
        self.assertEqual(self.new("module", "my_project.iml"), [f"module|jdk|{SDK}"])

    def test_the_modules_of_projects_of_many_kinds(self):
        modules = [path for path in sorted((GOLDEN / "projects").glob("*/after/idea/*.iml")) if "facet" not in path.parts]
        self.assertGreater(len(modules), 8)
        for path, found in zip(modules, self.read([("module", path) for path in modules])):
            with self.subTest(str(path.relative_to(GOLDEN))):
                self.assertEqual(found, [f"module|jdk|{SDK}"])

    def test_among_the_entries_of_others_all_are_read_and_ours_too(self):
        ours = {"ssh_configs": [CONNECTION + '{"serverAliveInterval":30}'], "web_servers": [TRANSFER]}
        kinds = ("ssh_configs", "web_servers", "jdk_table", "external_tools")
        files = [(KINDS[path.name], path) for path in sorted((GOLDEN / "with").glob("*/*"))
                 if KINDS.get(path.name) in kinds]
        self.assertGreater(len(files), 10)
        before = self.read([(kind, GOLDEN / "corpus" / path.parent.name / path.name) for kind, path in files])
        for (kind, path), foreign, found in zip(files, before, self.read(files)):
            with self.subTest(f"{path.parent.name}/{path.name}"):
                self.assertEqual(found[:len(foreign)], foreign)
                added = found[len(foreign):]
                if kind == "jdk_table":
                    self.assertEqual(added, SFTP if path.parent.name == "windows-2022" else TARGET)
                elif kind == "external_tools":
                    self.assertEqual(len(added), 4)
                else:
                    self.assertEqual(added, ours[kind])


if __name__ == "__main__":
    if missing():
        print(f"skipped: {missing()}")
        sys.exit(77)
    unittest.main(verbosity=2)
