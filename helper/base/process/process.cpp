#include "base/process/process.hpp"

#include "base/files.hpp"
#include "base/process/pipe.hpp"
#include "base/process/signals.hpp"
#include "base/process/spawn.hpp"
#include "base/shortage.hpp"

#include <boost/asio/io_context.hpp>
#include <boost/asio/posix/stream_descriptor.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/write.hpp>
#include <boost/process/args.hpp>
#include <boost/process/child.hpp>
#include <boost/process/env.hpp>
#include <boost/process/environment.hpp>
#include <boost/process/error.hpp>
#include <boost/process/exe.hpp>
#include <boost/process/extend.hpp>
#include <boost/process/posix.hpp>
#include <boost/process/search_path.hpp>

#include <algorithm>
#include <array>
#include <cerrno>
#include <csignal>
#include <mutex>
#include <optional>
#include <sys/wait.h>

namespace helper {
namespace {

namespace asio = boost::asio;
namespace bp = boost::process;

constexpr Milliseconds k_sigkill_after{1'000};           // between SIGTERM and SIGKILL
constexpr Milliseconds k_reap_limit{2'000};              // for a killed process to go; one stuck in the kernel may not
constexpr Milliseconds k_output_after_exit{500};         // for a descendant that still holds our pipes
constexpr Milliseconds k_longest_timer{31'536'000'000};  // one year: keeps "no limit" values inside the clock's range
// The end of a process is looked for at these intervals: often once its output is closed, since it is about to end.
constexpr Milliseconds k_look_while_open{50};
constexpr Milliseconds k_look_first{1};
constexpr Milliseconds k_look_last{20};

// What the three standard descriptors of a child are tied to, on both sides.
struct Plumbing {
  PipeEnds in;
  PipeEnds out;
  PipeEnds err;
};

Result<Plumbing> make_plumbing(const ProcessSpec& spec) {
  Plumbing pipes;
  if (spec.stdin_file.empty()) {
    HELPER_TRY_ASSIGN(pipes.in, make_pipe());
  } else {
    HELPER_TRY_ASSIGN(pipes.in.read, open_input(spec.stdin_file));
  }
  HELPER_TRY_ASSIGN(pipes.out, make_pipe());
  HELPER_TRY_ASSIGN(pipes.err, make_pipe());
  return pipes;
}

// In the child, before exec.
constexpr auto k_start_clean = [](auto&) {
  ::setpgid(0, 0);
  close_others_on_exec();
  reset_signals_for_exec();
};

// Boost.Process 1.74 forgets a child whose exec failed; unreaped, it would stay a zombie for as long as we live.
constexpr auto k_reap_failed = [](auto& executor, const std::error_code&) {
  if (executor.pid <= 0) return;
  while (::waitpid(executor.pid, nullptr, 0) < 0 && errno == EINTR) {
  }
};

// Starts the program as the leader of its own process group.
Result<bp::child> start(const ProcessSpec& spec, const Plumbing& pipes) {
  const std::string& name = spec.argv.front();
  HELPER_TRY_ASSIGN(const std::string program, find_program(name));
  // Not through bp::args: Boost 1.74 takes the first character of each argument, and an empty one has none.
  std::vector<std::string> words = spec.argv;
  words.front() = program;
  std::vector<char*> argv;
  for (auto& word : words) argv.push_back(word.data());
  argv.push_back(nullptr);
  const auto set_command = [&](auto& executor) {
    executor.exe = argv.front();
    executor.cmd_line = argv.data();
  };
  bp::environment environment(boost::this_process::environment());
  // Not through operator[]: in Boost 1.74 it reads past the end of shorter variables.
  for (const auto& [key, value] : spec.environment) environment.set(key, value);

  // Boost.Process reports a failed exec over a pipe that is close-on-exec only after a second call; a child started by
  // another thread in between would hold it open, and we would wait for that child.
  static std::mutex one_at_a_time;
  const std::lock_guard lock(one_at_a_time);
  std::error_code error;
  bp::child child(bp::extend::on_setup = set_command, environment, error,
                  bp::posix::fd.bind(STDIN_FILENO, pipes.in.read.get()),
                  bp::posix::fd.bind(STDOUT_FILENO, pipes.out.write.get()),
                  bp::posix::fd.bind(STDERR_FILENO, pipes.err.write.get()), bp::extend::on_exec_setup = k_start_clean,
                  bp::extend::on_error = k_reap_failed);
  if (error && error.category() == std::system_category())
    return fail(by_errno({ErrorCode::server_command, name, "cannot be started", {}}, error.value()));
  if (error) return fail(ErrorCode::server_command, name, "cannot be started (" + error.message() + ")");
  return child;
}

// One child from its start to its end. Everything happens on the thread that calls to_end().
class Run {
 public:
  Run(const ProcessSpec& spec, const OutputSink& sink, bp::child child, Plumbing pipes)
      : spec_(spec),
        sink_(sink),
        child_(std::move(child)),
        in_(io_),
        out_(io_, pipes.out.read.release()),
        err_(io_, pipes.err.read.release()) {
    if (pipes.in.write) in_.assign(pipes.in.write.release());
  }
  ~Run() {
    if (!reaped_) ::kill(-child_.id(), SIGKILL);
  }
  Run(const Run&) = delete;
  Run& operator=(const Run&) = delete;

  Result<CommandOutput> to_end(const std::stop_token& stop) {
    limit_.expires_after(std::min(spec_.timeout, k_longest_timer));
    limit_.async_wait([this](const boost::system::error_code& error) {
      if (!error) give_up(ErrorCode::timed_out, "the command did not end within " + duration_text(spec_.timeout));
    });
    const std::stop_callback on_stop(
        stop, [this] { asio::post(io_, [this] { give_up(ErrorCode::cancelled, "the command was cancelled"); }); });
    if (in_.is_open()) {
      asio::async_write(in_, asio::buffer(spec_.stdin_text),
                        [this](const boost::system::error_code&, std::size_t) { close(in_); });
    }
    read(out_);
    read(err_);
    look();
    try {
      io_.run();
    } catch (const std::exception& error) {  // the sink's, most likely; the child must still be ended properly
      give_up(ErrorCode::server_command, std::string("its output cannot be handled (") + error.what() + ")");
      io_.run();
    }
    return outcome();
  }

 private:
  struct Stream {
    Stream(asio::io_context& io, int fd) : pipe(io, fd) {}
    asio::posix::stream_descriptor pipe;
    std::string text;
    std::array<char, 65536> buffer{};
  };

  static void close(asio::posix::stream_descriptor& pipe) {
    boost::system::error_code ignored;
    pipe.close(ignored);
  }

  void read(Stream& stream) {
    stream.pipe.async_read_some(asio::buffer(stream.buffer),
                                [this, &stream](const boost::system::error_code& error, std::size_t size) {
                                  if (!error) {
                                    take(stream, std::string_view(stream.buffer.data(), size));
                                    return read(stream);
                                  }
                                  close(stream.pipe);
                                  pause_ = k_look_first;
                                  look();
                                });
  }

  void take(Stream& stream, std::string_view piece) {
    if (failure_) return;
    if (spec_.keep_output == KeepOutput::beginning) {
      stream.text += piece.substr(0, k_kept_beginning - std::min(k_kept_beginning, stream.text.size()));
      if (sink_) sink_(piece);
      return;
    }
    if (stream.text.size() + piece.size() > k_max_command_output) {
      return give_up(ErrorCode::server_command,
                     "the command printed more than " + std::to_string(k_max_command_output >> 20) + " MiB");
    }
    stream.text += piece;
    if (sink_) sink_(piece);
  }

  bool output_closed() const { return !out_.pipe.is_open() && !err_.pipe.is_open(); }

  // Whether the child has ended; it stays a zombie, so that its process group cannot become somebody else's.
  bool has_exited() const {
    siginfo_t info{};
    while (::waitid(P_PID, static_cast<id_t>(child_.id()), &info, WEXITED | WNOHANG | WNOWAIT) != 0) {
      if (errno != EINTR) return true;  // not ours to wait for any more; outcome() says so
    }
    return info.si_pid == child_.id();
  }

  void look() {
    if (!exited_ && has_exited()) {
      exited_ = true;
      limit_.cancel();
      if (!failure_) at(deadline_, k_output_after_exit, [this] { io_.stop(); });
    }
    if (exited_) {
      if (killed_ || output_closed()) io_.stop();
      return;
    }
    at(next_look_, output_closed() ? pause_ : k_look_while_open, [this] { look(); });
    pause_ = std::min(pause_ * 2, k_look_last);
  }

  void give_up(ErrorCode code, std::string cause) {
    if (failure_) return;
    failure_ = Error{code, spec_.argv.front(), std::move(cause), {}};
    ::kill(-child_.id(), SIGTERM);
    at(deadline_, k_sigkill_after, [this] {
      ::kill(-child_.id(), SIGKILL);
      killed_ = true;
      at(deadline_, k_reap_limit, [this] { io_.stop(); });
      pause_ = k_look_first;
      look();
    });
  }

  template <class Action>
  void at(asio::steady_timer& timer, Milliseconds delay, Action action) {
    timer.expires_after(delay);
    timer.async_wait([action](const boost::system::error_code& error) {
      if (!error) action();
    });
  }

  Result<CommandOutput> outcome() {
    if (failure_) ::kill(-child_.id(), SIGKILL);  // who of the group outlived its leader
    reaped_ = true;
    if (!exited_) {
      child_.detach();
      return fail(*failure_);
    }
    std::error_code error;
    child_.wait(error);
    if (failure_) return fail(*failure_);
    if (error) {
      return fail(ErrorCode::server_command, spec_.argv.front(), "its exit status is lost (" + error.message() + ")");
    }
    const int status = child_.native_exit_code();
    const int exit_status = WIFSIGNALED(status) ? 128 + WTERMSIG(status) : WEXITSTATUS(status);
    return CommandOutput{exit_status, std::move(out_.text), std::move(err_.text)};
  }

  const ProcessSpec& spec_;
  const OutputSink& sink_;
  bp::child child_;
  asio::io_context io_{1};
  asio::posix::stream_descriptor in_;
  Stream out_;
  Stream err_;
  asio::steady_timer limit_{io_};
  asio::steady_timer deadline_{io_};
  asio::steady_timer next_look_{io_};
  Milliseconds pause_ = k_look_first;
  std::optional<Error> failure_;
  bool exited_ = false;
  bool killed_ = false;
  bool reaped_ = false;
};

}  // namespace

Result<std::string> find_program(const std::string& name) {
  try {
    if (name.find('/') != std::string::npos) return boost::filesystem::absolute(name).string();
    if (const auto program = bp::search_path(name); !program.empty())
      return boost::filesystem::absolute(program).string();
  } catch (const std::exception& error) {
    return fail(
        or_shortage({ErrorCode::server_command, name, std::string("cannot be looked for (") + error.what() + ")", {}}));
  }
  return fail(ErrorCode::server_command, name, "is not installed (not found on PATH)", "install " + name);
}

Result<CommandOutput> run_process(const ProcessSpec& spec, const std::stop_token& stop, const OutputSink& on_output) {
  if (spec.argv.empty() || spec.argv.front().empty())
    return fail(ErrorCode::internal, "run_process", "no program is named");
  const auto has_nul = [](const std::string& word) { return word.find('\0') != std::string::npos; };
  if (std::ranges::any_of(spec.argv, has_nul)) {
    return fail(ErrorCode::server_command, spec.argv.front(), "an argument holds a NUL byte");
  }
  if (stop.stop_requested()) return fail(ErrorCode::cancelled, spec.argv.front(), "the command was cancelled");
  try {
    const SigpipeBlocked no_sigpipe;
    HELPER_TRY_ASSIGN(Plumbing pipes, make_plumbing(spec));
    HELPER_TRY_ASSIGN(bp::child child, start(spec, pipes));
    pipes.in.read.reset();
    pipes.out.write.reset();
    pipes.err.write.reset();
    Run run(spec, on_output, std::move(child), std::move(pipes));
    return run.to_end(stop);
  } catch (const std::exception& error) {
    return fail(or_shortage(
        {ErrorCode::server_command, spec.argv.front(), std::string("cannot be run (") + error.what() + ")", {}}));
  }
}

}  // namespace helper
