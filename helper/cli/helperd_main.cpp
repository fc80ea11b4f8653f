// helperd is the daemon: it owns every tunnel and serves JSON-RPC until it is told to end. Started by `helper`, which
// reads the ready line; `helper serve` runs it in the foreground.
#include "base/clock.hpp"
#include "base/digest.hpp"
#include "base/fd.hpp"
#include "base/files.hpp"
#include "base/local_peer.hpp"
#include "base/log.hpp"
#include "base/paths.hpp"
#include "base/shell.hpp"
#include "config/daemon_options.hpp"
#include "ensure/connections.hpp"
#include "ensure/host_keys.hpp"
#include "ensure/service.hpp"
#include "ensure/target.hpp"
#include "jupyter/rest_client.hpp"
#include "rpc/bind_service.hpp"
#include "rpc/connect.hpp"
#include "rpc/daemon_lock.hpp"
#include "rpc/dispatcher.hpp"
#include "rpc/endpoint_file.hpp"
#include "rpc/presence.hpp"
#include "rpc/ready_line.hpp"
#include "rpc/server/http_server.hpp"

#include <fmt/format.h>

#include <charconv>
#include <chrono>
#include <condition_variable>
#include <cstdio>
#include <cstring>
#include <ctime>
#include <fcntl.h>
#include <memory>
#include <mutex>
#include <optional>
#include <signal.h>
#include <string>
#include <string_view>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <thread>
#include <unistd.h>

namespace {

using namespace std::chrono_literals;
using helper::ErrorCode;
using helper::fail;
using helper::Result;

constexpr auto k_close_limit = 2s;  // for calls in flight to end
constexpr auto k_grace = 5s;        // for everything to end; then the process does

struct Arguments {
  helper::Fd ready;  // where the ready line goes; none in the foreground
  bool foreground = false;
  bool version = false;
};

Result<Arguments> parse_arguments(int argc, char** argv) {
  Arguments arguments;
  for (int i = 1; i < argc; ++i) {
    const std::string_view word = argv[i];
    if (word == "--foreground") {
      arguments.foreground = true;
    } else if (word == "--version") {
      arguments.version = true;
    } else if (word == "--ready-fd" && i + 1 < argc) {
      const std::string_view digits = argv[++i];
      int fd = -1;
      const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), fd);
      if (error != std::errc() || end != digits.data() + digits.size() || fd < 3)
        return fail(ErrorCode::usage, "--ready-fd", "it is not a descriptor above 2");
      arguments.ready.reset(fd);
      ::fcntl(fd, F_SETFD, FD_CLOEXEC);
    } else {
      return fail(ErrorCode::usage, std::string(word), "helperd does not know it",
                  "helperd [--foreground] [--version] [--ready-fd N]");
    }
  }
  return arguments;
}

// Before any thread is made: each inherits the mask, so that only wait_for_end() ever sees these signals.
sigset_t block_signals() {
  sigset_t ends;
  ::sigemptyset(&ends);
  for (const int signal : {SIGTERM, SIGINT, SIGHUP}) ::sigaddset(&ends, signal);
  ::sigprocmask(SIG_BLOCK, &ends, nullptr);
  ::signal(SIGPIPE, SIG_IGN);
  return ends;
}

// Passwords live in this process: no other of the same user may read its memory, and no core file may hold them.
void guard_memory() {
#ifndef __SANITIZE_ADDRESS__  // its leak check reads our memory from its own process at the end, and would wait
                              // for ever
  ::prctl(PR_SET_DUMPABLE, 0);
#endif
  const rlimit none{0, 0};
  ::setrlimit(RLIMIT_CORE, &none);
  ::umask(0077);
}

// Every connection through a tunnel takes two descriptors.
void raise_descriptor_limit() {
  rlimit limit{};
  if (::getrlimit(RLIMIT_NOFILE, &limit) != 0) return;
  limit.rlim_cur = limit.rlim_max;
  ::setrlimit(RLIMIT_NOFILE, &limit);
}

std::string now_text() {
  const std::time_t now = std::time(nullptr);
  std::tm utc{};
  ::gmtime_r(&now, &utc);
  char text[sizeof "2000-01-01T00:00:00Z"];
  return std::strftime(text, sizeof text, "%Y-%m-%dT%H:%M:%SZ", &utc) == 0 ? std::string() : text;
}

void tell(const Arguments& arguments, const Result<void>& outcome) {
  if (!outcome) helper::log_line(helper::LogLevel::error, to_text(outcome.error()));
  if (arguments.ready) {
    const std::string line = helper::rpc::ready_line(outcome) + "\n";
    if (::write(arguments.ready.get(), line.data(), line.size()) < 0)
      helper::log_info("nobody waits for the ready line any more");
  } else if (!outcome) {
    fmt::print(stderr, "helperd: {}\n", to_text(outcome.error()));
  }
}

// The lock, or nullopt once the daemon that holds it has answered.
Result<std::optional<helper::rpc::DaemonLock>> lock_or_wait(const helper::Paths& paths) {
  helper::SystemClock clock;
  const helper::SteadyTime until = clock.now() + helper::rpc::k_start_limit / 2;  // so that who started us is told why
  while (clock.now() < until) {
    HELPER_TRY_ASSIGN(auto lock, helper::rpc::DaemonLock::try_take(paths.daemon_lock()));
    if (lock || helper::rpc::find_daemon(paths, {})) return lock;
    clock.sleep(20ms, {});
  }
  return fail(ErrorCode::daemon_unreachable, "helperd",
              "another one holds " + paths.daemon_lock().string() + " and does not answer",
              "find it, and end it: fuser " + helper::shell::quote(paths.daemon_lock().string()));
}

