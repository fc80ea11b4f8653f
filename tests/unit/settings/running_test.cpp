#include "settings/running.hpp"

#include "support/temp_folder.hpp"

#include <gtest/gtest.h>

#include <arpa/inet.h>
#include <fstream>
#include <netinet/in.h>
#include <signal.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

namespace helper::settings {
namespace {

// A process that is called as the test says, which is all that an IDE's process is known by.
class Process {
 public:
  explicit Process(const char* name) : pid_(::fork()) {
    if (pid_ == 0) {
      ::execl("/bin/sleep", name, "60", nullptr);
      ::_exit(127);
    }
    for (int i = 0; i < 1000 && command_line(pid_).value_or("").rfind(name, 0) != 0; ++i) ::usleep(1000);
  }
  ~Process() { end(); }
  Process(const Process&) = delete;
  Process& operator=(const Process&) = delete;
  void kill_only() const { ::kill(pid_, SIGKILL); }
  void end() {
    if (pid_ > 0) {
      ::kill(pid_, SIGKILL);
      ::waitpid(pid_, nullptr, 0);
    }
    pid_ = 0;
  }
  [[nodiscard]] int pid() const { return pid_; }

 private:
  int pid_;
};

void put(const std::filesystem::path& file, const std::string& text) { std::ofstream(file) << text; }

TEST(CommandLine, OfAnIdeNamesOne) {
  EXPECT_TRUE(may_be_ide("/opt/pycharm-2026.1/bin/pycharm"));
  const std::string java = "/opt/x/jbr/bin/java";
  const std::string none(1, '\0');
  EXPECT_TRUE(may_be_ide(java + none + "-Didea.paths.selector=PyCharm2022.1" + none + "com.intellij.idea.Main"));
  for (const char* program : {"idea", "idea.sh", "idea64", "/opt/idea-IU-261.1/jbr/bin/java", "/snap/intellij-idea/1/x",
                              "/Applications/IntelliJ IDEA.app/Contents/MacOS/idea", "/home/u/my apps/PyCharm/bin/x",
                              "/home/u/.local/share/JetBrains/Toolbox/apps/x/bin/y", "gateway", "/opt/ideaIC/bin/x"})
    EXPECT_TRUE(may_be_ide(program)) << program;
  EXPECT_TRUE(may_be_ide("/Applications/DataSpell.app/Contents/MacOS/dataspell"));
  EXPECT_TRUE(may_be_ide("")) << "what is not known is not written over";
  EXPECT_FALSE(may_be_ide("/usr/bin/sleep" + none + "60"));
  for (const std::string& words :
       {"vim" + none + "ideas.txt", "less" + none + "/opt/pycharm/notes", java + none + "-jar",
        "/usr/bin/idealist" + none, "/home/u/gatewayd" + none, "python3" + none + "pycharm.py"})
    EXPECT_FALSE(may_be_ide(words)) << words;
}

TEST(RunningIde, IsSeenByTheProcessInItsLock) {
  const test::TempFolder folder;
  const Process ide("pycharm");
  put(folder.path() / ".lock", std::to_string(ide.pid()) + "\n");
  const auto running = running_ide(folder.path());
  ASSERT_TRUE(running);
  EXPECT_EQ(running->pid, ide.pid());
}

TEST(RunningIde, DoesNotRunWhenItsLockIsStaleTakenOverOrNonsense) {
  const test::TempFolder folder;
  EXPECT_FALSE(running_ide(folder.path()));
  Process ide("pycharm");
  const int pid = ide.pid();
  ide.end();
  put(folder.path() / ".lock", std::to_string(pid));
  EXPECT_FALSE(running_ide(folder.path()));
  const Process another("somebody-else");
  put(folder.path() / ".lock", std::to_string(another.pid()));
  EXPECT_FALSE(running_ide(folder.path()));
  for (const char* text : {"", "abc", "-1", "0", "99999999999999999999"}) {
    put(folder.path() / ".lock", text);
    EXPECT_FALSE(running_ide(folder.path())) << text;
  }
}

TEST(RunningIde, ThatIsAZombieDoesNotRun) {
  const test::TempFolder folder;
  const Process ide("pycharm");
  put(folder.path() / ".lock", std::to_string(ide.pid()));
  ide.kill_only();
  for (int i = 0; i < 2000 && running_ide(folder.path()); ++i) ::usleep(1000);
  EXPECT_FALSE(running_ide(folder.path()));
}

TEST(RunningIde, OfAnOlderVersionIsSeenByItsPort) {
  const test::TempFolder folder;
  const int listener = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  socklen_t size = sizeof address;
  ASSERT_EQ(::bind(listener, reinterpret_cast<sockaddr*>(&address), sizeof address), 0);
  ASSERT_EQ(::listen(listener, 1), 0);
  ASSERT_EQ(::getsockname(listener, reinterpret_cast<sockaddr*>(&address), &size), 0);
  put(folder.path() / "port", std::to_string(ntohs(address.sin_port)));
  EXPECT_EQ(running_ide(folder.path()), RunningIde{});
  ::close(listener);
  EXPECT_FALSE(running_ide(folder.path()));
}

}  // namespace
}  // namespace helper::settings
