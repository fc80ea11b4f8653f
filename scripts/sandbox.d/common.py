"""What every part of the sandbox shares: refusing with a clear message, running a command, and processes known by pid and start time."""
import json
import os
import signal
import subprocess
import sys
import time


class Refused(Exception):
    """One sentence for the person: what, why, what to do."""


def run(*argv, check=True, quiet=False, text=None, timeout=60):
    """Runs a command and returns its CompletedProcess; a failure becomes one sentence with the command's own message."""
    try:
        done = subprocess.run(argv, input=text, stdin=None if text is not None else subprocess.DEVNULL,
                              stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, timeout=timeout)
    except FileNotFoundError:
        raise Refused(f"{argv[0]} is not installed: run scripts/install-deps") from None
    except subprocess.TimeoutExpired:
        raise Refused(f"{' '.join(argv)}: no answer within {timeout} s") from None
    if check and done.returncode != 0:
        raise Refused(f"{' '.join(argv)}: {(done.stderr or done.stdout).strip() or f'exit {done.returncode}'}")
    if done.stderr and check and not quiet:
        sys.stderr.write(done.stderr)
    return done


def wait_for(condition, seconds, pause=0.02):
    """True as soon as condition() is, False once the time is over."""
    end = time.monotonic() + seconds
    while True:
        if condition():
            return True
        if time.monotonic() >= end:
            return False
        time.sleep(pause)


def start_time(pid):
    """When the process began, in clock ticks since boot (field 22 of proc(5) stat); None when it is gone or a zombie."""
    try:
        with open(f"/proc/{pid}/stat", encoding="utf-8", errors="replace") as file:
            fields = file.read().rpartition(")")[2].split()
    except (FileNotFoundError, ProcessLookupError):
        return None
    return None if fields[0] in "ZX" else int(fields[19])


class ProcessRecord:
    """A process of ours, kept in a file as pid and start time, so that a pid which the kernel gave to somebody else is never touched."""

    def __init__(self, path):
        self.path = path

    def write(self, pid, **more):
        temporary = f"{self.path}.new"
        with open(temporary, "w", encoding="utf-8") as file:
            json.dump({"pid": pid, "start": start_time(pid), **more}, file)
        os.replace(temporary, self.path)

    def read(self):
        """The record while its process lives, else None."""
        try:
            with open(self.path, encoding="utf-8") as file:
                record = json.load(file)
        except (FileNotFoundError, ValueError):
            return None
        alive = record.get("start") is not None and start_time(record.get("pid", 0)) == record["start"]
        return record if alive else None

    def stop(self, first=signal.SIGTERM, seconds=10.0):
        """Ends the process, gently and then not; True when there was one. The record goes too."""
        record = self.read()
        if record is not None:
            for number, patience in ((first, seconds), (signal.SIGKILL, 10.0)):
                try:
                    os.kill(record["pid"], number)
                except ProcessLookupError:
                    break
                if wait_for(lambda: self.read() is None, patience):
                    break
            else:
                raise Refused(f"process {record['pid']} does not end, even by SIGKILL: look at /proc/{record['pid']}/stack")
        if os.path.exists(self.path):
            os.unlink(self.path)
        return record is not None
