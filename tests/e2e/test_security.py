"""Notes about security: each is told once, by what the engine says and what runs in the container, and none where all is well."""
import unittest

import harness
from fleet import Fleet
from harness import Sandbox

HIDE = '; to hide such notes, in helper.json: "security_notes": false'
# A hash of crypt(5) that no password is known for.
SET_PASSWORD = "printf 'root:$6$salt$" + "a" * 86 + ":19000:0:99999:7:::\\n' > /etc/shadow"
SOCKET = "/run/docker.sock"


class Security(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.sandbox = cls.enterClassContext(Sandbox("e2e-sec"))
        cls.sandbox.make_images("debian-sshd")
        cls.fleet = Fleet(cls.sandbox)
        cls.addClassCleanup(cls.fleet.close)
        cls.fleet.add("healthy", "debian-sshd:1")
        cls.fleet.add("made", "debian-sshd:1", privileged=True)
        for name in ("adopted", "open", "keys"):
            cls.fleet.add(name, "debian-sshd:1")
        cls.fleet.add_target("silent", {"container": {"image": "debian-sshd:1", "gpus": "none", "privileged": True}, "security_notes": False})
        cls.fleet.write()

    def notes(self, name, verb="ensure"):
        """Of security, without the words that end each."""
        report = self.fleet.json(verb, name)
        if verb == "ensure":
            self.assertEqual(report.get("state"), "ready", report)
        return [note[:-len(HIDE)] for note in report.get("notes", []) if note.endswith(HIDE)]

    def start(self, name, config, *argv):
        """A container that helper did not make, of an image whose sshd has `config` in front of its own."""
        self.sandbox.docker("run", "-d", "--name", name, *argv, "debian-sshd:1", "sh", "-c",
                            f"{SET_PASSWORD}; printf '{config}' > /tmp/more; cat /tmp/more /etc/ssh/sshd_config > /tmp/all; cat /tmp/all > /etc/ssh/sshd_config; "
                            "exec /usr/sbin/sshd -D")

    def test_a_healthy_target_has_none(self):
        self.assertEqual(self.notes("healthy"), [])
        self.assertEqual(self.notes("healthy", "plan"), [])

    def test_a_privileged_container_is_told_once(self):
        note = ('container made is privileged: root in it is root of server e2e-sec; fix: remove "privileged" from helper.json, '
                f"then: helper ensure --config {self.fleet.path} made --recreate")
        self.assertEqual(self.notes("made"), [note])
        self.assertEqual(self.notes("made"), [])
        self.assertEqual(self.notes("made", "plan"), [note])
        self.fleet.json("remove", "made", "--yes")
        self.assertEqual(self.notes("made"), [])

    def test_the_config_hides_them(self):
        self.assertEqual(self.notes("silent"), [])
        self.assertEqual(self.notes("silent", "plan"), [])

    def test_a_container_that_helper_did_not_make_is_told_by_what_it_is(self):
        self.sandbox.docker("run", "-d", "--name", "adopted", "--privileged", "-v", f"{SOCKET}:/var/run/docker.sock", "debian-sshd:1")
        self.assertEqual(self.notes("adopted"), [
            "container adopted is privileged: root in it is root of server e2e-sec; fix: recreate it without --privileged",
            f"container adopted has {SOCKET} of server e2e-sec at /var/run/docker.sock: who may use that socket is root of server e2e-sec; "
            "fix: recreate it without that mount"])
        self.assertEqual(self.notes("adopted"), [])

    def test_an_sshd_that_lets_root_in_by_a_password_is_told(self):
        self.start("open", "PermitRootLogin yes\\nPasswordAuthentication yes\\n")
        self.assertEqual(self.notes("open"), [
            "container open lets root in by a password: its own sshd runs with PermitRootLogin yes and PasswordAuthentication yes, and root has a password; "
            "fix: set PermitRootLogin prohibit-password in the sshd_config of its image"])
        self.assertEqual(self.notes("open"), [])

    def test_an_sshd_that_takes_only_keys_of_root_is_not(self):
        self.start("keys", "PermitRootLogin prohibit-password\\nPasswordAuthentication yes\\n")
        self.assertEqual(self.notes("keys"), [])


if __name__ == "__main__":
    harness.main()
