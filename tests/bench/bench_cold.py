"""How long it takes from "the image is there, no container, no sshd in the image" to a Python that was run, beside the engine's own
`docker run` of the same image with the same ports. All in one run, on one sandbox; figures are medians.

    python3 tests/bench/bench_cold.py [ROUNDS]      (root; HELPER_BIN_DIR names the binaries, a release build is meant)

Goal: at most the engine's time and one second.
"""
import os
import statistics
import sys
import time

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "e2e"))
from fleet import Fleet  # noqa: E402
from harness import Sandbox  # noqa: E402

NAME, IMAGE = "cold", "debian-plain:1"
GOAL_SECONDS = 1.0


def seconds(work):
    begin = time.monotonic()
    result = work()
    return time.monotonic() - begin, result


def docker_run(sandbox):
    """The engine's time, without the way to it."""
    script = ('begin=$(date +%s%N); docker run -d --name byhand -p 127.0.0.1::61022 ' + IMAGE +
              ' sh -c "sleep 86400 & wait" >/dev/null || exit; echo $(($(date +%s%N) - begin))')
    return int(sandbox.control("exec", "sh", "-c", script).stdout) / 1e9


def remove_volumes(sandbox):
    volumes = sandbox.docker("volume", "ls", "-q", "--filter", "name=helper-ssh-").stdout.split()
    if volumes:
        sandbox.docker("volume", "rm", "-f", *volumes)


def measure(sandbox, fleet, rounds):
    times = {"docker run": [], "helper ensure": [], "helper ensure, server new": []}
    for _ in range(rounds):
        for kind in ("helper ensure, server new", "helper ensure"):
            sandbox.docker("rm", "-f", NAME, "byhand")
            if kind != "helper ensure":
                remove_volumes(sandbox)
            elapsed, report = seconds(lambda: fleet.json("ensure", NAME))
            assert report.get("state") == "ready" and report["settings"]["python_version"], report
            times[kind].append(elapsed)
            fleet.json("stop", NAME)
        sandbox.docker("rm", "-f", NAME, "byhand")
        times["docker run"].append(docker_run(sandbox))
    return times


def main():
    rounds = int(sys.argv[1]) if len(sys.argv) > 1 else 10
    with Sandbox("bench-cold", gpu="none") as sandbox:
        sandbox.make_images(IMAGE)
        fleet = Fleet(sandbox)
        fleet.add(NAME, IMAGE)
        fleet.write()
        fleet.json("plan", NAME)  # the daemon and its connection are there, as they are when one works with it
        times = measure(sandbox, fleet, rounds)
        fleet.close()
    print(f"medians of {rounds} rounds in ms [least-most]")
    for name, values in times.items():
        print(f"{name:28} {statistics.median(values) * 1000:7.0f} [{min(values) * 1000:.0f}-{max(values) * 1000:.0f}]")
    over = statistics.median(times["helper ensure"]) - statistics.median(times["docker run"])
    print(f"over the engine's own time: {over * 1000:.0f} ms (goal: at most {GOAL_SECONDS * 1000:.0f} ms)")
    return 0 if over <= GOAL_SECONDS else 1


if __name__ == "__main__":
    sys.exit(main())
