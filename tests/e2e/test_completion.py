"""Completion in real shells: bash and zsh in a terminal of their own, typed into; fish by its own question."""
import os
import pty
import re
import select
import shutil
import signal
import subprocess
import tempfile
import time
import unittest

HELPER_BIN_DIR = os.environ.get("HELPER_BIN_DIR", "build/dev/bin")
CONFIG = '{ "targets": { "centernet": { "container": { "image": "centernet:1.2" } }, "mindspore": { "container": { "image": "m:1" }, "ssh": { "local_port": 2223 } } } }'

OTHER = '{ "targets": { "other": { "container": { "image": "a:1" } } } }'


def words_of(line):
    """How many words are before the one that is being typed."""
    return int(subprocess.run(["bash", "-c", f"set -- {line}x; echo $(($# - 1))"], capture_output=True, text=True, check=True).stdout)


class Terminal:
    """A shell in a terminal; what is typed goes in by bytes."""

    def __init__(self, argv, environment, folder):
        self.pid, self.fd = pty.fork()
        if self.pid == 0:
            os.chdir(folder)
            os.execvpe(argv[0], argv, environment)
        self.seen = ""

    def type(self, text):
        os.write(self.fd, text.encode())

    def wait_for(self, pattern, limit=20):
        deadline = time.monotonic() + limit
        while time.monotonic() < deadline:
            found = re.search(pattern, self.seen)
            if found:
                self.seen = self.seen[found.end():]
                return found
            if select.select([self.fd], [], [], 0.1)[0]:
                try:
                    self.seen += os.read(self.fd, 65536).decode(errors="replace")
                except OSError:
                    break
        raise AssertionError(f"no {pattern!r} in {self.seen!r}")

    def close(self):
        os.kill(self.pid, signal.SIGKILL)
        os.waitpid(self.pid, 0)
        os.close(self.fd)


class Cases:
    """Every shell must complete these lines in the same way: all that fits, as words."""

    def complete(self, line):
        raise NotImplementedError

    def test_verbs(self):
        self.assertEqual(self.complete("helper sta"), ["status"])
        self.assertLessEqual({"ensure", "open", "connect", "settings"}, set(self.complete("helper ")))

    def test_targets_of_the_config_here(self):
        self.assertEqual(self.complete("helper ensure "), ["centernet", "mindspore"])
        self.assertEqual(self.complete("helper ensure m"), ["mindspore"])

    def test_targets_of_another_config(self):
        self.assertEqual(self.complete("helper ensure --config 'sub folder/other.json' "), ["other"])

    def test_options(self):
        self.assertEqual(self.complete("helper ensure --rec"), ["--recreate"])

    def test_choices(self):
        self.assertEqual(self.complete("helper open to"), ["toolbox"])
        self.assertEqual(self.complete("helper settings --format te"), ["text"])
        self.assertEqual(self.complete("helper settings --format=te"), ["--format=text"])

    def test_files(self):
        self.assertEqual(self.complete("helper status --config help"), ["helper.json"])
        self.assertEqual([word.rstrip("/") for word in self.complete("helper init --local sub")], ["sub folder"])

    def test_places_in_containers_and_files(self):
        self.assertEqual(self.complete("helper cp cent"), ["centernet:"])
        self.assertEqual(self.complete("helper cp helper.j"), ["helper.json"])


class Shell(unittest.TestCase):
    program = None

    @classmethod
    def setUpClass(cls):
        if shutil.which(cls.program) is None:
            raise unittest.SkipTest(f"no {cls.program} is here")
        cls.folder = cls.enterClassContext(tempfile.TemporaryDirectory())
        os.makedirs(os.path.join(cls.folder, "run"), mode=0o700)
        os.makedirs(os.path.join(cls.folder, "work", "sub folder"))
        for name, text in (("helper.json", CONFIG), ("sub folder/other.json", OTHER)):
            with open(os.path.join(cls.folder, "work", name), "w", encoding="utf-8") as file:
                file.write(text)
        cls.environment = {"HOME": cls.folder, "XDG_RUNTIME_DIR": os.path.join(cls.folder, "run"), "PATH": f"{HELPER_BIN_DIR}:{os.environ['PATH']}",
                           "TERM": "dumb", "LC_ALL": "C.UTF-8", "HELPER_NO_SPAWN": "1", "INPUTRC": "/dev/null", "HISTFILE": ""}
        cls.work = os.path.join(cls.folder, "work")


