"""Attacks the daemon's door from a web page: a page of another origin, open in a headless Chromium, sends it requests that need no leave of the
browser (`fetch` with mode no-cors and a body of 300 kB), six at a time.

    python3 tests/bench/attack_page.py [--count N]       HELPER_BIN_DIR names the folder of helperd and attack_door

Chromium's own check of requests to the local network is turned off for this, as a person may who is asked. It fails when the daemon ends, when its
memory grows by 8 MiB, when `version` by another client fails, or when the daemon's own counter says that fewer than N arrived. Exit status 77
(skipped) where there is no Chromium.
"""
import argparse
import contextlib
import http.server
import os
import shutil
import subprocess
import sys
import tempfile
import threading

from attack_door import GROWTH_LIMIT, ROWS, Daemon, Memory, Report, Tool, p99, refused_so_far

SKIPPED = 77
LIMIT = 900  # seconds
PAGE = """<!doctype html><title>a page</title><script>
const body = 'x'.repeat(300000), count = %(count)d;
let sent = 0, answered = 0, failed = 0;
async function client() {
  while (sent < count) {
    ++sent;
    try { await fetch('http://127.0.0.1:%(port)d/', {method: 'POST', mode: 'no-cors', body}); ++answered; } catch (error) { ++failed; }
  }
}
Promise.all(Array.from({length: 6}, client)).then(() => fetch('/done?answered=' + answered + '&failed=' + failed));
</script>"""


class PageServer(http.server.ThreadingHTTPServer):
    """The page, and the place where it says what it did."""

    def __init__(self, daemon, count):
        super().__init__(("127.0.0.1", 0), PageHandler)
        self.page = (PAGE % {"port": daemon.port, "count": count}).encode()
        self.done, self.words = threading.Event(), ""


class PageHandler(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        if self.path.startswith("/done"):
            self.server.words = self.path.partition("?")[2]
            self.server.done.set()
        self.send_response(200)
        self.send_header("Content-Type", "text/html")
        self.send_header("Content-Length", str(len(self.server.page)))
        self.end_headers()
        self.wfile.write(self.server.page)

    def log_message(self, *_):
        pass


@contextlib.contextmanager
def browser(program, folder, url):
    argv = [program, "--headless=new", "--no-first-run", "--disable-gpu", "--disable-dev-shm-usage", "--disable-background-networking",
            f"--user-data-dir={folder}/profile", "--host-resolver-rules=MAP page.example 127.0.0.1",
            "--disable-features=LocalNetworkAccessChecks,BlockInsecurePrivateNetworkRequests,PrivateNetworkAccessSendPreflights"]
    if os.geteuid() == 0:
        argv.append("--no-sandbox")  # Chromium's own sandbox refuses to be made by root
    with open(os.path.join(folder, "browser.log"), "wb") as log:
        process = subprocess.Popen([*argv, url], stdin=subprocess.DEVNULL, stdout=log, stderr=log, env={**os.environ, "HOME": folder},
                                   start_new_session=True)
    try:
        yield process
    finally:
        with contextlib.suppress(ProcessLookupError):
            os.killpg(process.pid, 15)
        try:
            process.wait(10)
        except subprocess.TimeoutExpired:
            os.killpg(process.pid, 9)
            process.wait()


def attack(report, program, count, folder):
    tool = Tool(folder)
    daemon = Daemon(tempfile.mkdtemp(dir=folder))
    try:
        for row in ROWS:
            tool.run("refused", row, daemon.port, daemon.token, 200, 6)
        before = refused_so_far(daemon)
        latencies = []
        with PageServer(daemon, count) as server:
            threading.Thread(target=server.serve_forever, daemon=True).start()
            with Memory(daemon) as memory, tool.probe(daemon.port, daemon.token, latencies), \
                    browser(program, folder, f"http://page.example:{server.server_address[1]}/") as chromium:
                for _ in range(LIMIT):
                    if server.done.wait(1) or chromium.poll() is not None or not daemon.alive():
                        break
            server.shutdown()
        arrived = refused_so_far(daemon) - before if daemon.alive() else 0
        report.say(f"a page in Chromium, {count} requests: {server.words or 'it never ended'}; {arrived} arrived and were refused  "
                   f"memory +{memory.growth / (1 << 20):.1f} MiB  version p99 {p99(latencies) / 1000:.2f} ms of {len(latencies)}")
        report.check(daemon.alive(), "the daemon has ended")
        report.check(server.done.is_set(), "the page did not come to its end")
        report.check(arrived >= count, f"only {arrived} of the page's {count} requests arrived")
        report.check(memory.growth < GROWTH_LIMIT, f"its memory grew by {memory.growth >> 20} MiB")
        report.check(latencies and None not in latencies, f"{latencies.count(None)} of {len(latencies)} calls of version failed")
    finally:
        daemon.close()


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--count", type=int, default=10_000)
    arguments = parser.parse_args()
    program = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
    if program is None:
        print("skipped: there is no Chromium here")
        return SKIPPED
    report = Report()
    with tempfile.TemporaryDirectory(prefix="helper-attack-", ignore_cleanup_errors=True) as folder:
        os.chmod(folder, 0o755)
        attack(report, program, arguments.count, folder)
    return 1 if report.faults else 0


if __name__ == "__main__":
    sys.exit(main())
