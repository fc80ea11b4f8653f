"""What people wait for at a click when all is well: the before-launch tool, an ssh that makes the target ready beside a plain one, and the Tab key.
Whole processes, in turn, in one run on one sandbox.

    python3 tests/bench/bench_glue.py [ROUNDS]      (root; HELPER_BIN_DIR names the binaries, a release build is meant)

Goals: before-launch within 100 ms; ssh through helper at most 50 ms more than without. Exits with 1 when one is missed.
"""
import os
import statistics
import subprocess
import sys
import time

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "e2e"))
from harness import HELPER_BIN_DIR, Helper, Sandbox  # noqa: E402

HELPER = os.path.join(HELPER_BIN_DIR, "helper")


def milliseconds(argv, helper):
    begin = time.monotonic()
    subprocess.run(argv, env=helper.environment, cwd=helper.folder, stdin=subprocess.DEVNULL, capture_output=True, check=True, timeout=60)
    return (time.monotonic() - begin) * 1000


def ssh_config(helper, form):
    path = os.path.join(helper.folder, form)
    with open(path, "w", encoding="utf-8") as file:
        file.write(helper.run("settings", "--format", form).stdout)
    return path


def main():
    rounds = int(sys.argv[1]) if len(sys.argv) > 1 else 30
    with Sandbox("bench-glue") as sandbox:
        helper = Helper(sandbox)
        assert helper.run("ensure").returncode == 0
        plain, ensuring = ssh_config(helper, "ssh-config"), ssh_config(helper, "ssh-config-ensure")
        what = {"before-launch (ensure --quick)": [HELPER, "ensure", "--quick"],
                "ensure": [HELPER, "ensure"],
                "ssh": ["/usr/bin/ssh", "-F", plain, "-o", "BatchMode=yes", "centernet", "true"],
                "ssh through helper connect": ["/usr/bin/ssh", "-F", ensuring, "-o", "BatchMode=yes", "centernet", "true"],
                "completion of a target's name": [HELPER, "completion", "words", "--", "ensure", ""]}
        times = {name: [] for name in what}
        for _ in range(rounds):
            for name, argv in what.items():
                times[name].append(milliseconds(argv, helper))
        helper.run("rpc", "shutdown")
    for name, values in times.items():
        print(f"{name:34} min {min(values):6.1f}   median {statistics.median(values):6.1f}   max {max(values):6.1f} ms")
    added = statistics.median(times["ssh through helper connect"]) - statistics.median(times["ssh"])
    print(f"ssh through helper adds {added:.1f} ms at the median")
    return 0 if statistics.median(times["before-launch (ensure --quick)"]) <= 100 and added <= 50 else 1


if __name__ == "__main__":
    sys.exit(main())
