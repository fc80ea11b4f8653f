// What a child of ours has: three descriptors, however it is started and whatever a library left open.
#include "base/process/spawn.hpp"

#include "base/fd.hpp"
#include "base/files.hpp"
#include "base/process/daemonize.hpp"
#include "base/process/pipe.hpp"
#include "base/process/process.hpp"
#include "base/shortage.hpp"
#include "support/scoped_env.hpp"
#include "support/temp_folder.hpp"

#include <gtest/gtest.h>

#include <chrono>
#include <fcntl.h>
#include <fstream>
#include <optional>
#include <set>
#include <sstream>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <thread>
#include <vector>

namespace helper {
namespace {

namespace fs = std::filesystem;

// As a library leaves it: not close-on-exec.
class Leaky {
 public:
  Leaky() {
    for (int i = 0; i < 5; ++i) fds_.emplace_back(::open("/etc/passwd", O_RDONLY));
    for (int i = 0; i < 5; ++i) fds_.emplace_back(::socket(AF_INET, SOCK_STREAM, 0));
    fds_.emplace_back(::fcntl(fds_.front().get(), F_DUPFD, 700));  // beyond what anybody closes one by one
  }

 private:
  std::vector<Fd> fds_;
};

std::set<int> numbers(const std::string& text) {
  std::istringstream in(text);
  std::set<int> all;
  for (int fd = 0; in >> fd;) all.insert(fd);
  return all;
}

// `ls` has one of its own for the folder: the shell lists by its own words.
constexpr const char* k_list = "cd /proc/self/fd && for f in *; do [ -e \"$f\" ] && echo \"$f\"; done; true";
// The shell keeps one of its own at 10 or above for a script file, none for -c.
const std::set<int> k_standard{0, 1, 2};

std::string text_of(const fs::path& file) {
  std::ostringstream text;
  text << std::ifstream(file).rdbuf();
  return text.str();
}

TEST(Children, OfRunProcessHaveNoDescriptorButTheirThree) {
  const Leaky leaky;
  const auto output = run_process({{"sh", "-c", k_list}, {}, {}, Milliseconds(10'000)}, {});
  ASSERT_TRUE(output) << to_text(output.error());
  EXPECT_EQ(numbers(output->out), k_standard);
}

TEST(Children, OfSpawnHaveNoDescriptorButTheirThree) {
  const Leaky leaky;
  auto pipe = make_pipe();
  ASSERT_TRUE(pipe);
  const auto child = spawn_shell(k_list, {-1, pipe->write.get(), -1});
  ASSERT_TRUE(child) << to_text(child.error());
  pipe->write.reset();
  std::string text;
  char buffer[512];
  for (ssize_t n = 0; (n = ::read(pipe->read.get(), buffer, sizeof buffer)) > 0;)
    text.append(buffer, static_cast<std::size_t>(n));
  ::waitpid(*child, nullptr, 0);
  EXPECT_EQ(numbers(text), k_standard);
}

TEST(Children, OfLaunchHaveNoDescriptorButTheirThree) {
  const Leaky leaky;
  const test::TempFolder folder;
  const fs::path list = folder.path() / "list";
  ASSERT_TRUE(launch({"sh", "-c", std::string("exec > ") + list.string() + "; " + k_list}, Milliseconds(10'000), {}));
  EXPECT_EQ(numbers(text_of(list)), k_standard);
}

TEST(Children, ADaemonHasNoneButTheOneForItsReadyLine) {
  const Leaky leaky;
  const auto line = spawn_detached({"sh", "-c", std::string("( ") + k_list + " ) | tr '\\n' ' ' >&3; echo >&3", "sh"},
                                   Milliseconds(10'000), {});
  ASSERT_TRUE(line) << to_text(line.error());
  const auto found = numbers(*line);
  EXPECT_TRUE(found == (std::set<int>{0, 1, 2, 3})) << *line;
}

TEST(Children, ThatCannotBeStartedAreAnErrorAsBefore) {
  const Leaky leaky;
  const auto output = run_process({{"/etc/passwd"}, {}, {}, Milliseconds(10'000)}, {});
  ASSERT_FALSE(output);
  EXPECT_EQ(output.error().code, ErrorCode::server_command);
}

// Takes all descriptors but `left`.
class FewDescriptors {
 public:
  explicit FewDescriptors(rlim_t left) {
    ::getrlimit(RLIMIT_NOFILE, &before_);
    const int next = ::dup(0);
    ::close(next);
    const rlimit few{static_cast<rlim_t>(next) + left, before_.rlim_max};
    ::setrlimit(RLIMIT_NOFILE, &few);
  }
  ~FewDescriptors() { ::setrlimit(RLIMIT_NOFILE, &before_); }
  FewDescriptors(const FewDescriptors&) = delete;
  FewDescriptors& operator=(const FewDescriptors&) = delete;

 private:
  rlimit before_{};
};

// Whatever the call was about, and at whichever of its steps they ran out.
TEST(Shortage, OfDescriptorsIsSaidToBeThatByWhateverMeetsIt) {
#ifdef __SANITIZE_ADDRESS__
  GTEST_SKIP()
      << "UBSan, which is there with ASan, opens a pipe to look at the type of an object; the TSan build runs this";
#endif
  const test::TempFolder folder;
  std::ofstream(folder.path() / "file") << "x";
  DiskFileStore files;
  for (rlim_t left = 0; left < 8; ++left) {
    std::optional<Error> of_process;
    std::optional<Error> of_file;
    std::optional<Error> of_write;
    std::optional<Error> of_unlinked;
    {
      const FewDescriptors few(left);
      if (const auto output = run_process({{"true"}, {}, {}, Milliseconds(10'000)}, {}); !output)
        of_process = output.error();
      if (const auto bytes = files.read(folder.path() / "file"); !bytes) of_file = bytes.error();
      if (const auto written = files.write(folder.path() / "new", "x", 0600); !written) of_write = written.error();
      if (const auto made = UnlinkedFile::make(); !made) of_unlinked = made.error();
    }
    for (const auto& error : {of_process, of_file, of_write, of_unlinked}) {
      if (!error) continue;
      EXPECT_EQ(error->code, ErrorCode::internal) << left << ": " << to_text(*error);
      EXPECT_NE(error->cause.find("no file descriptor left"), std::string::npos) << left << ": " << to_text(*error);
      EXPECT_NE(error->fix.find("ulimit -n"), std::string::npos);
    }
    EXPECT_TRUE(left > 0 || (of_process && of_file && of_write && of_unlinked));
  }
}

TEST(Shortage, AnotherFailureStaysWhatItIs) {
  const Error error{ErrorCode::server_auth, "gpu1", "it refuses every key", "ssh-add"};
  EXPECT_EQ(or_shortage(error), error);
  const FewDescriptors few(2);
  EXPECT_EQ(or_shortage(error).code, ErrorCode::internal);
}

TEST(UnlinkedFile, LeavesNothingInItsFolderWhileItIsWrittenAndRead) {
  const test::TempFolder folder;
  const test::ScopedEnv temporary("TMPDIR", folder.path().string());
  const auto file = UnlinkedFile::make();
  ASSERT_TRUE(file) << to_text(file.error());
  EXPECT_TRUE(fs::is_empty(folder.path()));
  auto writer = file->writer();
  ASSERT_TRUE(writer);
  ASSERT_EQ(::write(writer->get(), "bytes", 5), 5);
  writer->reset();
  EXPECT_EQ(text_of(file->path()), "bytes");
  EXPECT_EQ(text_of(file->path()), "bytes") << "the second time";
  EXPECT_TRUE(fs::is_empty(folder.path()));
}

TEST(UnlinkedFile, NamesTheFolderThatCannotBeUsed) {
  const test::ScopedEnv temporary("TMPDIR", "/proc/self");
  const auto file = UnlinkedFile::make();
  ASSERT_FALSE(file);
  EXPECT_EQ(file.error().code, ErrorCode::file_failed);
  EXPECT_EQ(file.error().thing, "/proc/self");
}

}  // namespace
}  // namespace helper
