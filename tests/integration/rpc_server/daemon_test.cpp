// The real helperd as a process: found, started, shared, ended, killed. Each test has a runtime folder of its own.
#include "base/digest.hpp"
#include "base/process/process.hpp"
#include "rpc/connect.hpp"
#include "rpc/daemon_lock.hpp"
#include "rpc/load.hpp"
#include "rpc/methods.hpp"
#include "support/polite_daemon.hpp"
#include "support/raw_http.hpp"
#include "support/scoped_env.hpp"
#include "support/temp_folder.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <fcntl.h>
#include <filesystem>
#include <fstream>
#include <memory>
#include <optional>
#include <signal.h>
#include <sstream>
#include <string>
#include <sys/stat.h>
#include <thread>
#include <unistd.h>
#include <vector>

namespace helper::rpc {
namespace {

namespace fs = std::filesystem;
using helper::test::eventually;
using helper::test::ScopedEnv;

// A signal reaches one thread at first; on a busy machine the others go on until that one has run.
bool is_stopped(pid_t pid) {
  const fs::path threads = "/proc/" + std::to_string(pid) + "/task";
  return std::ranges::all_of(fs::directory_iterator(threads), [](const fs::directory_entry& thread) {
    std::ifstream file(thread.path() / "stat");
    std::string text;
    std::getline(file, text);
    return text.find(") T ") != std::string::npos;
  });
}

class DaemonTest : public ::testing::Test {
 protected:
  void SetUp() override {
    fs::create_directory(folder_.path() / "run");
    auto paths = find_paths();
    ASSERT_TRUE(paths) << to_text(paths.error());
    paths_ = *paths;
  }
  void TearDown() override {
    if (const auto endpoint = read_endpoint(paths_.endpoint_file())) ::kill(endpoint->pid, SIGTERM);
    EXPECT_TRUE(eventually([&] { return lock_is_free(); })) << "a daemon is left behind";
  }

  [[nodiscard]] bool lock_is_free() const {
    const auto lock = DaemonLock::try_take(paths_.daemon_lock());
    return lock && *lock;
  }
  [[nodiscard]] Result<Client> connect() const { return connect_or_start(paths_, helperd_, {}); }
  [[nodiscard]] static pid_t pid_of(const Result<Client>& client) { return client ? client->endpoint().pid : 0; }
  [[nodiscard]] std::string log() const {
    std::ostringstream text;
    text << std::ifstream(paths_.daemon_log()).rdbuf();
    return text.str();
  }

