#include "ssh/command_errors.hpp"
#include "ssh/shell_channel.hpp"

#include <gtest/gtest.h>

namespace helper::ssh {
namespace {

TEST(ShellText, RunsTheScriptInASubshellBetweenItsMarkers) {
  EXPECT_EQ(shell_text({"echo 'hi'", {}}, "B", "E"),
            "[ -z \"$ZSH_VERSION\" ] || emulate sh; printf '%s %d\\n' B $$; printf '%s\\n' B >&2; ( eval 'echo "
            "'\\''hi'\\''' ) </dev/null; printf '%s %d\\n' "
            "E $?; printf '%s\\n' E >&2\n");
}

TEST(ShellText, FeedsStandardInputThroughAPipe) {
  EXPECT_NE(shell_text({"cat", "a'b"}, "B", "E").find("; printf %s 'a'\\''b' | ( eval cat ); printf"),
            std::string::npos);
}

TEST(ShellText, AnEmptyScriptDoesNothing) {
  EXPECT_NE(shell_text({"", {}}, "B", "E").find("( eval : ) </dev/null"), std::string::npos);
}

TEST(StatusOfSignal, IsWhatAShellWouldSay) {
  EXPECT_EQ(status_of_signal("KILL"), 137);
  EXPECT_EQ(status_of_signal("TERM"), 143);
  EXPECT_EQ(status_of_signal("SEGV"), 139);
  EXPECT_EQ(status_of_signal("no such"), 255);
}

TEST(TookTooLong, SaysWhetherTheShellRanTheCommandAtAll) {
  const Error slow = took_too_long("alice@gpu1", Milliseconds(40'000), true);
  EXPECT_EQ(slow.cause, "a command there did not end within 40 s");
  const Error swallowed = took_too_long("alice@gpu1", Milliseconds(40'000), false);
  EXPECT_EQ(swallowed.code, ErrorCode::timed_out);
  EXPECT_NE(swallowed.cause.find("(~/.bashrc)"), std::string::npos);
  EXPECT_TRUE(swallowed.fix.starts_with("check that this prints hello: ssh alice@gpu1 'exec sh -c ")) << swallowed.fix;
}

}  // namespace
}  // namespace helper::ssh
