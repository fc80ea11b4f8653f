"""`helper settings apply|diff|undo`: what is written where on a machine with three IDEs, and that it goes again without a trace."""
import hashlib
import json
import os
import re
import signal
import stat
import subprocess
import time
import unittest
import xml.etree.ElementTree as ElementTree

import harness
from harness import Helper, Sandbox

IDES = ("PyCharm2024.3", "PyCharm2026.1", "DataSpell2025.2")

# Shaped as IDEs write them, with entries of the person's own.
SSH_CONFIGS = ('<application>\r\n  <component name="SshConfigs">\r\n    <configs>\r\n'
               '      <sshConfig authType="PASSWORD" host="10.1.2.3" id="0c7a9b7e-5d3f-4a51-9f0e-1a2b3c4d5e6f" port="22" nameFormat="DESCRIPTIVE" username="me" '
               'useOpenSSHConfig="true" unknown="x" />\r\n    </configs>\r\n  </component>\r\n</application>')
WEB_SERVERS = ('<application>\n  <component name="WebServers">\n    <option name="servers">\n'
               '      <webServer id="11111111-2222-3333-4444-555555555555" name="mine" url="http://example.com">\n'
               '        <fileTransfer accessType="FTP" host="example.com" port="21" username="me" password="dff9dfcbdfc5dfcb">\n'
               '          <advancedOptions><advancedOptions dataProtectionLevel="Private" passiveMode="true" /></advancedOptions>\n'
               '        </fileTransfer>\n      </webServer>\n    </option>\n  </component>\n</application>')
JDK_TABLE = ('<application>\n  <component name="ProjectJdkTable">\n    <jdk version="2">\n      <name value="Python 3.11" />\n      <type value="Python SDK" />\n'
             '      <version value="Python 3.11.2" />\n      <homePath value="/usr/bin/python3" />\n      <roots>\n        <classPath>\n          <root type="composite">\n'
             '            <root url="file:///usr/lib/python3.11" type="simple" />\n          </root>\n        </classPath>\n'
             '        <sourcePath>\n          <root type="composite" />\n        </sourcePath>\n      </roots>\n'
             '      <additional SDK_UUID="99999999-2222-3333-4444-555555555555">\n        <setting name="FLAVOR_ID" value="UnixPythonSdkFlavor" />\n'
             '      </additional>\n    </jdk>\n  </component>\n</application>\n')
SSH_CONFIG = """# Mine, and older than helper.
ServerAliveInterval 17
Host work bastion.example.com
    HostName 192.0.2.7
    User me
    ProxyJump jump
Host *.example.org !secret.example.org
    Port 2200
Match host late originalhost late
    User later
"""
# What would end a connection to a port of this machine, or change it.
FOR_ALL_HOSTS = """
    ProxyJump nowhere.invalid
    ProxyCommand false
    ProxyUseFdpass yes
    HostKeyAlias another
    UserKnownHostsFile /dev/null
    KnownHostsCommand /bin/false
    RevokedHostKeys /no/such/file
    VerifyHostKeyDNS yes
    AddressFamily inet6
    BindAddress 192.0.2.1
    BindInterface no-such-interface
    ConnectTimeout 1
    ServerAliveCountMax 0
    CanonicalizeHostname always
    ControlMaster auto
    ControlPath /tmp/no-such-folder/one-for-all
    PubkeyAuthentication no
    PreferredAuthentications password
    NumberOfPasswordPrompts 0
    PKCS11Provider /no/such/library.so
    Ciphers aes256-cbc
    MACs hmac-sha1
    KexAlgorithms diffie-hellman-group14-sha1
    HostKeyAlgorithms rsa-sha2-512
    PubkeyAcceptedAlgorithms rsa-sha2-512
    CASignatureAlgorithms rsa-sha2-512
    GSSAPIAuthentication yes
    HostbasedAuthentication yes
    RemoteCommand false
    RequestTTY force
    SessionType none
    StdinNull yes
    ForkAfterAuthentication yes
    PermitLocalCommand yes
    LocalCommand exit 1
    Tunnel point-to-point
    LocalForward 1 localhost:1
    ExitOnForwardFailure yes
    ClearAllForwardings yes
    CertificateFile /no/such/certificate
    LogLevel QUIET
"""
HOSTS = ("work", "bastion.example.com", "jump", "a.example.org", "secret.example.org", "late", "github.com", "192.0.2.9", "me@work", "helper", "localhost", "127.0.0.1")