class Bash(Cases, Shell):
    program = "bash"

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.terminal = Terminal(["bash", "--norc", "--noprofile", "-i"], cls.environment, cls.work)
        cls.addClassCleanup(cls.terminal.close)
        cls.terminal.type("bind 'set enable-bracketed-paste off'; stty -echo; PS1=; source <(helper completion bash); echo re''ady\n")
        cls.terminal.wait_for("ready\r?\n")

    def complete(self, line):
        """readline's insert-completions puts all of them on the line; the line is then shown word by word instead of run."""
        self.terminal.type(f"{line}\x1b*\x01shown \x0a")
        found = self.terminal.wait_for(r"BEGIN\r?\n((?:<.*>\r?\n)*)END")
        return re.findall("<(.*)>", found.group(1))[words_of(line):]

    def setUp(self):
        self.terminal.type("shown() { echo BEGIN; printf '<%s>\\n' \"$@\"; echo END; }\n")


class Zsh(Cases, Shell):
    program = "zsh"

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.terminal = Terminal(["zsh", "-f", "-i"], cls.environment, cls.work)
        cls.addClassCleanup(cls.terminal.close)
        # A key that puts all that would be offered on the line, as readline's does in bash.
        setup = ("unsetopt zle_bracketed_paste prompt_cr prompt_sp; stty -echo; PS1= PS2=; autoload -Uz compinit && compinit -u -d $HOME/dump; "
                 "source <(helper completion zsh); zle -C all-matches complete-word _generic; "
                 "complete-all() { zle all-matches; echo COMP''LETED >/dev/tty; }; zle -N complete-all; bindkey '^T' complete-all; "
                 "zstyle ':completion:*all*::::' completer _all_matches _complete; zstyle ':completion:*all*:*' old-matches false; "
                 "zstyle ':completion:*all*:*' insert true; shown() { echo BEGIN; printf '<%s>\\n' \"$@\"; echo END; }; echo re''ady\n")
        cls.terminal.type(setup)
        cls.terminal.wait_for("ready\r?\n")

    def complete(self, line):
        self.terminal.type(f"{line}\x14")
        self.terminal.wait_for("COMPLETED")
        self.terminal.type("\x01shown \x0a")
        found = self.terminal.wait_for(r"BEGIN\r?\n((?:<.*>\r?\n)*)END")
        return re.findall("<(.*)>", found.group(1))[words_of(line):]


class Fish(Cases, Shell):
    program = "fish"

    def complete(self, line):
        done = subprocess.run(["fish", "--no-config", "-c", "helper completion fish | source; complete -C $argv[1]", line], env=self.environment, cwd=self.work,
                              stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=60)
        self.assertEqual((done.returncode, done.stderr), (0, ""))
        return [candidate.split("\t")[0].replace("\\ ", " ") for candidate in done.stdout.splitlines()]


class Scripts(Shell):
    program = "bash"

    def test_what_may_come_next_is_told_without_a_daemon(self):
        done = subprocess.run(["helper", "completion", "words", "--", "ensure", ""], env=self.environment, cwd=self.work, capture_output=True, text=True,
                              timeout=20)
        self.assertEqual(done.stdout, "words\ncenternet\nmindspore\n", done.stderr)
        self.assertFalse(os.path.exists(os.path.join(self.folder, "run", "helper", "endpoint.json")))

    def test_a_config_that_cannot_be_read_is_no_trouble(self):
        broken = os.path.join(self.folder, "broken.json")
        with open(broken, "w", encoding="utf-8") as file:
            file.write("{")
        done = subprocess.run(["helper", "completion", "words", "--", "ensure", "--config", broken, ""], env=self.environment, cwd=self.work,
                              capture_output=True, text=True, timeout=20)
        self.assertEqual((done.returncode, done.stdout, done.stderr), (0, "words\n", ""))


if __name__ == "__main__":
    unittest.main(verbosity=2)
