// The limits of a look, in real shells: what they end, what they pass on, and that nobody is left behind.
#include "base/process/process.hpp"
#include "base/sections.hpp"
#include "support/shells.hpp"

#include <gtest/gtest.h>

#include <cerrno>
#include <chrono>
#include <sys/prctl.h>
#include <sys/wait.h>

namespace helper::inside {
namespace {

class Limits : public testing::TestWithParam<std::vector<std::string>> {
 protected:
  // A process that the script leaves behind becomes a child of this process, as it would of a container's process 1.
  void SetUp() override { ASSERT_EQ(::prctl(PR_SET_CHILD_SUBREAPER, 1), 0); }
  void TearDown() override {
    EXPECT_EQ(::waitpid(-1, nullptr, WNOHANG), -1) << "somebody was left behind";
    EXPECT_EQ(errno, ECHILD);
    ::prctl(PR_SET_CHILD_SUBREAPER, 0);
  }

  static std::string run(const std::string& script) {
    auto argv = GetParam();
    argv.insert(argv.end(), {"-c", script_begin({}) + script});
    const auto output = run_process({argv, {}, {}, Milliseconds(30'000)}, {});
    EXPECT_TRUE(output);
    return output ? output->out : std::string();
  }
};

TEST_P(Limits, PassInputOutputAndStatusOn) {
  EXPECT_EQ(run("echo in | limited_to 5 sed s/in/out/; limited_to 5 sh -c 'exit 3'; echo $?\n"
                "for i in 1 2 3 4 5 6 7 8 9 10; do limited_to 5 true & done; wait\n"
                "answer=$(gently_limited_to 5 echo said); echo \"$answer $?\"\n"),
            "out\n3\nsaid 0\n");
}

TEST_P(Limits, TellWhatTheKernelKillsFromWhatTookTooLong) {
  EXPECT_EQ(run("limited_to 5 sh -c 'kill -KILL $$' 2>/dev/null; echo $?; gently_limited_to 5 sh -c 'kill -HUP $$' "
                "2>/dev/null; echo $?\n"),
            "137\n129\n");
}

// One that missed the end of its command would sleep on, longer than the script may take.
TEST_P(Limits, AreOverWhenTheCommandIs) {
  if (GetParam().front() == "mksh")
    GTEST_SKIP() << "a known fault: on a busy machine mksh can miss the end of a command";
  EXPECT_EQ(run("n=0; while [ $n -lt 300 ]; do limited_to 60 true; gently_limited_to 60 true; n=$((n + 1)); done; echo "
                "all\n"),
            "all\n");
}

TEST_P(Limits, EndWhatTakesTooLong) {
  EXPECT_EQ(run("limited_to 1 sleep 60; echo $?; gently_limited_to 1 sleep 60; echo $?\n"), "124\n124\n");
  EXPECT_EQ(run("gently_limited_to 1 sh -c 'trap \"\" HUP; while :; do :; done'; echo $?\n"), "124\n");
}

TEST_P(Limits, EndWhatHasBeenStartedByItToo) {
  const auto begin = std::chrono::steady_clock::now();
  EXPECT_EQ(run("answer=$(limited_to 1 sh -c 'sleep 60 & wait'; echo $?); echo \"$answer\"\n"), "124\n");
  EXPECT_LT(std::chrono::steady_clock::now() - begin, std::chrono::seconds(20));
  while (::waitpid(-1, nullptr, 0) > 0) {  // the sleep, which only process 1 can reap
  }
}

TEST_P(Limits, EndNothingWhereThereIsNoSleep) {
  EXPECT_EQ(run("sleep() { return 127; }\nlimited_to 1 sh -c 'read -r line; echo \"$line\"' <<E\nheard\nE\n"),
            "heard\n");
}

INSTANTIATE_TEST_SUITE_P(Here, Limits, testing::ValuesIn(test::shells()),
                         [](const auto& each) { return each.param.front(); });

}  // namespace
}  // namespace helper::inside
