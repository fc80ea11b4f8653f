// The prompt, on a real pseudo terminal: the test holds the keyboard's end.
#include "cli/tty.hpp"

#include <gtest/gtest.h>

#include <fcntl.h>
#include <future>
#include <poll.h>
#include <stdexcept>
#include <stdlib.h>
#include <string>
#include <termios.h>
#include <thread>
#include <unistd.h>

namespace helper::cli {
namespace {

constexpr Milliseconds k_generous{10'000};

class Keyboard {
 public:
  Keyboard() : master_(::posix_openpt(O_RDWR | O_NOCTTY | O_CLOEXEC)) {
    char name[128];
    if (!master_ || ::grantpt(master_.get()) != 0 || ::unlockpt(master_.get()) != 0 ||
        ::ptsname_r(master_.get(), name, sizeof name) != 0) {
      throw std::runtime_error("no pseudo terminal can be made");
    }
    name_ = name;
    kept_open_ = open_terminal_end();
  }

  [[nodiscard]] Fd open_terminal_end() const { return Fd(::open(name_.c_str(), O_RDWR | O_NOCTTY | O_CLOEXEC)); }

  void type(std::string_view text) const {
    ASSERT_EQ(::write(master_.get(), text.data(), text.size()), static_cast<ssize_t>(text.size()));
  }
  void unplug() { master_.reset(); }

  // What the screen shows, up to and with `end`.
  std::string wait_for(std::string_view end) {
    const SystemClock clock;
    const SteadyTime start = clock.now();
    while (screen_.find(end) == std::string::npos && since(clock, start) < k_generous) {
      pollfd event{master_.get(), POLLIN, 0};
      if (::poll(&event, 1, 100) <= 0) continue;
      char buffer[512];
      const ssize_t n = ::read(master_.get(), buffer, sizeof buffer);
      if (n <= 0) break;
      screen_.append(buffer, static_cast<std::size_t>(n));
    }
    return screen_;
  }

  [[nodiscard]] bool echoes() const {
    termios mode{};
    EXPECT_EQ(::tcgetattr(kept_open_.get(), &mode), 0);
    return (mode.c_lflag & ECHO) != 0;
  }

 private:
  Fd master_;
  Fd kept_open_;  // the mode of a terminal that nobody has open is lost
  std::string name_;
  std::string screen_;
};

std::future<Result<std::string>> ask(const Keyboard& keyboard, Question question, std::stop_token stop = {}) {
  return std::async(std::launch::async,
                    [terminal = keyboard.open_terminal_end(), question = std::move(question), stop]() mutable {
                      TtyPrompter prompter(std::move(terminal), true);
                      return prompter.ask(question, stop);
                    });
}

TEST(TtyPrompter, AsksForASecretWithoutEchoAndPutsTheEchoBack) {
  Keyboard keyboard;
  auto answer = ask(keyboard, {Question::Kind::secret, "Passphrase for id_ed25519", {}});
  EXPECT_NE(keyboard.wait_for("id_ed25519: ").find("Passphrase for id_ed25519: "), std::string::npos);
  EXPECT_FALSE(keyboard.echoes());
  keyboard.type("s3cret words\n");
  ASSERT_EQ(answer.get().value_or("no answer"), "s3cret words");
  EXPECT_TRUE(keyboard.echoes());
  EXPECT_EQ(keyboard.wait_for("\r\n").find("s3cret"), std::string::npos) << "the secret must not be seen";
}

TEST(TtyPrompter, PutsTheEchoBackWhenTheRequestIsStopped) {
  Keyboard keyboard;
  std::stop_source stop;
  auto answer = ask(keyboard, {Question::Kind::secret, "Password", {}}, stop.get_token());
  (void)keyboard.wait_for("Password: ");
  keyboard.type("half of a sec");
  EXPECT_FALSE(keyboard.echoes());
  stop.request_stop();
  const auto result = answer.get();
  ASSERT_FALSE(result);
  EXPECT_EQ(result.error().code, ErrorCode::cancelled);
  EXPECT_TRUE(keyboard.echoes());
}

TEST(TtyPrompter, PutsTheEchoBackForAWayOutWithoutDestructors) {
  Keyboard keyboard;
  std::stop_source stop;
  auto answer = ask(keyboard, {Question::Kind::secret, "Password", {}}, stop.get_token());
  (void)keyboard.wait_for("Password: ");
  EXPECT_FALSE(keyboard.echoes());
  restore_echo();
  EXPECT_TRUE(keyboard.echoes());
  stop.request_stop();
  EXPECT_FALSE(answer.get());
}

TEST(TtyPrompter, ShowsTheDetailsAboveTheQuestionAndMakesThemSafe) {
  Keyboard keyboard;
  auto answer = ask(
      keyboard, {Question::Kind::confirm, "Trust gpu1", {"ED25519 key SHA256:abc\x1b[2J", "seen for the first time"}});
  EXPECT_EQ(keyboard.wait_for("[yes/no] "),
            "ED25519 key SHA256:abc\\x1b[2J\r\nseen for the first time\r\nTrust gpu1 [yes/no] ");
  keyboard.type("YES\n");
  EXPECT_EQ(answer.get().value_or("no answer"), "yes");
}

TEST(TtyPrompter, AsksAgainUntilTheAnswerIsYesOrNo) {
  Keyboard keyboard;
  auto answer = ask(keyboard, {Question::Kind::confirm, "Trust gpu1", {}});
  (void)keyboard.wait_for("[yes/no] ");
  keyboard.type("maybe\n");
  (void)keyboard.wait_for("maybe\r\nTrust gpu1 [yes/no] ");
  keyboard.type("n\n");
  EXPECT_EQ(answer.get().value_or("no answer"), "no");
}

TEST(TtyPrompter, GivesUpAfterThreeAnswersThatAreNeither) {
  Keyboard keyboard;
  auto answer = ask(keyboard, {Question::Kind::confirm, "Trust gpu1", {}});
  keyboard.type("a\nb\nc\n");
  const auto result = answer.get();
  ASSERT_FALSE(result);
  EXPECT_EQ(result.error().code, ErrorCode::usage);
}

TEST(TtyPrompter, TakesCtrlDAsNoAnswer) {
  Keyboard keyboard;
  auto answer = ask(keyboard, {Question::Kind::text, "Server", {}});
  (void)keyboard.wait_for("Server: ");
  keyboard.type("\x04");
  const auto result = answer.get();
  ASSERT_FALSE(result);
  EXPECT_EQ(result.error().code, ErrorCode::cancelled);
}

TEST(TtyPrompter, TakesAnEmptyLineAsAnEmptyAnswer) {
  Keyboard keyboard;
  auto answer = ask(keyboard, {Question::Kind::text, "Server", {}});
  (void)keyboard.wait_for("Server: ");
  keyboard.type("\n");
  EXPECT_EQ(answer.get().value_or("no answer"), "");
}

TEST(TtyPrompter, SaysSoWhenTheTerminalGoesAway) {
  Keyboard keyboard;
  auto answer = ask(keyboard, {Question::Kind::text, "Server", {}});
  (void)keyboard.wait_for("Server: ");
  keyboard.unplug();
  EXPECT_FALSE(answer.get());
}

TEST(TtyPrompter, RefusesASecretWhereNoEchoCanBeSwitchedOff) {
  TtyPrompter prompter(Fd(::open("/dev/null", O_RDWR | O_CLOEXEC)), true);
  const auto result = prompter.ask({Question::Kind::secret, "Password", {}}, {});
  ASSERT_FALSE(result);
  EXPECT_EQ(result.error().code, ErrorCode::not_ready);
}

TEST(ReadConfirmation, KnowsYesAndNoOnly) {
  for (const char* yes : {"y", "yes", "Yes ", "Y\r"}) EXPECT_EQ(read_confirmation(yes), "yes") << yes;
  for (const char* no : {"n", "NO"}) EXPECT_EQ(read_confirmation(no), "no") << no;
  for (const char* other : {"", "yess", "ja", " "}) EXPECT_EQ(read_confirmation(other), "") << other;
}

}  // namespace
}  // namespace helper::cli