int wait_for_end(const sigset_t& ends) {
  int signal = 0;
  while (::sigwait(&ends, &signal) != 0) {
  }
  return signal;
}

// Ends the process when the rest of main takes too long: a stuck call must not hold the port, the lock and the person.
class Watchdog {
 public:
  Watchdog()
      : thread_([](const std::stop_token& stop) {
          helper::SystemClock clock;
          if (!clock.sleep(k_grace, stop)) return;
          helper::log_warning("something is stuck: the process ends without it");
          ::_exit(0);
        }) {}

 private:
  std::jthread thread_;
};

Result<void> serve(const Arguments& arguments, const helper::Paths& paths, const sigset_t& ends,
                   helper::rpc::DaemonLock& lock) {
  helper::DiskFileStore files;
  HELPER_TRY(files.remove(paths.endpoint_file()));  // of a daemon that was killed
  helper::ensure::remove_half_made_host_keys(paths);
  HELPER_TRY_ASSIGN(const auto options, helper::config::load_daemon_options(files, paths.daemon_options()));
  const auto policy = helper::peer_policy(options.local_users == helper::config::LocalUsers::everyone);
  helper::jupyter::RestClient jupyter(policy);
  helper::ensure::RealConnections connections(policy);
  helper::ensure::OpenSshClient ssh;
  helper::SystemClock clock;
  helper::ensure::Service service({paths, connections, files, clock, jupyter, ssh});
  auto dispatcher = std::make_shared<helper::rpc::Dispatcher>(helper::rpc::bind_service(service),
                                                              [] { ::kill(::getpid(), SIGTERM); });
  dispatcher->set_carried([&service] { return service.carried(); });
  const std::string token = helper::random_token();
  if (token.empty()) return fail(ErrorCode::internal, "helperd", "the system gives no random numbers");
  HELPER_TRY_ASSIGN(const auto server,
                    helper::rpc::HttpServer::start(dispatcher, {token, paths.daemon_socket(), policy, {}}));
  const helper::rpc::DaemonEndpoint endpoint{server->url(),  token,      ::getpid(),
                                             HELPER_VERSION, now_text(), server->socket().string()};
  HELPER_TRY(helper::rpc::write_endpoint(files, paths.endpoint_file(), endpoint));
  const std::string places = server->url() + (server->socket().empty() ? "" : " and " + server->socket().string());
  helper::log_info("helperd {} listens at {} (pid {})", HELPER_VERSION, places, ::getpid());
  if (arguments.foreground) {
    fmt::print(stderr, "helperd {} listens at {} (Ctrl-C ends it)\n", HELPER_VERSION, places);
    if (const auto& trouble = server->socket_trouble())
      fmt::print(stderr, "without a Unix socket: {}\n", to_text(*trouble));
  }
  tell(arguments, {});
  helper::rpc::Presence presence(paths, lock, files, endpoint, [&] { return server->keep_socket(); });
  std::optional<helper::rpc::PresenceWatch> watch(std::in_place, presence, paths, [] { ::kill(::getpid(), SIGTERM); });

  // On a thread of its own: a config on a network disk may keep it waiting, and a signal must be handled meanwhile.
  std::jthread taking_up([&service] {
    helper::last_resort("looking after targets again", [&] { service.take_up(helper::ensure::k_take_up_after); });
  });

  const int signal = wait_for_end(ends);
  helper::log_info("ending: {}", ::strsignal(signal));
  const Watchdog watchdog;
  taking_up.join();
  watch.reset();  // or it would make again what is removed now
  if (const auto removed = helper::rpc::remove_endpoint(files, paths.endpoint_file(), token); !removed)
    helper::log_warning("{}", helper::to_text(removed.error()));
  if (!server->close(k_close_limit)) ::_exit(0);  // a call that does not end still uses the service
  return {};
}

}  // namespace

int main(int argc, char** argv) {
  const sigset_t ends = block_signals();
  guard_memory();
  raise_descriptor_limit();
  const Result<Arguments> arguments = parse_arguments(argc, argv);
  if (!arguments) {
    fmt::print(stderr, "helperd: {}\n", to_text(arguments.error()));
    return helper::error_kind(arguments.error().code).exit_status;
  }
  if (arguments->version) {
    fmt::print("helperd {}\n", HELPER_VERSION);
    return 0;
  }
  const auto run = [&]() -> Result<void> {
    HELPER_TRY_ASSIGN(const helper::Paths paths, helper::find_paths());
    helper::open_log(paths.daemon_log(), helper::LogLevel::info);
    HELPER_TRY_ASSIGN(auto lock, lock_or_wait(paths));
    if (lock) return serve(*arguments, paths, ends, *lock);
    if (arguments->foreground) fmt::print(stderr, "helperd: another one serves already\n");
    tell(*arguments, {});
    return {};
  };
  const Result<void> outcome = run();
  if (outcome) return 0;
  tell(*arguments, outcome);
  return helper::error_kind(outcome.error().code).exit_status;
}
