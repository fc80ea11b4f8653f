#include "rpc/endpoint_file.hpp"

#include "base/digest.hpp"
#include "rpc/daemon_lock.hpp"
#include "rpc/json.hpp"
#include "rpc/ready_line.hpp"
#include "support/temp_folder.hpp"

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <string>
#include <sys/stat.h>
#include <unistd.h>

namespace helper::rpc {
namespace {

namespace fs = std::filesystem;

class EndpointFile : public ::testing::Test {
 protected:
  helper::test::TempFolder temporary_;
  const fs::path& folder_ = temporary_.path();
  fs::path file_ = folder_ / "endpoint.json";
  DiskFileStore files_;
  DaemonEndpoint endpoint_{"http://127.0.0.1:41234/", random_token(), 4321, "0.1.0", "2026-01-02T03:04:05Z"};
};

TEST_F(EndpointFile, IsReadAsItWasWrittenAndOpenToItsOwnerOnly) {
  ASSERT_TRUE(write_endpoint(files_, file_, endpoint_));
  EXPECT_EQ(read_endpoint(file_), endpoint_);
  struct stat info {};
  ASSERT_EQ(::stat(file_.c_str(), &info), 0);
  EXPECT_EQ(info.st_mode & 0777, 0600u);
}

TEST_F(EndpointFile, NamesTheUnixSocketWhereThereIsOne) {
  EXPECT_EQ(to_bytes(endpoint_).find("socket"), std::string::npos);
  endpoint_.socket = "/run/user/1000/helper/helperd.sock";
  ASSERT_TRUE(write_endpoint(files_, file_, endpoint_));
  EXPECT_EQ(read_endpoint(file_), endpoint_);
  for (const std::string& wrong : {std::string("relative.sock"), "/" + std::string(k_max_socket_path, 'x')}) {
    endpoint_.socket = wrong;
    EXPECT_FALSE(parse_endpoint(to_bytes(endpoint_))) << wrong;
  }
}

TEST_F(EndpointFile, IsTakenForAbsentWhenOthersCouldHaveReadIt) {
  ASSERT_TRUE(write_endpoint(files_, file_, endpoint_));
  ASSERT_EQ(::chmod(file_.c_str(), 0640), 0);
  EXPECT_EQ(read_endpoint(file_), std::nullopt);
}

TEST_F(EndpointFile, IsTakenForAbsentWhenItIsALinkAFolderAPipeOrAnothersFile) {
  const fs::path real = folder_ / "real.json";
  ASSERT_TRUE(write_endpoint(files_, real, endpoint_));
  fs::create_symlink(real, file_);
  EXPECT_EQ(read_endpoint(file_), std::nullopt);
  fs::remove(file_);
  fs::create_directory(file_);
  EXPECT_EQ(read_endpoint(file_), std::nullopt);
  fs::remove(file_);
  ASSERT_EQ(::mkfifo(file_.c_str(), 0600), 0);
  EXPECT_EQ(read_endpoint(file_), std::nullopt);
  fs::remove(file_);
  EXPECT_EQ(read_endpoint(file_), std::nullopt);
  if (::geteuid() != 0) GTEST_SKIP() << "only root can give a file away";
  ASSERT_EQ(::chown(real.c_str(), 65534, 65534), 0);
  EXPECT_EQ(read_endpoint(real), std::nullopt);
}

TEST_F(EndpointFile, IsTakenForAbsentWhenItIsGarbage) {
  const std::string whole = to_bytes(endpoint_);
  ASSERT_TRUE(parse_endpoint(whole));
  for (std::size_t i = 0; i + 2 < whole.size(); ++i) EXPECT_FALSE(parse_endpoint(whole.substr(0, i))) << i;
  const Json good = Json::parse(whole);
  const Json wrong{{"url", "http://10.0.0.1:80/"}, {"token", "short"}, {"pid", -1}, {"version", 3}};
  for (const auto& [name, value] : wrong.items()) {
    Json bad = good;
    bad[name] = value;
    EXPECT_FALSE(parse_endpoint(bad.dump())) << name;
    bad.erase(name);
    EXPECT_FALSE(parse_endpoint(bad.dump())) << name;
  }
}

TEST_F(EndpointFile, IsRemovedOnlyWhileItNamesOurToken) {
  ASSERT_TRUE(write_endpoint(files_, file_, endpoint_));
  ASSERT_TRUE(remove_endpoint(files_, file_, random_token()));
  EXPECT_TRUE(fs::exists(file_));
  ASSERT_TRUE(remove_endpoint(files_, file_, endpoint_.token));
  EXPECT_FALSE(fs::exists(file_));
  EXPECT_TRUE(remove_endpoint(files_, file_, endpoint_.token));
}

TEST_F(EndpointFile, LockIsHeldByOneAtATimeAndFreeWhenItsHolderGoes) {
  const fs::path lock = folder_ / "lock";
  {
    const auto held = DaemonLock::try_take(lock);
    ASSERT_TRUE(held && *held);
    const auto second = DaemonLock::try_take(lock);
    ASSERT_TRUE(second);
    EXPECT_FALSE(*second);
    EXPECT_TRUE(DaemonLock::is_held(lock));
  }
  EXPECT_FALSE(DaemonLock::is_held(lock));
  EXPECT_FALSE(DaemonLock::is_held(folder_ / "absent"));
  EXPECT_TRUE(DaemonLock::try_take(lock).value());
  EXPECT_EQ(DaemonLock::try_take(folder_ / "absent" / "lock").error().code, ErrorCode::file_failed);
}

TEST(DaemonUrl, IsOneOfThisMachineWithAPort) {
  EXPECT_EQ(port_of("http://127.0.0.1:1/"), 1);
  EXPECT_EQ(port_of("http://127.0.0.1:65535/"), 65535);
  for (const char* wrong :
       {"", "http://127.0.0.1:/", "http://127.0.0.1:0/", "http://127.0.0.1:65536/", "http://127.0.0.1:80",
        "http://127.0.0.1:80/x/", "https://127.0.0.1:80/", "http://127.0.0.1:-1/", "http://127.0.0.1: 80/",
        "http://127.0.0.1.example:80/", "http://127.0.0.1:"}) {
    EXPECT_EQ(port_of(wrong), std::nullopt) << wrong;
  }
}

TEST(ReadyLine, CarriesSuccessOrTheErrorToWhoeverStartedTheDaemon) {
  EXPECT_TRUE(parse_ready_line(ready_line({})));
  const Error error{ErrorCode::file_failed, "/run/x", "it is full\nreally", "df"};
  const std::string line = ready_line(fail(error));
  EXPECT_EQ(line.find('\n'), std::string::npos);
  EXPECT_EQ(parse_ready_line(line).error(), error);
  EXPECT_FALSE(parse_ready_line("nonsense"));
}

}  // namespace
}  // namespace helper::rpc
