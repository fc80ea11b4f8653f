#include "ssh/control.hpp"

#include "support/scripted_prompter.hpp"
#include "support/sshd.hpp"
#include "support/temp_folder.hpp"

#include <gtest/gtest.h>

#include <atomic>
#include <csignal>
#include <fstream>
#include <sstream>
#include <thread>
#include <vector>

namespace helper::ssh {
namespace {

using test::Sshd;

std::size_t count(const std::string& text, const std::string& what) {
  std::size_t found = 0;
  for (auto at = text.find(what); at != std::string::npos; at = text.find(what, at + 1)) ++found;
  return found;
}

bool eventually(const std::function<bool()>& holds) {
  for (int i = 0; i < 1000 && !holds(); ++i) std::this_thread::sleep_for(Milliseconds(10));
  return holds();
}

class Server {
 public:
  explicit Server(const std::string& more = {}) : sshd_({.more = more}) {}
  [[nodiscard]] Result<CommandOutput> run(const Command& command, const std::stop_token& stop = {},
                                          const OutputSink& sink = {}) {
    return SshRunner(control_, {}).run(command, stop, sink);
  }
  [[nodiscard]] std::string file(const std::string& name) const { return sshd_.file(name); }
  [[nodiscard]] std::size_t sessions() const { return count(sshd_.log(), "Accepted publickey"); }
  // The server's processes for the connections that are open.
  [[nodiscard]] std::vector<pid_t> processes() const {
    const auto listener = std::to_string(sshd_.pid());
    std::istringstream words(test::read_file("/proc/" + listener + "/task/" + listener + "/children"));
    std::vector<pid_t> all;
    for (pid_t pid = 0; words >> pid;) all.push_back(pid);
    return all;
  }
  [[nodiscard]] std::size_t open_sessions() const { return processes().size(); }
  void cut() {
    for (const pid_t pid : processes()) ::kill(pid, SIGKILL);
  }
  Sshd& sshd() { return sshd_; }
  std::shared_ptr<Control>& control() { return control_; }

