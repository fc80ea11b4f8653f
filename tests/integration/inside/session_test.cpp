// The look for what a login meets, run by real shells over real start files.
#include "base/process/process.hpp"
#include "base/shell.hpp"
#include "inside/look_session.hpp"
#include "support/shells.hpp"
#include "support/temp_folder.hpp"

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>

namespace helper::inside {
namespace {

namespace fs = std::filesystem;

class LoginLook : public testing::Test {
 protected:
  void write(const std::string& name, const std::string& text) {
    fs::create_directories((home_.path() / name).parent_path());
    std::ofstream(home_.path() / name) << text;
  }

  // What is found for a user with that login shell and this home, when `posix` runs the script.
  plan::SessionTry look(const std::vector<std::string>& posix, const std::string& login_shell) {
    const std::string entry = "app:x:1001:1001::" + home_.path().string() + ":" + login_shell;
    auto argv = posix;
    argv.insert(argv.end(), {"-c", "getent() { printf '%s\\n' " + shell::quote(entry) + "; }\n" +
                                       session_script("app", {"/dev/helper/run"}, "NONCE")});
    const auto output = run_process({argv, {}, {}, Milliseconds(60'000)}, {});
    plan::SessionTry tried;
    if (output) read_session(output->out, "NONCE", tried);
    return tried;
  }

  test::TempFolder home_;
};

struct Case {
  const char* shell;
  const char* file;
  const char* noisy;
  const char* quiet;
};

TEST_F(LoginLook, NamesTheStartFileThatPrintsForEachKindOfShell) {
  int tried = 0;
  for (const Case& each :
       {Case{"bash", ".bashrc", "echo Welcome to $((40 + 2))\n", "case $- in *i*) echo hi ;; esac\n"},
        Case{"zsh", ".zshenv", "echo Welcome to $((40 + 2))\n", "[[ -o interactive ]] && echo hi\n"},
        Case{"tcsh", ".cshrc", "@ n = 40 + 2\necho Welcome to $n\n", "if ( $?prompt ) echo hi\n"},
        Case{"csh", ".cshrc", "@ n = 40 + 2\necho Welcome to $n\n", "if ( $?prompt ) echo hi\n"},
        Case{"fish", ".config/fish/config.fish", "echo Welcome to (math 40 + 2)\n",
             "status is-interactive; and echo hi\n"}}) {
    const auto program = find_program(each.shell);
    if (!program) continue;
    for (const auto& posix : test::shells()) {
      write(each.file, each.noisy);
      const auto noisy = look(posix, *program);
      EXPECT_EQ(noisy.shell, *program) << posix.front();
      EXPECT_EQ(noisy.noisy_file, (home_.path() / each.file).string()) << each.shell << " by " << posix.front();
      EXPECT_EQ(noisy.noisy_line, "Welcome to 42") << each.shell << " by " << posix.front();
      write(each.file, each.quiet);
      EXPECT_EQ(look(posix, *program).noisy_file, "") << each.shell << " by " << posix.front();
      ++tried;
    }
    fs::remove(home_.path() / each.file);
  }
  EXPECT_GT(tried, 0);
}

TEST_F(LoginLook, NamesWhatSshdRunsForEachSession) {
  write(".ssh/rc", "echo from rc\n");
  for (const auto& posix : test::shells()) {
    const auto tried = look(posix, "/bin/sh");
    EXPECT_EQ(tried.noisy_file, (home_.path() / ".ssh/rc").string()) << posix.front();
    EXPECT_EQ(tried.noisy_line, "from rc") << posix.front();
  }
}

TEST_F(LoginLook, AStartFileThatNeverEndsIsLeftAfterItsTime) {
  write(".bashrc", "sleep 600\n");
  write(".ssh/rc", "echo from rc\n");
  const auto tried = look({"sh"}, "/bin/bash");
  EXPECT_EQ(tried.noisy_line, "from rc");
  EXPECT_TRUE(tried.ending_file.ends_with("/.bashrc")) << tried.ending_file;
}

TEST_F(LoginLook, AStartFileThatReadsWhatTheSessionIsSentIsNamed) {
  for (const std::string text : {"cat\n", "cat > /dev/null\n", "read -r line\n", "cat - | wc -c > /dev/null\n"}) {
    write(".bashrc", text);
    for (const auto& posix : test::shells()) {
      const auto tried = look(posix, "/bin/bash");
      EXPECT_TRUE(tried.reading_file.ends_with("/.bashrc")) << text << " by " << posix.front();
      EXPECT_EQ(tried.noisy_line, "") << text;
    }
  }
  write(".bashrc", "cat </dev/null\n");
  EXPECT_EQ(look({"sh"}, "/bin/bash").reading_file, "");
}

TEST_F(LoginLook, AStartFileThatEndsTheShellIsNamed) {
  for (const std::string text : {"exit 3\n", "exec true\n", "echo hello; kill -KILL $$\n"}) {
    write(".bashrc", text);
    EXPECT_TRUE(look({"sh"}, "/bin/bash").ending_file.ends_with("/.bashrc")) << text;
  }
  for (const std::string text : {"return\n", "case $- in *i*) ;; *) return ;; esac\n", "false\n", ""}) {
    write(".bashrc", text);
    EXPECT_EQ(look({"sh"}, "/bin/bash").ending_file, "") << text;
  }
}

}  // namespace
}  // namespace helper::inside
