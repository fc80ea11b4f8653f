// helper-keeper: keeps our services in containers that start again without anybody's `helper`.
#include "keeper/keep.hpp"

#include <atomic>
#include <cerrno>
#include <chrono>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <span>
#include <sys/eventfd.h>
#include <thread>
#include <unistd.h>

namespace helper::keeper {
namespace {

constexpr const char* k_usage =
    "usage: helper-keeper run         follow the engine, and run the services of containers that start\n"
    "       helper-keeper record      take one record, JSON, from standard input\n"
    "       helper-keeper forget ID   remove the record of a container, and wait until nothing is being started in it\n"
    "       helper-keeper await ID RUN  wait until each service was tried in that run; 5: the container has no record\n"
    "       helper-keeper list        the records without their inputs, and their results, as JSON\n"
    "       helper-keeper version\n";

enum Exit { k_done = 0, k_failed = 1, k_wrong_usage = 2, k_refused = 3, k_busy = 4, k_no_record = 5 };

constexpr auto k_longest_start = std::chrono::seconds(45);  // that `forget` and `await` wait for
constexpr auto k_await_pause = std::chrono::milliseconds(20);

std::atomic<int> stop_descriptor = -1;

void on_signal(int) {
  const int saved = errno;
  const std::uint64_t one = 1;
  [[maybe_unused]] const auto put = ::write(stop_descriptor.load(), &one, sizeof(one));
  errno = saved;
}

void handle(int signal, void (*handler)(int)) {
  struct sigaction action {};
  action.sa_handler = handler;
  ::sigaction(signal, &action, nullptr);
}

std::string from_environment(const char* name, const char* otherwise) {
  const char* value = std::getenv(name);
  return value == nullptr || *value == '\0' ? otherwise : value;
}

int run(const Store& store) {
  const Fd stop(::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK));
  if (!stop) return k_failed;
  stop_descriptor = stop.get();
  // It is process 1 of its container: no signal has an effect there without a handler, and every orphan becomes its
  // child.
  handle(SIGTERM, on_signal);
  handle(SIGINT, on_signal);
  handle(SIGCHLD, SIG_IGN);
  handle(SIGPIPE, SIG_IGN);
  return keep(store, from_environment("HELPER_ENGINE_SOCKET", "/run/engine.sock"), stop.get());
}

int failed(const Error& error) {
  say(error.thing + ": " + error.cause);
  return error.code == ErrorCode::config_invalid ? k_refused : k_failed;
}

int record(const Store& store) {
  std::string text(k_record_limit + 1, '\0');
  std::size_t size = 0;
  while (size < text.size()) {
    const auto got = ::read(STDIN_FILENO, text.data() + size, text.size() - size);
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) return failed({ErrorCode::file_failed, "standard input", "it cannot be read", {}});
    if (got == 0) break;
    size += static_cast<std::size_t>(got);
  }
  if (size > k_record_limit) return failed({ErrorCode::config_invalid, "the record", "it is larger than 1 MiB", {}});
  text.resize(size);
  auto parsed = parse_record(text);
  if (!parsed) return failed(parsed.error());
  const auto done = store.write(std::move(*parsed));
  return done ? k_done : failed(done.error());
}

int forget(const Store& store, const std::string& id) {
  if (id.size() != 64 || !is_hex(id))
    return failed({ErrorCode::config_invalid, "forget", "that is not an id of 64 hex digits", {}});
  // Without its record nothing new is begun. What is being started ends first, so that the caller has the container
  // alone.
  if (const auto done = store.forget(id); !done) return failed(done.error());
  if (const auto made = store.prepare(); !made) return failed(made.error());
  const auto lock = store.lock(id, k_longest_start);
  if (!lock) return lock.error().code == ErrorCode::timed_out ? (failed(lock.error()), k_busy) : failed(lock.error());
  const auto done = store.forget(id);
  return done ? k_done : failed(done.error());
}

// The first service of this run that could not be started yet goes to standard error.
int await(const Store& store, const std::string& id, const std::string& run) {
  if (id.size() != 64 || !is_hex(id))
    return failed({ErrorCode::config_invalid, "await", "that is not an id of 64 hex digits", {}});
  const auto end = std::chrono::steady_clock::now() + k_longest_start;
  while (std::chrono::steady_clock::now() < end) {
    const auto record = store.record(id);
    if (!record) return failed(record.error());
    if (!*record) return k_no_record;
    if (is_same_run((*record)->handled, run)) return k_done;
    if (const auto trouble = trouble_of(**record, state_of(**record, run, store.state(id))); !trouble) {
      std::this_thread::sleep_for(k_await_pause);
    } else if (trouble->empty()) {
      return k_done;
    } else {
      return failed({ErrorCode::inside_failed, "await", *trouble, {}});
    }
  }
  return failed({ErrorCode::timed_out, "await", "the services were not tried in time", {}}), k_busy;
}

int print(const std::string& text) {
  return std::fputs(text.c_str(), stdout) >= 0 && std::fflush(stdout) == 0 ? k_done : k_failed;
}

int obey(std::span<char*> words) {
  const std::string verb = words.size() > 1 ? words[1] : "";
  const Store store(from_environment("HELPER_KEEPER_DATA", "/data"));
  if (words.size() == 3 && verb == "forget") return forget(store, words[2]);
  if (words.size() == 4 && verb == "await") return await(store, words[2], words[3]);
  if (words.size() == 2 && verb == "run") return run(store);
  if (words.size() == 2 && verb == "record") return record(store);
  if (words.size() == 2 && verb == "list") return print(store.list());
  if (words.size() == 2 && verb == "version") {
    return print("helper-keeper " HELPER_VERSION " protocol " + std::to_string(k_protocol) + "\n");
  }
  std::fputs(k_usage, stderr);
  return k_wrong_usage;
}

}  // namespace
}  // namespace helper::keeper

int main(int argc, char** argv) { return helper::keeper::obey({argv, static_cast<std::size_t>(argc)}); }