  helper::test::TempFolder folder_;
  ScopedEnv home_{"HOME", folder_.path().string()};
  ScopedEnv runtime_{"XDG_RUNTIME_DIR", (folder_.path() / "run").string()};
  ScopedEnv data_{"XDG_DATA_HOME", std::nullopt};
  ScopedEnv state_{"XDG_STATE_HOME", std::nullopt};
  ScopedEnv config_{"XDG_CONFIG_HOME", std::nullopt};
  ScopedEnv spawn_{"HELPER_NO_SPAWN", std::nullopt};
  const char* named_ = std::getenv("HELPERD");
  fs::path helperd_ = named_ != nullptr ? fs::path(named_) : fs::path(HELPER_BIN_DIR) / "helperd";
  Paths paths_;
};

TEST_F(DaemonTest, IsStartedWhenThereIsNoneAndFoundFromThenOn) {
  EXPECT_FALSE(find_daemon(paths_, {}));
  const auto first = connect();
  ASSERT_TRUE(first) << to_text(first.error());
  EXPECT_EQ(first->call("version", Json::object(), {}, {}).value().at("pid"), first->endpoint().pid);
  const auto second = connect();
  EXPECT_EQ(pid_of(second), pid_of(first));
  EXPECT_TRUE(find_daemon(paths_, {}));
  EXPECT_EQ(log().find(first->endpoint().token), std::string::npos) << "the log tells the token";
}

TEST_F(DaemonTest, IsOneForAllWhoStartItAtOnce) {
  std::vector<pid_t> pids(6);
  {
    std::vector<std::jthread> starters;
    for (pid_t& pid : pids) {
      starters.emplace_back([&pid, this] {
        const auto client = connect();
        EXPECT_TRUE(client) << to_text(client.error());
        pid = pid_of(client);
      });
    }
  }
  EXPECT_NE(pids.front(), 0);
  for (const pid_t pid : pids) EXPECT_EQ(pid, pids.front());
}

TEST_F(DaemonTest, IsStartedAgainAfterItWasKilled) {
  const auto first = connect();
  ASSERT_TRUE(first) << to_text(first.error());
  ASSERT_EQ(::kill(first->endpoint().pid, SIGKILL), 0);
  ASSERT_TRUE(eventually([&] { return lock_is_free(); }));
  EXPECT_TRUE(fs::exists(paths_.endpoint_file()));
  EXPECT_FALSE(find_daemon(paths_, {}));
  const auto second = connect();
  ASSERT_TRUE(second) << to_text(second.error());
  EXPECT_NE(pid_of(second), pid_of(first));
}

TEST_F(DaemonTest, ThatWasKilledIsNotLookedForAtItsOldPort) {
  const Fd stranger(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  socklen_t size = sizeof address;
  ASSERT_EQ(::bind(stranger.get(), reinterpret_cast<sockaddr*>(&address), size), 0);
  ASSERT_EQ(::listen(stranger.get(), 1), 0);
  ASSERT_EQ(::getsockname(stranger.get(), reinterpret_cast<sockaddr*>(&address), &size), 0);
  DiskFileStore files;
  const std::string url = "http://127.0.0.1:" + std::to_string(ntohs(address.sin_port)) + "/";
  ASSERT_TRUE(write_endpoint(files, paths_.endpoint_file(), {url, random_token(), ::getpid(), HELPER_VERSION, ""}));
  EXPECT_FALSE(find_daemon(paths_, {}));
  EXPECT_TRUE(connect());
  pollfd called{stranger.get(), POLLIN, 0};
  EXPECT_EQ(::poll(&called, 1, 0), 0) << "the token was sent to the program that listens there now";
}

TEST_F(DaemonTest, EndsByShutdownAndLeavesNoEndpointFile) {
  const auto client = connect();
  ASSERT_TRUE(client) << to_text(client.error());
  const auto answer = client->call("shutdown", Json::object(), {}, {});
  ASSERT_TRUE(answer) << to_text(answer.error());
  EXPECT_TRUE(eventually([&] { return lock_is_free(); }));
  EXPECT_FALSE(fs::exists(paths_.endpoint_file()));
  EXPECT_FALSE(fs::exists(paths_.daemon_socket()));
}

TEST_F(DaemonTest, EndsBySigtermWithAnIdleConnectionOpen) {
  const auto client = connect();
  ASSERT_TRUE(client) << to_text(client.error());
  helper::test::RawHttp idle(*port_of(client->endpoint().url));
  ASSERT_TRUE(idle.connected());
  ASSERT_EQ(::kill(client->endpoint().pid, SIGTERM), 0);
  EXPECT_TRUE(eventually([&] { return lock_is_free(); }));
  EXPECT_FALSE(fs::exists(paths_.endpoint_file()));
}

TEST_F(DaemonTest, OfAnotherVersionMakesWayForOurs) {
  const auto first = connect();
  ASSERT_TRUE(first) << to_text(first.error());
  DaemonEndpoint older = first->endpoint();
  older.version = "0.0.1";
  DiskFileStore files;
  ASSERT_TRUE(write_endpoint(files, paths_.endpoint_file(), older));
  const auto second = connect();
  ASSERT_TRUE(second) << to_text(second.error());
  EXPECT_NE(pid_of(second), pid_of(first));
  EXPECT_EQ(second->endpoint().version, HELPER_VERSION);
}

// A daemon of version 0.0.1 that is in this process, and has the lock.
class OlderDaemon {
 public:
  // `load` as its answer to `shutdown` has it; null: it knows nothing of that, and ends.
  OlderDaemon(const Paths& paths, Json load, int api = k_api)
      : paths_(paths), lock_(DaemonLock::try_take(paths.daemon_lock()).value()), load_(std::move(load)), api_(api) {
    EXPECT_TRUE(lock_);
    EXPECT_TRUE(write_endpoint(files_, paths_.endpoint_file(), daemon_.endpoint("0.0.1")));
  }
  ~OlderDaemon() { EXPECT_TRUE(remove_endpoint(files_, paths_.endpoint_file(), daemon_.endpoint("").token)); }
  OlderDaemon(const OlderDaemon&) = delete;
  OlderDaemon& operator=(const OlderDaemon&) = delete;

  [[nodiscard]] bool ended() const { return ended_; }
  [[nodiscard]] int connections() const { return daemon_.connections(); }

 private:
  Json answer(const std::string& method, const Json& params) {
    if (method == "version") return {{"version", "0.0.1"}, {"pid", ::getpid()}, {"api", api_}};
    if (method != "shutdown") return method + " of the older one";
    Json answer = load_.is_null() ? Json::object() : load_;
    const bool used = !load_.is_null() && !load_from_json(load_)->empty();
    const bool ends = !used || !params.value("unless_used", false);
    answer["stopping"] = ends;
    if (ends) lock_.reset();
    ended_ = ends;
    return answer;
  }

  const Paths& paths_;
  DiskFileStore files_;
  std::optional<DaemonLock> lock_;
  const Json load_;
  const int api_;
  std::atomic<bool> ended_ = false;
  helper::test::PoliteDaemon daemon_{
      [this](const std::string& method, const Json& params) { return answer(method, params); }};
};

class OlderDaemonTest : public DaemonTest {
 protected:
  [[nodiscard]] static Json load_of(int connections) {
    Load load;
    if (connections > 0) load.carried.push_back({"dev", 2222, static_cast<std::uint64_t>(connections)});
    return to_json(load);
  }
  Result<Client> connect(const std::string& person) {
    OtherVersion other;
    other.say = [this](const std::string& line) { said_.push_back(line); };
    if (!person.empty()) {
      other.ask = [this, person](const Question& question, const std::stop_token&) -> Result<bool> {
        asked_.push_back(question);
        if (meanwhile_) meanwhile_();
        return person == "yes";
      };
    }
    return connect_or_start(paths_, helperd_, {}, other);
  }

  std::vector<Question> asked_;
  std::vector<std::string> said_;
  std::function<void()> meanwhile_;  // while the person thinks about it
};

TEST_F(OlderDaemonTest, ThatCarriesNothingIsReplacedWithoutAWord) {
  const OlderDaemon older(paths_, load_of(0));
  const auto client = connect("no");
  ASSERT_TRUE(client) << to_text(client.error());
  EXPECT_EQ(client->endpoint().version, HELPER_VERSION);
  EXPECT_TRUE(older.ended());
  EXPECT_TRUE(asked_.empty());
  EXPECT_TRUE(said_.empty());
}

TEST_F(OlderDaemonTest, ThatCarriesConnectionsIsReplacedWhenThePersonAgrees) {
  const OlderDaemon older(paths_, load_of(2));
  const auto client = connect("yes");
  ASSERT_TRUE(client) << to_text(client.error());
  EXPECT_EQ(client->endpoint().version, HELPER_VERSION);
  EXPECT_TRUE(older.ended());
  ASSERT_EQ(asked_.size(), 1U);
  EXPECT_NE(asked_[0].details.at(0).find("version 0.0.1 carries 2 connections (dev: 2222)"), std::string::npos);
}

TEST_F(OlderDaemonTest, ThatCarriesConnectionsIsUsedWhenThePersonDoesNotAgreeAndNotAskedAboutAgain) {
  const OlderDaemon older(paths_, load_of(2));
  for (int i = 0; i < 2; ++i) {
    const auto client = connect("no");
    ASSERT_TRUE(client) << to_text(client.error());
    EXPECT_EQ(client->call("status", Json::object(), {}, {}).value(), "status of the older one");
  }
  EXPECT_FALSE(older.ended());
  EXPECT_EQ(asked_.size(), 1U);
  ASSERT_EQ(said_.size(), 1U) << "the second command says what it does";
  EXPECT_NE(said_[0].find("helper rpc shutdown"), std::string::npos);
}

TEST_F(OlderDaemonTest, ThatCarriesConnectionsIsUsedWhereNobodyCanBeAsked) {
  const OlderDaemon older(paths_, load_of(1));
  const auto client = connect("");
  ASSERT_TRUE(client) << to_text(client.error());
  EXPECT_EQ(client->call("status", Json::object(), {}, {}).value(), "status of the older one");
  EXPECT_FALSE(older.ended());
  ASSERT_EQ(said_.size(), 1U);
  EXPECT_NE(said_[0].find("1 connection (dev: 2222)"), std::string::npos) << said_[0];
}

TEST_F(OlderDaemonTest, ThatEndsWhileThePersonThinksIsNotMissed) {
  for (const std::string person : {"yes", "no"}) {
    std::optional<OlderDaemon> older(std::in_place, paths_, load_of(1));
    meanwhile_ = [&] { older.reset(); };
    const auto client = connect(person);
    ASSERT_TRUE(client) << to_text(client.error());
    EXPECT_EQ(client->endpoint().version, HELPER_VERSION);
    ASSERT_EQ(::kill(client->endpoint().pid, SIGTERM), 0);
    ASSERT_TRUE(eventually([&] { return lock_is_free(); }));
  }
}

TEST_F(OlderDaemonTest, OfAnotherInterfaceIsNotUsed) {
  const OlderDaemon older(paths_, load_of(1), k_api + 1);
  for (const std::string person : {"", "no"}) {
    const auto client = connect(person);
    ASSERT_FALSE(client);
    EXPECT_EQ(client.error().code, ErrorCode::daemon_unreachable);
    EXPECT_NE(client.error().fix.find("helper rpc shutdown"), std::string::npos);
  }
  EXPECT_FALSE(older.ended());
  EXPECT_TRUE(find_daemon(paths_, {})) << "it can be told to end";
}

TEST_F(OlderDaemonTest, ThatDoesNotTellWhatItCarriesIsReplacedAndALineSaysSo) {
  const OlderDaemon older(paths_, Json());
  const auto client = connect("no");
  ASSERT_TRUE(client) << to_text(client.error());
  EXPECT_EQ(client->endpoint().version, HELPER_VERSION);
  EXPECT_TRUE(older.ended());
  ASSERT_EQ(said_.size(), 1U);
  EXPECT_NE(said_[0].find("it did not say whether it carried"), std::string::npos);
}

TEST_F(OlderDaemonTest, IsLeftAsItIsWhereNoDaemonMayBeStarted) {
  const ScopedEnv forbidden("HELPER_NO_SPAWN", "1");
  const OlderDaemon older(paths_, load_of(0));
  EXPECT_FALSE(connect("yes"));
  EXPECT_FALSE(older.ended());
}

TEST_F(DaemonTest, IsFoundAndAskedOnOneConnection) {
  const auto first = connect();  // and its connection stays open
  const auto client = connect();
  ASSERT_TRUE(client) << to_text(client.error());
  const Json counts = client->call("version", Json::object(), {}, {}).value_or(Json::object()).value("counts", Json());
  EXPECT_EQ(counts.value("requests", 0), 3) << "two greetings and the call";
  EXPECT_EQ(counts.value("connections", 0), 2) << counts;
}

TEST_F(DaemonTest, ThatIsStuckIsNoticedInTime) {
  const auto first = connect();
  ASSERT_TRUE(first) << to_text(first.error());
  ASSERT_EQ(::kill(first->endpoint().pid, SIGSTOP), 0);
  ASSERT_TRUE(eventually([&] { return is_stopped(first->endpoint().pid); }));
  const auto begin = std::chrono::steady_clock::now();
  {
    const ScopedEnv forbidden("HELPER_NO_SPAWN", "1");
    const auto client = connect();
    EXPECT_FALSE(client);
  }
  EXPECT_LT(std::chrono::steady_clock::now() - begin, std::chrono::seconds(6));
  ASSERT_EQ(::kill(first->endpoint().pid, SIGCONT), 0);
  EXPECT_EQ(pid_of(connect()), pid_of(first));
}

TEST_F(DaemonTest, ThatIsKilledBeforeTheFirstCallIsMissed) {
  const auto client = connect();
  ASSERT_TRUE(client) << to_text(client.error());
  ASSERT_EQ(::kill(client->endpoint().pid, SIGKILL), 0);
  ASSERT_TRUE(eventually([&] { return lock_is_free(); }));
  const auto answer = client->call("version", Json::object(), {}, {});
  ASSERT_FALSE(answer);
  EXPECT_EQ(answer.error().code, ErrorCode::daemon_unreachable);
  EXPECT_NE(answer.error().cause.find("cannot be reached"), std::string::npos) << answer.error().cause;
}

TEST_F(DaemonTest, IsNotStartedWhereThatIsForbidden) {
  const ScopedEnv forbidden("HELPER_NO_SPAWN", "1");
  const auto client = connect();
  ASSERT_FALSE(client);
  EXPECT_EQ(client.error().code, ErrorCode::daemon_unreachable);
  EXPECT_NE(client.error().cause.find("HELPER_NO_SPAWN"), std::string::npos);
}

TEST_F(DaemonTest, SaysWhyItCannotStart) {
  // A folder where the lock file should be: helperd's own error comes back through the ready line.
  fs::create_directory(paths_.daemon_lock());
  const auto client = connect();
  fs::remove(paths_.daemon_lock());
  ASSERT_FALSE(client);
  EXPECT_EQ(client.error().code, ErrorCode::file_failed);
  EXPECT_EQ(client.error().thing, paths_.daemon_lock().string());
}

TEST_F(DaemonTest, ThatIsNotThereIsNamed) {
  const auto client = connect_or_start(paths_, folder_.path() / "no-helperd", {});
  ASSERT_FALSE(client);
  EXPECT_EQ(client.error().code, ErrorCode::daemon_unreachable);
}

TEST_F(DaemonTest, TellsItsVersionAndRefusesWordsItDoesNotKnow) {
  const auto version = run_process({{helperd_.string(), "--version"}, "", {}, Milliseconds(20'000)}, {});
  ASSERT_TRUE(version);
  EXPECT_EQ(version->out, "helperd " HELPER_VERSION "\n");
  const auto wrong = run_process({{helperd_.string(), "--nonsense"}, "", {}, Milliseconds(20'000)}, {});
  ASSERT_TRUE(wrong);
  EXPECT_EQ(wrong->exit_status, 2);
  EXPECT_NE(wrong->err.find("--nonsense"), std::string::npos);
}

TEST_F(DaemonTest, ServesItsOwnUserWhileStrangersTakeEveryDescriptorTheyCan) {
  const fs::path few = folder_.path() / "helperd-with-few-descriptors";
  std::ofstream(few) << "#!/bin/sh\nulimit -n 48\nexec '" << helperd_.string() << "' \"$@\"\n";
  fs::permissions(few, fs::perms::owner_all);
  const auto first = connect_or_start(paths_, few, {});
  ASSERT_TRUE(first) << to_text(first.error());
  std::vector<std::unique_ptr<helper::test::RawHttp>> strangers;
  for (int i = 0; i < 200; ++i) {
    strangers.push_back(std::make_unique<helper::test::RawHttp>(*port_of(first->endpoint().url)));
    if (i % 2 == 0) strangers.back()->send("POST / HT");
  }
  const auto ticks = [&] {
    std::ifstream stat("/proc/" + std::to_string(first->endpoint().pid) + "/stat");
    std::string word;
    for (int i = 0; i < 13; ++i) stat >> word;
    long user = 0;
    long system = 0;
    stat >> user >> system;
    return user + system;
  };
  const long before = ticks();
  for (int i = 0; i < 10; ++i) {
    const auto answer = first->call("version", Json::object(), {}, {});
    EXPECT_TRUE(answer) << to_text(answer.error());
    std::this_thread::sleep_for(Milliseconds(100));
  }
  EXPECT_LT(ticks() - before, ::sysconf(_SC_CLK_TCK) / 4) << "it spins";
}

TEST_F(DaemonTest, KeepsItsFilesFromOthers) {
  const auto client = connect();
  ASSERT_TRUE(client) << to_text(client.error());
  for (const fs::path& file :
       {paths_.endpoint_file(), paths_.daemon_lock(), paths_.daemon_log(), paths_.daemon_socket()}) {
    struct stat info {};
    ASSERT_EQ(::stat(file.c_str(), &info), 0) << file;
    EXPECT_EQ(info.st_mode & 0077, 0u) << file;
  }
}

}  // namespace
}  // namespace helper::rpc