class Settings(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.sandbox = cls.enterClassContext(Sandbox("e2e-settings"))
        cls.helper = Helper(cls.sandbox)
        cls.addClassCleanup(cls.helper.run, "rpc", "shutdown")
        cls.home = cls.helper.environment["HOME"]
        cls.first = cls.helper.run("ensure")

    def setUp(self):
        self.assertEqual(self.first.returncode, 0, self.first.stderr)
        for ide in IDES:
            os.makedirs(self.ide(ide, "options"))
        self.write(self.ide("PyCharm2026.1", "options/sshConfigs.xml"), SSH_CONFIGS)
        self.write(self.ide("PyCharm2026.1", "options/webServers.xml"), WEB_SERVERS)
        self.write(self.ide("PyCharm2026.1", "options/jdk.table.xml"), JDK_TABLE)
        config = f"{self.home}/.ssh/config"
        self.config_before = self.read(config)
        self.write(config, SSH_CONFIG + self.config_before)
        self.addCleanup(self.tidy)
        self.before = self.everything()

    def tidy(self):
        self.helper.run("settings", "undo", "--now")
        subprocess.run(["rm", "-rf", f"{self.home}/.config/JetBrains", f"{self.home}/my_project/.idea"], check=True)
        self.write(f"{self.home}/.ssh/config", self.config_before)

    def ide(self, name, path=""):
        return os.path.join(self.home, ".config/JetBrains", name, path)

    @staticmethod
    def write(path, text):
        os.makedirs(os.path.dirname(path), exist_ok=True)
        with open(path, "w", encoding="utf-8", newline="") as file:
            file.write(text)

    @staticmethod
    def read(path):
        with open(path, encoding="utf-8", newline="") as file:
            return file.read()

    def everything(self):
        """Every file below HOME but helper's own, with its content, mode and owner; folders too."""
        found = {}
        for folder, _, files in os.walk(self.home):
            if folder.endswith((".local/share/helper", ".local/state/helper")) or "/.local/share/helper/" in folder:
                continue
            found[folder] = "folder"
            for path in (os.path.join(folder, name) for name in files):
                info = os.lstat(path)
                with open(path, "rb") as file:
                    found[path] = (hashlib.sha256(file.read()).hexdigest(), stat.S_IMODE(info.st_mode), info.st_uid, info.st_gid)
        return found

    def apply(self, *words, status=0):
        done = self.helper.run("settings", "apply", "--json", *words)
        self.assertEqual(done.returncode, status, done.stdout + done.stderr)
        return {file["file"]: file for file in json.loads(done.stdout)["files"]}

    def resolved(self):
        """What `ssh -G` says of many hosts."""
        return {host: self.sandbox.ssh("-G", host).stdout for host in HOSTS}

    def test_all_three_ides_the_project_and_ssh_are_written_and_nothing_else(self):
        files = self.apply()
        self.assertEqual({file["outcome"] for file in files.values()}, {"written"}, files)
        after = self.everything()
        changed = {path for path in {*self.before, *after} if self.before.get(path) != after.get(path) and after.get(path) != "folder"}
        self.assertEqual(changed, {path for path in files if "/.local/share/helper/" not in path})
        for path in changed:
            if path.endswith(".xml") or path.endswith(".iml"):
                ElementTree.parse(path)
        table = self.read(self.ide("PyCharm2026.1", "options/jdk.table.xml"))
        self.assertIn("ssh/web-deployment", table)
        self.assertIn('<name value="Python 3.11" />', table)
        text = self.read(self.ide("PyCharm2026.1", "options/sshConfigs.xml"))
        for line in SSH_CONFIGS.split("\r\n"):
            self.assertIn(line, text)

    def test_a_second_time_nothing_changes(self):
        self.apply()
        after = self.everything()
        self.assertEqual({file["outcome"] for file in self.apply().values()}, {"unchanged"})
        self.assertEqual(self.everything(), after)

    def test_undo_brings_back_every_byte_mode_and_folder(self):
        os.chmod(self.ide("PyCharm2026.1", "options/jdk.table.xml"), 0o640)
        before = self.everything()
        self.apply()
        done = self.helper.run("settings", "undo")
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertEqual(self.everything(), before)
        self.assertFalse(os.path.exists(f"{self.home}/.local/share/helper/settings_ledger.json"))
        self.assertEqual(self.helper.run("settings", "undo").returncode, 13)

    def test_diff_and_dry_run_show_what_patch_can_apply_and_write_nothing(self):
        shown = self.helper.run("settings", "diff")
        self.assertEqual(shown.returncode, 0, shown.stderr)
        self.assertEqual(self.everything(), self.before)
        self.assertNotIn("dff9dfcbdfc5dfcb", shown.stdout)
        self.assertIn("+++ " + self.ide("PyCharm2026.1", "options/jdk.table.xml"), shown.stdout)
        files = self.apply("--dry-run")
        self.assertEqual(self.everything(), self.before)
        table = self.ide("PyCharm2026.1", "options/jdk.table.xml")
        patched = subprocess.run(["patch", "--binary", "-s", "-o", "-", table], input=files[table]["diff"], capture_output=True, text=True, check=True)
        self.apply()
        self.assertEqual(patched.stdout, self.read(table))

    def test_ssh_knows_the_target_and_every_other_host_is_as_before(self):
        before = self.resolved()
        self.apply()
        self.assertEqual(self.resolved(), before)
        there = self.sandbox.ssh("centernet", "hostname")
        self.assertEqual((there.returncode, there.stdout), (0, "centernet\n"), there.stderr)
        self.assertEqual(stat.S_IMODE(os.stat(f"{self.home}/.local/share/helper/ssh_config").st_mode), 0o600)
        self.assertTrue(self.read(f"{self.home}/.ssh/config").endswith(SSH_CONFIG + self.config_before))

    def test_a_config_with_crlf_behind_a_link_keeps_both(self):
        config = f"{self.home}/.ssh/config"
        dotfile = f"{self.home}/dotfiles/ssh config"
        text = self.read(config).replace("\n", "\r\n")
        self.write(dotfile, text)
        os.remove(config)
        os.symlink("../dotfiles/ssh config", config)
        self.addCleanup(lambda: (os.path.islink(config) and os.remove(config), subprocess.run(["rm", "-rf", f"{self.home}/dotfiles"], check=True)))
        before = self.resolved()
        self.apply()
        self.assertTrue(os.path.islink(config))
        self.assertEqual(self.read(dotfile).count("\n"), self.read(dotfile).count("\r\n"))
        self.assertEqual(self.resolved(), before)
        self.helper.run("settings", "undo")
        self.assertEqual(self.read(dotfile), text)

    def test_a_server_of_the_persons_own_keeps_its_name(self):
        config = f"{self.home}/.ssh/config"
        self.write(config, "Host centernet\n  HostName 192.0.2.50\n" + self.read(config))
        before = self.sandbox.ssh("-G", "centernet").stdout
        self.apply()
        self.assertEqual(self.sandbox.ssh("-G", "centernet").stdout, before)
        self.assertEqual(self.sandbox.ssh("helper-centernet", "hostname").stdout, "centernet\n")

    def reach_the_container(self, environment):
        """By ssh, as a person types it, and by scp."""
        done = subprocess.run(["ssh", "centernet", "cat; hostname"], env=environment, input="hello ", capture_output=True, text=True, timeout=60)
        self.assertEqual((done.returncode, done.stdout), (0, "hello centernet\n"), done.stderr)
        done = subprocess.run(["scp", "-q", "/etc/hostname", "centernet:/tmp/copied"], env=environment, stdin=subprocess.DEVNULL, capture_output=True,
                              text=True, timeout=60)
        self.assertEqual(done.returncode, 0, done.stderr)

    def test_nothing_that_is_set_for_all_hosts_keeps_ssh_from_the_container(self):
        config = f"{self.home}/.ssh/config"
        self.apply()
        text = self.read(config)
        self.write(config, text + "Host *" + FOR_ALL_HOSTS)
        self.reach_the_container(self.sandbox.environment())
        self.write(config, FOR_ALL_HOSTS.replace("    ", "") + text)
        self.apply()  # what stands above our Include would win
        self.assertTrue(self.read(config).startswith("Include "), self.read(config))
        self.reach_the_container(self.sandbox.environment())

    def test_many_keys_of_an_agent_keep_nobody_from_the_container(self):
        config = f"{self.home}/.ssh/config"
        self.apply()
        keys = f"{self.home}/many_keys"
        os.makedirs(keys)
        self.addCleanup(subprocess.run, ["rm", "-rf", keys])
        socket = f"{keys}/agent"
        agent = subprocess.Popen(["ssh-agent", "-D", "-a", socket], stdout=subprocess.DEVNULL)
        self.addCleanup(lambda: (agent.kill(), agent.wait()))
        self.wait_for(lambda: os.path.exists(socket))
        environment = {**self.sandbox.environment(), "SSH_AUTH_SOCK": socket}
        for i in range(9):
            subprocess.run(["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", f"{keys}/id_{i}"], check=True)
            subprocess.run(["ssh-add", "-q", f"{keys}/id_{i}"], env=environment, check=True)
        files = "".join(f"    IdentityFile {keys}/id_{i}\n" for i in range(9))
        self.write(config, self.read(config) + "Host *\n" + files)
        self.reach_the_container(environment)

    def test_the_diff_of_a_file_with_crlf_is_what_patch_takes(self):
        file = self.ide("PyCharm2026.1", "options/sshConfigs.xml")
        shown = subprocess.run([os.path.join(harness.HELPER_BIN_DIR, "helper"), "settings", "diff"], env=self.helper.environment, cwd=self.helper.folder,
                               stdin=subprocess.DEVNULL, capture_output=True, timeout=60, check=True).stdout
        diff = shown[shown.index(f"--- {file}".encode()):]
        diff = diff[:diff.index("  →".encode())]
        patched = subprocess.run(["patch", "-s", "-o", "-", file], input=diff, capture_output=True, check=True).stdout
        self.apply()
        with open(file, "rb") as written:
            self.assertEqual(patched, written.read())

    def test_a_target_that_its_config_has_no_more_is_undone_by_its_name(self):
        config = os.path.join(self.sandbox.client, "helper.json")
        text = self.read(config)
        self.addCleanup(lambda: (self.write(config, text), self.helper.run("trust")))
        self.apply()
        self.write(config, text.replace('"centernet":', '"renamed":', 1))
        undone = self.helper.run("settings", "undo", "centernet")
        self.assertEqual(undone.returncode, 0, undone.stderr)
        self.write(config, text)
        self.assertEqual(self.everything(), self.before)

        self.apply()
        with open(f"{self.home}/.local/share/helper/settings_ledger.json", encoding="utf-8") as ledger:
            name = json.load(ledger)["targets"][0]["wanted"]["name"]
        os.remove(config)
        nobody = self.helper.run("settings", "undo")
        self.assertIn("helper settings undo NAME", nobody.stderr)
        undone = self.helper.run("settings", "undo", name)
        self.assertEqual(undone.returncode, 0, undone.stderr)
        self.write(config, text)
        self.assertEqual(self.everything(), self.before)

    def stand_in_for_an_ide(self, name):
        """A process called as an IDE's would be, whose lock lies in the config folder: all that helper knows of a running one."""
        process = subprocess.Popen(["/opt/pycharm/bin/pycharm", "600"], executable="/bin/sleep")
        self.addCleanup(lambda: (process.kill(), process.wait()))
        self.write(self.ide(name, ".lock"), str(process.pid))
        time.sleep(0.3)
        return process

    def close_ide(self, name, process):
        os.remove(self.ide(name, ".lock"))
        process.send_signal(signal.SIGTERM)
        process.wait()

    def wait_for(self, what, limit=20):
        deadline = time.monotonic() + limit
        while not what() and time.monotonic() < deadline:
            time.sleep(0.1)
        self.assertTrue(what())

    def test_the_files_of_an_ide_that_runs_wait_until_it_closes(self):
        table = self.ide("PyCharm2026.1", "options/jdk.table.xml")
        ide = self.stand_in_for_an_ide("PyCharm2026.1")
        files = self.apply()
        self.assertEqual(files[table]["outcome"], "prepared")
        self.assertEqual(files[f"{self.home}/my_project/.idea/misc.xml"]["outcome"], "written")
        self.assertEqual(self.read(table), JDK_TABLE)
        self.write(table, JDK_TABLE.replace("Python 3.11.2", "Python 3.11.9"))  # the IDE's own last word
        self.close_ide("PyCharm2026.1", ide)
        self.wait_for(lambda: "ssh/web-deployment" in self.read(table))
        self.assertIn("Python 3.11.9", self.read(table))
        self.assertEqual({file["outcome"] for file in self.apply().values()}, {"unchanged"})

    def test_what_waits_outlives_the_daemon(self):
        table = self.ide("PyCharm2026.1", "options/jdk.table.xml")
        ide = self.stand_in_for_an_ide("PyCharm2026.1")
        self.apply()
        self.helper.run("rpc", "shutdown")
        time.sleep(1)
        self.close_ide("PyCharm2026.1", ide)
        self.assertEqual(self.read(table), JDK_TABLE)
        self.assertEqual(self.helper.run("ensure").returncode, 0)
        self.wait_for(lambda: "ssh/web-deployment" in self.read(table))

    def test_now_writes_the_files_of_an_ide_that_runs(self):
        self.stand_in_for_an_ide("PyCharm2026.1")
        self.assertEqual({file["outcome"] for file in self.apply("--now").values()}, {"written"})

    def test_a_lock_that_an_ide_left_behind_holds_nothing_up(self):
        self.write(self.ide("PyCharm2026.1", ".lock"), "4194304")
        self.assertEqual({file["outcome"] for file in self.apply().values()}, {"written"})

    def test_a_broken_file_is_left_and_named_and_so_is_what_would_refer_to_it(self):
        servers = self.ide("PyCharm2026.1", "options/webServers.xml")
        self.write(servers, WEB_SERVERS[:-9])
        done = self.helper.run("settings", "apply")
        self.assertEqual(done.returncode, 10, done.stdout)
        self.assertIn(servers, done.stderr)
        self.assertIn("settings.unreadable", done.stderr)
        self.assertEqual(self.read(servers), WEB_SERVERS[:-9])
        self.assertEqual(self.read(self.ide("PyCharm2026.1", "options/jdk.table.xml")), JDK_TABLE)
        self.assertIn("ssh/web-deployment", self.read(self.ide("DataSpell2025.2", "options/jdk.table.xml")))

    def test_a_read_only_file_is_left_and_its_fix_is_named(self):
        table = self.ide("PyCharm2026.1", "options/jdk.table.xml")
        os.chmod(table, 0o444)
        done = self.helper.run("settings", "apply")
        self.assertEqual(done.returncode, 10, done.stdout)
        self.assertIn("chmod u+w", done.stderr)
        self.assertEqual(self.read(table), JDK_TABLE)

    def test_an_ide_can_be_picked_and_ssh_left_out(self):
        files = self.apply("--ide", "DataSpell", "--no-ssh-config")
        self.assertEqual({file["owner"] for file in files.values()}, {"DataSpell2025.2", "project"})
        done = self.helper.run("settings", "apply", "--ide", "CLion")
        self.assertEqual(done.returncode, 2)
        self.assertIn("PyCharm2026.1", done.stderr)

    def test_ensure_says_how_to_apply_and_when_what_was_applied_is_out_of_date(self):
        self.assertIn("helper settings apply centernet", self.first.stdout)
        self.apply()
        config = os.path.join(self.sandbox.client, "helper.json")
        text = self.read(config)
        port = json.loads(text)["targets"]["centernet"]["ssh"]["local_port"]
        self.write(config, text.replace(f'"local_port": {port}', f'"local_port": {port + 500}', 1))
        self.addCleanup(lambda: (self.write(config, text), self.helper.run("ensure")))
        done = self.helper.run("ensure")
        self.assertIn("out of date (port)", done.stdout + done.stderr)
        self.apply()
        self.assertIn(f'port="{port + 500}"', self.read(self.ide("PyCharm2026.1", "options/sshConfigs.xml")))
        done = self.helper.run("ensure")
        self.assertNotIn("out of date", done.stdout + done.stderr)

    def test_a_run_configuration_is_made_on_request(self):
        script = f"{self.home}/my_project/tune.py"
        refused = self.helper.run("settings", "apply", "--run-configuration", "tune.py")
        self.assertEqual(refused.returncode, 2, refused.stdout)
        self.assertIn("there is no such file", refused.stderr)
        self.write(script, "")
        self.addCleanup(os.remove, script)
        files = self.apply("--run-configuration", script)
        made = [path for path in files if "runConfigurations" in path]
        self.assertEqual(len(made), 1, files.keys())
        self.assertIn('value="$PROJECT_DIR$/tune.py"', self.read(made[0]))

    def test_the_project_waits_with_the_only_ide_that_runs(self):
        misc = f"{self.home}/my_project/.idea/misc.xml"
        ide = self.stand_in_for_an_ide("PyCharm2026.1")
        files = self.apply("--ide", "PyCharm2026.1")
        self.assertEqual(files[misc]["outcome"], "prepared")
        self.assertFalse(os.path.exists(misc))
        self.close_ide("PyCharm2026.1", ide)
        self.wait_for(lambda: os.path.exists(misc))
        self.assertEqual({file["outcome"] for file in self.apply("--ide", "PyCharm2026.1").values()}, {"unchanged"})

    def test_a_project_with_a_pyproject_toml_names_its_interpreter_in_its_module_and_a_replaced_one_is_told_of(self):
        project = f"{self.home}/my_project"
        self.write(f"{project}/pyproject.toml", '[project]\nname = "center-net"\n')
        self.addCleanup(os.remove, f"{project}/pyproject.toml")
        self.apply()
        module = f"{project}/.idea/center-net.iml"
        text = self.read(module)
        self.assertIn('<module external.system.id="pyproject.toml" type="PYTHON_MODULE" version="4">', text)
        ours = re.search('jdkName="([^"]*)" jdkType="Python SDK"', text)[1]
        self.assertNotIn("names another interpreter", self.helper.run("settings").stderr)
        self.write(module, text.replace(ours, "uv (center-net)"))
        self.assertIn('names another interpreter now, "uv (center-net)"', self.helper.run("settings").stderr)
        self.apply()
        self.assertEqual(self.read(module), text)
        self.assertNotIn("names another interpreter", self.helper.run("settings").stderr)

    def test_a_full_disk_leaves_every_file_whole(self):
        script = ('mount -t tmpfs -o size=96k tmpfs "$2"; mkdir "$2/options"; cp "$3"/* "$2/options/"; cat /dev/zero > "$2/fill" 2>/dev/null; '
                  '"$1" ensure --quiet; "$1" settings apply --no-ssh-config; sha256sum "$2"/options/*; "$1" rpc shutdown >/dev/null')
        keep = os.path.join(self.home, "keep")
        subprocess.run(["cp", "-r", self.ide("PyCharm2026.1", "options"), keep], check=True)
        self.addCleanup(subprocess.run, ["rm", "-rf", keep])
        self.addCleanup(self.helper.run, "ensure")
        self.helper.run("rpc", "shutdown")
        time.sleep(1)
        helper = os.path.join(harness.HELPER_BIN_DIR, "helper")
        done = subprocess.run(["unshare", "--mount", "sh", "-c", script, "sh", helper, self.ide("PyCharm2026.1").rstrip("/"), keep],
                              env=self.helper.environment, cwd=self.helper.folder, capture_output=True, text=True, timeout=120)
        self.assertIn("No space left on device", done.stderr, done.stdout)
        sums = dict(reversed(line.split()) for line in done.stdout.splitlines() if re.match("[0-9a-f]{64} ", line))
        for name in os.listdir(keep):
            self.assertEqual(sums[self.ide("PyCharm2026.1", f"options/{name}")], hashlib.sha256(self.read(os.path.join(keep, name)).encode()).hexdigest())


if __name__ == "__main__":
    harness.main()
