#include "cli/tty.hpp"

#include "base/process/pipe.hpp"
#include "base/text.hpp"
#include "cli/render/text.hpp"

#include <algorithm>
#include <atomic>
#include <cctype>
#include <cerrno>
#include <cstring>
#include <fcntl.h>
#include <mutex>
#include <poll.h>
#include <termios.h>
#include <unistd.h>

namespace helper::cli {
namespace {

// Longer than any line that a terminal delivers in one piece (Linux: 4096).
constexpr std::size_t k_max_answer = 4096;
constexpr int k_tries = 3;

struct Hidden {
  int fd = -1;
  termios before{};
};
std::mutex g_hidden_mutex;
Hidden g_hidden;  // fd is -1 while no question has the echo off

class EchoOff {
 public:
  explicit EchoOff(int fd) {
    const std::lock_guard lock(g_hidden_mutex);
    termios mode{};
    if (::tcgetattr(fd, &mode) != 0) return;
    g_hidden = {fd, mode};
    mode.c_lflag &= ~static_cast<tcflag_t>(ECHO | ECHONL);
    // What was typed before the question was not meant for it: TCSAFLUSH drops it.
    if (::tcsetattr(fd, TCSAFLUSH, &mode) != 0) g_hidden.fd = -1;
  }
  ~EchoOff() { restore_echo(); }
  EchoOff(const EchoOff&) = delete;
  EchoOff& operator=(const EchoOff&) = delete;

  [[nodiscard]] static bool is_on() {
    const std::lock_guard lock(g_hidden_mutex);
    return g_hidden.fd >= 0;
  }
};

void wipe(std::string& secret) {
  volatile char* bytes = secret.data();
  for (std::size_t i = 0; i < secret.size(); ++i) bytes[i] = 0;
}

bool write_all(int fd, std::string_view text) {
  while (!text.empty()) {
    const ssize_t n = ::write(fd, text.data(), text.size());
    if (n < 0 && errno == EINTR) continue;
    if (n <= 0) return false;
    text.remove_prefix(static_cast<std::size_t>(n));
  }
  return true;
}

tl::unexpected<Error> ended(ErrorCode code, const Question& question, std::string cause) {
  return fail(code, question.prompt, std::move(cause));
}

// One line, without its end. The wait ends early when `stopped` becomes readable.
Result<std::string> read_line(int fd, int stopped, const Question& question) {
  const SystemClock clock;
  const SteadyTime start = clock.now();
  std::string line;
  line.reserve(k_max_answer);  // so that no half of a secret is left behind in an outgrown buffer
  for (;;) {
    const auto left = k_answer_limit - since(clock, start);
    if (left.count() <= 0)
      return ended(ErrorCode::timed_out, question, "there was no answer within " + human(k_answer_limit));
    pollfd events[2] = {{fd, POLLIN, 0}, {stopped, POLLIN, 0}};
    const int ready = ::poll(events, 2, static_cast<int>(left.count()));
    if (ready < 0 && errno != EINTR) return ended(ErrorCode::not_ready, question, std::strerror(errno));
    if (ready <= 0) continue;
    if (events[1].revents != 0) return ended(ErrorCode::cancelled, question, "the question was cancelled");
    char c = 0;
    const ssize_t n = ::read(fd, &c, 1);
    if (n < 0 && (errno == EINTR || errno == EAGAIN)) continue;
    if (n < 0) return ended(ErrorCode::not_ready, question, "the terminal was closed");
    if (n == 0 && line.empty())
      return ended(ErrorCode::cancelled, question, "the question was not answered (end of input)");
    if (n == 0 || c == '\n') return line;
    if (line.size() == k_max_answer) {
      wipe(line);
      return ended(ErrorCode::usage, question, "the answer is longer than 4096 bytes");
    }
    line += c;
  }
}

std::string shown(const Question& question, bool utf8) {
  std::string text;
  for (const std::string& detail : question.details) text += safe_line(detail, utf8) + "\n";
  text += safe_line(question.prompt, utf8);
  if (question.kind != Question::Kind::confirm) return text + ": ";
  if (question.choices.empty()) return text + " [yes/no] ";
  std::string choices;
  for (const std::string& choice : question.choices) {
    choices += (choices.empty() ? "" : " / ") + safe_line(choice, utf8);
    if (choice == "snapshot") choices += " first";
  }
  return text + " [" + choices + "] ";
}

}  // namespace

void restore_echo() noexcept {
  const std::lock_guard lock(g_hidden_mutex);
  if (g_hidden.fd >= 0) ::tcsetattr(g_hidden.fd, TCSANOW, &g_hidden.before);
  g_hidden.fd = -1;
}

std::string read_confirmation(std::string_view text, const std::vector<std::string>& choices) {
  std::string word = lower_case(text.substr(0, text.find_last_not_of(" \t\r") + 1));
  if (word == "snapshot first") word = "snapshot";  // as it is shown
  if (word.empty()) return {};
  std::string meant;
  for (const std::string& choice : choices.empty() ? std::vector<std::string>{"yes", "no"} : choices) {
    if (choice == word) return choice;
    if (choice.size() < word.size() || choice.compare(0, word.size(), word) != 0 || word.size() > 1) continue;
    if (!meant.empty()) return {};
    meant = choice;
  }
  return meant;
}

Result<std::string> TtyPrompter::ask(const Question& question, const std::stop_token& stop) {
  HELPER_TRY_ASSIGN(const PipeEnds stopped, make_pipe());
  const std::stop_callback wake(stop, [&] { [[maybe_unused]] const bool told = write_all(stopped.write.get(), "s"); });
  const int fd = terminal_.get();
  for (int i = 0; i < k_tries; ++i) {
    if (question.kind == Question::Kind::secret) {
      const EchoOff hidden(fd);
      if (!EchoOff::is_on())
        return ended(ErrorCode::not_ready, question, "the terminal does not let its echo be switched off");
      if (!write_all(fd, shown(question, utf8_)))
        return ended(ErrorCode::not_ready, question, "the terminal was closed");
      auto answer = read_line(fd, stopped.read.get(), question);
      write_all(fd, "\n");
      return answer;
    }
    if (!write_all(fd, shown(question, utf8_))) return ended(ErrorCode::not_ready, question, "the terminal was closed");
    HELPER_TRY_ASSIGN(std::string line, read_line(fd, stopped.read.get(), question));
    if (question.kind == Question::Kind::text) return line;
    if (std::string answer = read_confirmation(line, question.choices); !answer.empty()) return answer;
  }
  return ended(ErrorCode::usage, question, "the answer was none of the choices");
}

Fd open_terminal() {
  Fd terminal(::open("/dev/tty", O_RDWR | O_CLOEXEC | O_NOCTTY));
  if (terminal && ::tcgetpgrp(terminal.get()) != ::getpgrp()) terminal.reset();
  return terminal;
}

}  // namespace helper::cli
