"""Twenty targets on one server share their sessions with it: one for commands, one for tunnels."""
import concurrent.futures
import socket
import struct
import unittest

import harness
from fleet import Fleet
from harness import Sandbox

TARGETS = 20
AT_ONCE = 8  # an sshd as it comes refuses more strangers by chance (MaxStartups), and these are what a person's shell starts


class Sharing(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.sandbox = cls.enterClassContext(Sandbox("e2e-sharing"))
        cls.fleet = Fleet(cls.sandbox)
        cls.addClassCleanup(cls.fleet.close)
        cls.names = [cls.fleet.add(f"t{number:02}", "centernet:1.2") for number in range(TARGETS)]
        cls.fleet.write()

    def sessions(self):
        """Connections of this machine with the server's sshd that are up."""
        peer = f"{struct.unpack('=I', socket.inet_aton(self.sandbox.address))[0]:08X}:0016"
        with open("/proc/net/tcp", encoding="ascii") as table:
            rows = [line.split() for line in table.readlines()[1:]]
        return sum(row[2] == peer and row[3] == "01" for row in rows)

    def states(self):
        return {status["target"]: status["state"] for status in self.fleet.json("status")}

    def test_1_status_of_all_needs_one_session(self):
        states = self.states()
        self.assertEqual(states, {name: "absent" for name in self.names})
        self.assertEqual(self.sessions(), 1)

    def test_2_ensure_of_all_needs_two(self):
        with concurrent.futures.ThreadPoolExecutor(AT_ONCE) as pool:
            for done in pool.map(lambda name: self.fleet.run("ensure", name), self.names):
                self.assertEqual(done.returncode, 0, done.stderr)
        self.assertEqual(self.sessions(), 2)
        states = self.states()
        self.assertEqual(states, {name: "ready" for name in self.names})
        self.assertEqual(self.sessions(), 2)

    def test_3_every_target_is_reached_and_one_that_stops_takes_nobody_along(self):
        self.assertEqual(self.fleet.run("stop", self.names[0]).returncode, 0)
        for name in self.names[1:4]:
            done = self.fleet.helper.run("exec", "--config", self.fleet.path, name, "--", "echo", "inside")
            self.assertEqual((done.returncode, done.stdout), (0, "inside\n"), done.stderr)
        self.assertEqual(self.sessions(), 2)


if __name__ == "__main__":
    harness.main()
