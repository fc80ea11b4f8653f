"""What second_day.py has run on the server: how soon the services of a container answer there."""
import datetime
import http.client
import json
import socket
import subprocess
import sys
import time

LIMIT = 60  # seconds after which a service is given up
NAME = "centernet"


def greets(address):
    """Whether an SSH server says who it is there."""
    try:
        with socket.create_connection(address, timeout=1) as way:
            way.settimeout(1)
            return way.recv(4) == b"SSH-"
    except OSError:
        return False


def serves(address):
    """Whether Jupyter answers there; whom it lets in does not matter."""
    try:
        link = http.client.HTTPConnection(*address, timeout=1)
        link.request("GET", "/api")
        return link.getresponse().status == 200
    except (OSError, http.client.HTTPException):
        return False


def until(zero, address, answers):
    """Seconds from `zero` (of time.time) until it answers; None after LIMIT."""
    while time.time() < zero + LIMIT:
        if answers(address):
            return time.time() - zero
        time.sleep(0.01)
    return None


def moment(text):
    """An engine's time, in seconds since the epoch."""
    head, _, rest = text.partition(".")
    digits = rest[:len(rest) - len(rest.lstrip("0123456789"))]
    zone = rest[len(digits):]
    whole = datetime.datetime.fromisoformat(head + ("+00:00" if zone in ("", "Z") else zone))
    return whole.timestamp() + float(f"0.{digits or 0}")


def inspect(engine):
    done = subprocess.run([engine, "inspect", NAME], stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=30)
    return json.loads(done.stdout)[0] if done.returncode == 0 else None


def started_since(engine, before):
    """The facts of the container once it runs and has started after `before`, which may be none of its starts."""
    end = time.time() + 2 * LIMIT
    while time.time() < end:
        facts = inspect(engine)
        if facts and facts["State"]["Running"] and facts["State"]["StartedAt"] != before:
            return facts
        time.sleep(0.01)
    raise AssertionError("the container does not start again")


def main(engine):
    """For each line {before, zero} the seconds from zero, or from the container's next start, as a line of JSON.
    A line without `before` asks for the facts alone."""
    for line in sys.stdin:
        asked = json.loads(line)
        facts = started_since(engine, asked.get("before"))
        zero = asked.get("zero") or moment(facts["State"]["StartedAt"])
        took = {"pid": facts["State"]["Pid"], "started": facts["State"]["StartedAt"], "zero": zero}
        for name, port, answers in (("ssh", 61022, greets), ("jupyter", 8888, serves)):
            if name in asked.get("ask", ()):
                address = "127.0.0.1", int(facts["NetworkSettings"]["Ports"][f"{port}/tcp"][0]["HostPort"])
                took[name] = until(zero, address, answers)
        print(json.dumps(took), flush=True)


if __name__ == "__main__":
    main(sys.argv[1])
