// The real helper in a real (pseudo) terminal, as a person uses it.
#include "base/fd.hpp"
#include "integration/cli/helper_home.hpp"

#include <gtest/gtest.h>

#include <poll.h>
#include <pty.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

namespace helper::cli {
namespace {

using test::HelperHome;

constexpr Milliseconds k_generous{20'000};

class InTerminal {
 public:
  InTerminal(const HelperHome& home, std::vector<std::string> words) {
    words.insert(words.begin(), std::string(HELPER_BIN_DIR) + "/helper");
    std::vector<char*> argv;
    for (std::string& word : words) argv.push_back(word.data());
    argv.push_back(nullptr);
    std::vector<std::string> variables{"TERM=xterm", "PATH=/usr/bin:/bin"};
    for (const auto& [name, value] : home.environment()) variables.push_back(name + "=" + value);
    std::vector<char*> envp;
    for (std::string& variable : variables) envp.push_back(variable.data());
    envp.push_back(nullptr);
    const std::string folder = home.work().string();
    int terminal = -1;
    child_ = ::forkpty(&terminal, nullptr, nullptr, nullptr);
    if (child_ == 0) {
      if (::chdir(folder.c_str()) == 0) ::execve(argv[0], argv.data(), envp.data());
      ::_exit(99);
    }
    terminal_.reset(terminal);
  }
  ~InTerminal() {
    if (child_ > 0) {
      ::kill(child_, SIGKILL);
      ::waitpid(child_, nullptr, 0);
    }
  }
  InTerminal(const InTerminal&) = delete;
  InTerminal& operator=(const InTerminal&) = delete;

  // What the screen has shown so far, once `text` is on it (or the time is over).
  const std::string& wait_for(const std::string& text) {
    if (lost_) return screen_;  // said once: what follows a text that never came is never there either
    const SystemClock clock;
    const SteadyTime start = clock.now();
    while (screen_.find(text, seen_) == std::string::npos && since(clock, start) < k_generous) {
      if (!read_some()) break;
    }
    const auto found = screen_.find(text, seen_);
    EXPECT_NE(found, std::string::npos) << "\"" << text << "\" is not on the screen:\n" << screen_;
    lost_ = found == std::string::npos;
    if (lost_) {
      ::kill(child_, SIGKILL);
    } else {
      seen_ = found + text.size();
    }
    return screen_;
  }

  void type(const std::string& text) const {
    ASSERT_EQ(::write(terminal_.get(), text.data(), text.size()), static_cast<ssize_t>(text.size()));
  }

  int exit_status() {
    while (read_some()) continue;
    int status = 0;
    ::waitpid(child_, &status, 0);
    child_ = -1;
    return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
  }

 private:
  bool read_some() {
    pollfd event{terminal_.get(), POLLIN, 0};
    if (::poll(&event, 1, static_cast<int>(k_generous.count())) <= 0) return false;
    char buffer[1024];
    const ssize_t n = ::read(terminal_.get(), buffer, sizeof buffer);
    if (n > 0) screen_.append(buffer, static_cast<std::size_t>(n));
    return n > 0;
  }

  pid_t child_ = -1;
  Fd terminal_;
  std::string screen_;
  std::size_t seen_ = 0;
  bool lost_ = false;
};

TEST(Terminal, InitAsksAndWritesTheFile) {
  const HelperHome home;
  InTerminal helper(home, {"init"});
  for (const auto& [question, answer] :
       std::vector<std::pair<std::string, std::string>>{{"Server", "gpu1"},
                                                        {"Image", "centernet:1.2"},
                                                        {"Container name [work]", "centernet"},
                                                        {"Project folder", ""},
                                                        {"Folder of gpu1", ""},
                                                        {"GPUs (", "device=0"},
                                                        {"Shared memory", ""},
                                                        {"SSH [2222]", "2300"},
                                                        {"Jupyter", ""}}) {
    helper.wait_for(question);
    helper.wait_for(": ");
    helper.type(answer + "\n");
  }
  helper.wait_for("helper ensure");
  EXPECT_EQ(helper.exit_status(), 0);
  EXPECT_TRUE(std::filesystem::exists(home.work() / "helper.json"));
}

TEST(Terminal, CtrlCAtAQuestionEndsWith130AndWritesNothing) {
  const HelperHome home;
  InTerminal helper(home, {"init"});
  helper.wait_for("Server");
  helper.type("\x03");
  EXPECT_EQ(helper.exit_status(), 130);
  EXPECT_FALSE(std::filesystem::exists(home.work() / "helper.json"));
}

TEST(Terminal, ErrorsAreColoured) {
  const HelperHome home;
  InTerminal helper(home, {"ensrue"});
  helper.wait_for("\x1b[31merror:\x1b[0m");
  EXPECT_EQ(helper.exit_status(), 2);
}

TEST(Terminal, NoColorMeansNoEscapeCodes) {
  const HelperHome home;
  InTerminal helper(home, {"status", "--no-color"});
  EXPECT_EQ(helper.wait_for("fix:").find('\x1b'), std::string::npos);
  EXPECT_EQ(helper.exit_status(), 3);
}

}  // namespace
}  // namespace helper::cli