 private:
  Sshd sshd_;
  test::OwnSshConfig config_{sshd_.host_block("gpu1")};
  std::shared_ptr<Control> control_ = std::make_shared<Control>("gpu1");
};

// Runs `work(i)` on `many` threads at once, to the end of all.
template <class Work>
void side_by_side(int many, Work work) {
  std::vector<std::jthread> threads;
  for (int i = 0; i < many; ++i) threads.emplace_back([=] { work(i); });
}

TEST(Control, TwentyCallersShareOneSessionAndEachGetsItsOwnAnswers) {
  Server server;
  side_by_side(20, [&](int i) {
    for (int round = 0; round < 10; ++round) {
      const std::string text = std::to_string(i) + " " + std::to_string(round);
      const auto output = server.run({"cat; echo err " + text + " >&2; exit " + std::to_string(i), text});
      ASSERT_TRUE(output) << to_text(output.error());
      EXPECT_EQ(output->out, text);
      EXPECT_EQ(output->err, "err " + text + "\n");
      EXPECT_EQ(output->exit_status, i);
    }
  });
  EXPECT_EQ(server.sessions(), 1U);
}

TEST(Control, MegabytesGoThroughSideBySide) {
  Server server;
  const test::TempFolder folder;
  const auto file = folder.path() / "file";
  std::ofstream(file) << std::string(5'000'000, 'f');
  side_by_side(8, [&](int i) {
    Command command;
    command.timeout = Milliseconds(60'000);
    const std::string text(2'000'000, 'x');
    if (i % 2 == 0) {
      command.script = "cat";
      command.stdin_text = text;
    } else {
      command.script = "wc -c";
      command.stdin_file = file;
    }
    const auto output = server.run(command);
    ASSERT_TRUE(output) << to_text(output.error());
    EXPECT_TRUE(output->out == (i % 2 == 0 ? text : "5000000\n"));
  });
  EXPECT_EQ(server.sessions(), 1U);
}

TEST(Control, ASilentCommandAndASinkThatDoesNotReturnHoldNobodyUp) {
  Server server;
  ASSERT_TRUE(server.run({"true"}));
  std::stop_source stop;
  std::jthread silent([&] { static_cast<void>(server.run({"sleep 60", {}, Milliseconds(60'000)}, stop.get_token())); });
  std::atomic<bool> go_on = false;
  std::atomic<bool> stuck = false;
  std::jthread slow([&] {
    const auto output = server.run({"yes | head -c 4000000", {}, Milliseconds(60'000)}, {}, [&](std::string_view) {
      stuck = true;
      go_on.wait(false);
    });
    ASSERT_TRUE(output) << to_text(output.error());
    EXPECT_EQ(output->out.size(), 4'000'000U);
  });
  ASSERT_TRUE(eventually([&] { return stuck.load(); }));
  const auto start = std::chrono::steady_clock::now();
  for (int i = 0; i < 20; ++i) {
    const auto output = server.run({"head -c 100000 /dev/zero"});
    ASSERT_TRUE(output) << to_text(output.error());
    EXPECT_EQ(output->out.size(), 100'000U);
  }
  EXPECT_LT(std::chrono::steady_clock::now() - start, std::chrono::seconds(4));
  go_on = true;
  go_on.notify_all();
  stop.request_stop();
}

TEST(Control, WhoeverFindsNoPlaceWaitsForOneWithinItsLimitAndHeedsItsStop) {
  Server server;
  std::stop_source all;
  std::atomic<int> begun = 0;
  std::vector<std::jthread> holders;
  for (std::size_t i = 0; i < Slots::k_most; ++i) {
    holders.emplace_back([&] {
      static_cast<void>(server.run({"echo begun; sleep 60", {}, Milliseconds(60'000)}, all.get_token(),
                                   [&](std::string_view) { ++begun; }));
    });
  }
  ASSERT_TRUE(eventually([&] { return begun == static_cast<int>(Slots::k_most); }));
  const auto late = server.run({"true", {}, Milliseconds(300)});
  ASSERT_FALSE(late);
  EXPECT_EQ(late.error().code, ErrorCode::timed_out);
  std::stop_source mine;
  std::jthread stopper([&] {
    std::this_thread::sleep_for(Milliseconds(100));
    mine.request_stop();
  });
  const auto stopped = server.run({"true", {}, Milliseconds(60'000)}, mine.get_token());
  ASSERT_FALSE(stopped);
  EXPECT_EQ(stopped.error().code, ErrorCode::cancelled);
  std::jthread ender([&] {
    std::this_thread::sleep_for(Milliseconds(100));
    all.request_stop();
  });
  const auto served = server.run({"echo served"});
  ASSERT_TRUE(served) << to_text(served.error());
  EXPECT_EQ(served->out, "served\n");
  EXPECT_EQ(server.sessions(), 1U);
}

TEST(Control, WhileLongCommandsFillTheSessionOthersGetOneBesideIt) {
  Server server;
  std::stop_source stop;
  std::atomic<int> begun = 0;
  std::vector<std::jthread> holders;
  const auto hold = [&] {
    static_cast<void>(server.run({"echo begun; sleep 60", {}, Milliseconds(60'000)}, stop.get_token(),
                                 [&](std::string_view) { ++begun; }));
  };
  for (std::size_t i = 0; i < Slots::k_most; ++i) holders.emplace_back(hold);
  ASSERT_TRUE(eventually([&] { return begun == static_cast<int>(Slots::k_most); }));
  holders.emplace_back(hold);
  ASSERT_TRUE(eventually([&] { return begun == static_cast<int>(Slots::k_most) + 1; }));
  const auto start = std::chrono::steady_clock::now();
  EXPECT_TRUE(server.run({"true"}));
  EXPECT_LT(std::chrono::steady_clock::now() - start, std::chrono::seconds(1));
  EXPECT_EQ(server.sessions(), 2U);
  stop.request_stop();
  holders.clear();
  EXPECT_TRUE(eventually([&] { return server.open_sessions() == 1; })) << "the one beside the first has gone";
  EXPECT_TRUE(server.run({"true"}));
  EXPECT_EQ(server.sessions(), 2U);
}

class FewSessions : public testing::TestWithParam<int> {};

TEST_P(FewSessions, AreMadeDoWith) {
  Server server("MaxSessions " + std::to_string(GetParam()) + "\n");
  const test::TempFolder folder;
  const auto file = folder.path() / "file";
  std::ofstream(file) << "12345";
  side_by_side(8, [&](int i) {
    for (int round = 0; round < 3; ++round) {
      Command command{"wc -c"};
      if (i % 3 == 0) command.stdin_file = file;
      const auto output = server.run(command);
      ASSERT_TRUE(output) << to_text(output.error());
      EXPECT_EQ(output->out, i % 3 == 0 ? "5\n" : "0\n");
    }
  });
  EXPECT_EQ(server.sessions(), 1U);
}

INSTANTIATE_TEST_SUITE_P(Control, FewSessions, testing::Values(1, 2, 3, 9));

TEST(Control, SaysThatAServerRunsNoCommandsAtAll) {
  Server server("MaxSessions 0\n");
  const auto output = server.run({"true"});
  ASSERT_FALSE(output);
  EXPECT_EQ(output.error().code, ErrorCode::server_command);
}

TEST(Control, ALostConnectionIsToldToEveryCallerAndOneIsDialledForAll) {
  Server server;
  std::atomic<int> begun = 0;
  std::atomic<int> told = 0;
  std::jthread cutter([&] {
    EXPECT_TRUE(eventually([&] { return begun == 6; }));
    server.cut();
  });
  side_by_side(6, [&](int) {
    const auto output =
        server.run({"echo begun; sleep 60", {}, Milliseconds(60'000)}, {}, [&](std::string_view) { ++begun; });
    ASSERT_FALSE(output);
    EXPECT_EQ(output.error().code, ErrorCode::server_unreachable);
    EXPECT_NE(output.error().cause.find("lost while a command ran"), std::string::npos) << output.error().cause;
    ++told;
    const auto next = server.run({"echo back"});
    ASSERT_TRUE(next) << to_text(next.error());
    EXPECT_EQ(next->out, "back\n");
  });
  EXPECT_EQ(told, 6);
  EXPECT_EQ(server.sessions(), 2U);
}

TEST(Control, AConnectionThatEndedWhileIdleIsDialledOnceForAllWhoComeThen) {
  Server server;
  side_by_side(8, [&](int) { ASSERT_TRUE(server.run({"sleep 0.2"})); });
  server.cut();
  std::this_thread::sleep_for(Milliseconds(100));
  side_by_side(8, [&](int) {
    const auto output = server.run({"echo back"});
    ASSERT_TRUE(output) << to_text(output.error());
  });
  EXPECT_EQ(server.sessions(), 2U);
}

TEST(Control, CancellingManyEndsTheProcessesOfEach) {
  Server server;
  std::stop_source stop;
  std::atomic<int> begun = 0;
  std::jthread stopper([&] {
    EXPECT_TRUE(eventually([&] { return begun == 8; }));
    stop.request_stop();
  });
  side_by_side(8, [&](int i) {
    const auto pid_file = server.file("pid" + std::to_string(i));
    const auto output =
        server.run({"sleep 300 & echo $! > " + pid_file + "; echo begun; wait", {}, Milliseconds(60'000)},
                   stop.get_token(), [&](std::string_view) { ++begun; });
    ASSERT_FALSE(output);
    EXPECT_EQ(output.error().code, ErrorCode::cancelled);
  });
  for (int i = 0; i < 8; ++i) {
    const pid_t sleeper = std::stoi(test::read_file(server.file("pid" + std::to_string(i))));
    EXPECT_TRUE(eventually([&] { return ::kill(sleeper, 0) != 0; })) << i;
  }
  const auto next = server.run({"echo next"});
  ASSERT_TRUE(next) << to_text(next.error());
  EXPECT_EQ(server.sessions(), 1U);
}

TEST(Control, AServerThatIsAwayIsToldToAllWhoWaitedForTheDialling) {
  Server server;
  server.sshd().stop_listening();
  std::atomic<int> told = 0;
  side_by_side(8, [&](int) {
    const auto output = server.run({"true"});
    ASSERT_FALSE(output);
    EXPECT_EQ(output.error().code, ErrorCode::server_unreachable);
    ++told;
  });
  EXPECT_EQ(told, 8);
  server.sshd().start();
  EXPECT_TRUE(server.run({"true"}));
}

// A server whose only key for us has a passphrase.
class LockedServer {
 public:
  LockedServer() { test::must_run({"ssh-keygen", "-q", "-p", "-P", "", "-N", "open sesame", "-f", sshd_.user_key()}); }
  [[nodiscard]] Result<CommandOutput> run(const std::shared_ptr<Prompter>& prompter) {
    ConnectOptions options;
    options.prompter = prompter;
    options.secrets = secrets_;
    return SshRunner(control_, options).run({"echo in"}, {});
  }

 private:
  Sshd sshd_;
  test::OwnSshConfig config_{sshd_.host_block("gpu1")};
  std::shared_ptr<SecretCache> secrets_ = std::make_shared<SecretCache>();
  std::shared_ptr<Control> control_ = std::make_shared<Control>("gpu1");
};

TEST(Control, APassphraseIsAskedForOnceForAll) {
  LockedServer server;
  const auto person = std::make_shared<test::ScriptedPrompter>(std::initializer_list<std::string>{"open sesame"});
  side_by_side(8, [&](int) {
    const auto output = server.run(person);
    ASSERT_TRUE(output) << to_text(output.error());
  });
  EXPECT_EQ(person->asked().size(), 1U);
}

// Somebody who cannot be asked, which takes a while to tell.
class Hesitating final : public Prompter {
 public:
  [[nodiscard]] bool can_ask() const override { return false; }
  [[nodiscard]] Result<std::string> ask(const Question& question, const std::stop_token&) override {
    began = true;
    go_on.wait(false);
    return fail(ErrorCode::not_ready, question.prompt, "there is nobody to answer");
  }
  std::atomic<bool> began = false;
  std::atomic<bool> go_on = false;
};

TEST(Control, WhoeverCanBeAskedIsAskedAfterADiallingWhereNobodyCould) {
  LockedServer server;
  const auto nobody = std::make_shared<Hesitating>();
  const auto person = std::make_shared<test::ScriptedPrompter>(std::initializer_list<std::string>{"open sesame"});
  std::jthread first([&] {
    const auto output = server.run(nobody);
    ASSERT_FALSE(output);
    EXPECT_EQ(output.error().code, ErrorCode::server_auth);
  });
  ASSERT_TRUE(eventually([&] { return nobody->began.load(); }));
  std::jthread second([&] {
    const auto output = server.run(person);
    ASSERT_TRUE(output) << to_text(output.error());
  });
  std::this_thread::sleep_for(Milliseconds(100));
  nobody->go_on = true;
  nobody->go_on.notify_all();
}

TEST(Control, WhoseDiallingIsCancelledTakesNobodyAlong) {
  // Accepts, and says nothing.
  const Fd deaf(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  socklen_t length = sizeof address;
  ASSERT_EQ(::bind(deaf.get(), reinterpret_cast<sockaddr*>(&address), length), 0);
  ASSERT_EQ(::listen(deaf.get(), 8), 0);
  ASSERT_EQ(::getsockname(deaf.get(), reinterpret_cast<sockaddr*>(&address), &length), 0);
  const test::OwnSshConfig config("Host gpu1\n  HostName 127.0.0.1\n  Port " + std::to_string(ntohs(address.sin_port)) +
                                  "\n");
  const auto control = std::make_shared<Control>("gpu1");
  ConnectOptions options;
  options.connect_timeout = Milliseconds(1'500);
  std::stop_source stop;
  std::jthread first([&] {
    const auto output = SshRunner(control, options).run({"true"}, stop.get_token());
    ASSERT_FALSE(output);
    EXPECT_EQ(output.error().code, ErrorCode::cancelled);
  });
  std::this_thread::sleep_for(Milliseconds(300));
  std::jthread second([&] {
    const auto output = SshRunner(control, options).run({"true"}, {});
    ASSERT_FALSE(output);
    EXPECT_EQ(output.error().code, ErrorCode::server_unreachable);
  });
  std::this_thread::sleep_for(Milliseconds(300));
  stop.request_stop();
}

}  // namespace
}  // namespace helper::ssh
