// What the room `inside` does, in every kind of place: a fake container that is this machine, a plain shell in
// namespaces of its own, and a real container of Docker's or Podman's. For the last $HELPER_TEST_PLACE is
// "docker NAME" or "podman NAME" (e2e/test_places.py runs this program so); the container is changed.
#include "engine/place.hpp"

#include "base/process/local_runner.hpp"
#include "base/process/process.hpp"
#include "base/sections.hpp"
#include "base/shell.hpp"
#include "inside/hooks.hpp"
#include "inside/look.hpp"
#include "inside/sshd.hpp"
#include "inside/user.hpp"
#include "support/fake_server.hpp"
#include "support/golden.hpp"
#include "support/place_rig.hpp"
#include "support/places.hpp"
#include "support/temp_folder.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <chrono>
#include <csignal>
#include <cstdlib>
#include <sys/wait.h>
#include <thread>
#include <unistd.h>

namespace helper::inside {
namespace {

using helper::test::PlaceRig;
using plan::As;

constexpr const char* k_user = "helperdev";
constexpr std::uint32_t k_uid = 4242;

// A `docker` whose containers are this machine: nothing may be changed in it.
class FakeRig final : public PlaceRig {
 public:
  explicit FakeRig(const std::string& shell) : fake_(shell) {}
  CommandRunner& server() override { return fake_.runner; }
  plan::Place place(const std::string& user) override { return helper::test::docker_place("c", user); }
  [[nodiscard]] bool disposable() const override { return false; }

 private:
  helper::test::FakeServer fake_;
};

// A plain shell: no container's engine, but namespaces in which /etc, /dev/helper and the network are its own.
class ShellRig final : public PlaceRig {
 public:
  explicit ShellRig(plan::Words shell) : shell_(std::move(shell)) {
    const std::string begin = R"sh(set -e
mount -t tmpfs tmpfs /mnt
cp -a /etc /mnt/etc
mkdir /mnt/home /mnt/dev /mnt/lib
for file in null zero full random urandom tty; do : > /mnt/dev/$file; mount --bind /dev/$file /mnt/dev/$file; done
mount --rbind /mnt/dev /dev
mount --bind /mnt/etc /etc
mount --bind /mnt/home /home
mount --bind /mnt/lib /var/lib
mount -t tmpfs tmpfs /run
ip link set lo up
echo ready
exec sleep 300
)sh";
    int out[2];
    if (::pipe(out) != 0) return;
    keeper_ = ::fork();
    if (keeper_ == 0) {
      ::dup2(out[1], 1);
      ::execlp("unshare", "unshare", "--mount", "--net", "--propagation", "private", "sh", "-c", begin.c_str(),
               nullptr);
      ::_exit(127);
    }
    ::close(out[1]);
    std::string said(5, '\0');
    ready_ = ::read(out[0], said.data(), said.size()) == 5 && said == "ready";
    ::close(out[0]);
  }
  ~ShellRig() override {
    if (keeper_ <= 0) return;
    ::kill(keeper_, SIGKILL);
    ::waitpid(keeper_, nullptr, 0);
  }
  CommandRunner& server() override { return runner_; }
  plan::Place place(const std::string& user) override {
    const std::string pid = std::to_string(keeper_);
    plan::Words in{"nsenter", "--mount", "--net", "--target", pid};
    plan::Place place;
    place.name = "the shell";
    place.run = pid + "@1";
    place.user = user;
    place.as_root = plan::Entry{in, in};
    place.as_root->detached.insert(place.as_root->detached.end(),
                                   {"sh", "-c", "\"$0\" \"$@\" </dev/null >/dev/null 2>&1 &"});
    place.as_user = *place.as_root;
    if (user != "root") {
      const std::string id = std::to_string(k_uid);
      const plan::Words become{"setpriv", "--reuid=" + id, "--regid=" + id, "--clear-groups"};
      place.as_user = plan::compose(*place.as_root, {become, become});
    }
    place.shell = shell_;
    place.to_enter = "sh";
    place.ways.address = "127.0.0.1";
    return place;
  }
  [[nodiscard]] bool is_there() const override { return ready_; }
  [[nodiscard]] bool disposable() const override { return true; }

 private:
  plan::Words shell_;
  LocalRunner runner_;
  pid_t keeper_ = 0;
  bool ready_ = false;
};

class EngineRig final : public PlaceRig {
 public:
  EngineRig(std::string program, std::string container)
      : program_(std::move(program)), container_(std::move(container)) {}
  CommandRunner& server() override { return runner_; }
  plan::Place place(const std::string& user) override {
    plan::Container container;
    container.id = container_;
    container.started_at = "now";
    container.ways.address = "127.0.0.1";
    return engine::place_of({program_}, container_, user, container);
  }
  [[nodiscard]] bool disposable() const override { return true; }

 private:
  std::string program_;
  std::string container_;
  LocalRunner runner_;
};

std::unique_ptr<PlaceRig> make_rig(const std::string& kind) {
  const auto space = kind.find(' ');
  const std::string rest = space == std::string::npos ? "" : kind.substr(space + 1);
  if (kind.starts_with("fake")) return std::make_unique<FakeRig>(rest);
  if (kind.starts_with("shell")) {
    return std::make_unique<ShellRig>(rest == "busybox" ? plan::Words{"busybox", "sh"} : plan::Words{rest});
  }
  return std::make_unique<EngineRig>(kind.substr(0, space), rest);
}

std::vector<std::string> kinds() {
  if (const char* place = std::getenv("HELPER_TEST_PLACE")) return {place};
  std::vector<std::string> kinds{"fake sh", "shell sh"};
  for (const char* shell : {"bash", "busybox", "mksh"}) {
    if (find_program(shell)) kinds.push_back(std::string("shell ") + shell);
  }
  return kinds;
}

class PlaceContract : public testing::TestWithParam<std::string> {
 protected:
  void SetUp() override {
    if (!rig_->is_there()) GTEST_SKIP() << "this user may make no namespaces";
  }
  CommandOutput run(const Command& command) {
    const auto output = rig_->server().run(command, {});
    EXPECT_TRUE(output) << to_text(output.error());
    return output.value_or(CommandOutput{});
  }
  std::string out(const std::string& line) { return run({line, {}, Milliseconds(20'000)}).out; }
  // What a full look finds.
  plan::Inside look(const plan::Place& place) {
    Question question;
    question.user = place.user;
    question.ssh_port = plan::k_container_ssh_port;
    question.python = "auto";
    question.gpus = false;
    const std::string nonce = make_nonce();
    const auto output =
        run({script_line(place, As::root, look_script(question, nonce)) + " </dev/null", {}, Milliseconds(60'000)});
    const auto inside = read_look(parse_sections(output.out, nonce), question);
    EXPECT_TRUE(inside) << output.out << output.err;
    return inside.value_or(plan::Inside{});
  }

  std::unique_ptr<PlaceRig> rig_ = make_rig(GetParam());
  const plan::Place root_ = rig_->place("root");
};

TEST_P(PlaceContract, AProgramHasTheCallersStandardInputAndItsExitStatusComesBack) {
  const std::string text = "two\nlines, $x 'q' \"d\" \\ \xc3\xa9\n";
  EXPECT_EQ(run({line(root_, As::root, {"cat"}), text, Milliseconds(20'000)}).out, text);
  EXPECT_EQ(run({line(root_, As::user, {"sh", "-c", "exit 7"}), {}, Milliseconds(20'000)}).exit_status, 7);
}

TEST_P(PlaceContract, NoWordIsReadByAnyShellOnTheWay) {
  const plan::Words hostile{"printf", "%s|", "$(id)", "`id`", "a b", "", "*", "'\"\\", "-n", "; exit 9", "\n"};
  EXPECT_EQ(out(line(root_, As::root, hostile)), "$(id)|`id`|a b||*|'\"\\|-n|; exit 9|\n|");
  EXPECT_EQ(out(script_line(root_, As::root, "printf %s " + shell::quote("$(id) 'x'"))), "$(id) 'x'");
}

TEST_P(PlaceContract, ADetachedProgramIsNotWaitedForAndRunsOn) {
  const std::string file = "/tmp/helper-detached-" + std::to_string(::getpid());
  const auto begin = std::chrono::steady_clock::now();
  EXPECT_EQ(run({detached_line(root_, As::root, {"sh", "-c", "sleep 2; echo done > " + file}) + " </dev/null",
                 {},
                 Milliseconds(20'000)})
                .exit_status,
            0);
  EXPECT_LT(std::chrono::steady_clock::now() - begin, std::chrono::seconds(2));
  std::string said;
  for (int tries = 0; tries < 100 && said.empty(); ++tries) {
    said = out(line(root_, As::root, {"sh", "-c", "cat " + file + " 2>/dev/null; :"}));
    if (said.empty()) std::this_thread::sleep_for(std::chrono::milliseconds(100));
  }
  EXPECT_EQ(said, "done\n");
  out(line(root_, As::root, {"rm", "-f", file}));
}

TEST_P(PlaceContract, AScriptThatFailsIsAnErrorInItsOwnWordsThatNamesThePlace) {
  const auto done =
      run_script(rig_->server(), root_, "echo 'Error: no room' >&2; exit 3", "a thing in " + root_.name, {});
  ASSERT_FALSE(done);
  EXPECT_EQ(done.error().code, ErrorCode::inside_failed);
  EXPECT_EQ(done.error().thing, "a thing in " + root_.name);
  EXPECT_EQ(done.error().cause, "no room");
  EXPECT_EQ(done.error().fix, "look inside, on the server: " + root_.to_enter);
}

TEST_P(PlaceContract, AScriptThatFindsNoRoomSaysWhereToLook) {
  for (const char* words : {"cp: write error: No space left on device", "cat: write error: Disk quota exceeded"}) {
    const auto done = run_script(rig_->server(), root_, "echo '" + std::string(words) + "' >&2; exit 1", "a thing", {});
    ASSERT_FALSE(done);
    EXPECT_EQ(done.error().cause, words);
    EXPECT_EQ(done.error().fix,
              "make room in " + root_.name + "; to see what is full, on the server: " + root_.by_hand + " df -h");
  }
}

TEST_P(PlaceContract, ALookFindsRootAndItsHome) {
  const auto inside = look(root_);
  EXPECT_TRUE(inside.has_shell);
  EXPECT_TRUE(inside.user_home.starts_with('/')) << inside.user_home;
}

// One life: a user is made, gets other ids, hooks run as that user, sshd starts, starts again from nothing by the same
// command (as after a restart of the place), and everything of ours is removed.
TEST_P(PlaceContract, AUserHooksAndSshdAreMadeAndTakenOutAgain) {
  if (!rig_->disposable()) GTEST_SKIP() << "this place may not be changed";
  const plan::Place place = rig_->place(k_user);
  auto made = make_user(rig_->server(), place, {k_user, k_uid + 1, k_uid + 1}, {});
  ASSERT_TRUE(made) << to_text(made.error());
  EXPECT_EQ(look(place).user_uid, k_uid + 1);
  EXPECT_FALSE(make_user(rig_->server(), place, {k_user, 4300, 4300}, {})) << "there is one of that name";
  made = match_user(rig_->server(), place, {k_user, k_uid, k_uid}, {});
  ASSERT_TRUE(made) << to_text(made.error());
  auto inside = look(place);
  EXPECT_EQ(inside.user_uid, k_uid);
  EXPECT_EQ(out(line(place, As::user, {"id", "-u"})), std::to_string(k_uid) + "\n");
  EXPECT_EQ(out(line(place, As::root, {"id", "-u"})), "0\n");

  const auto hooks =
      run_hooks(rig_->server(), place, {{"NAME", "a 'b'"}},
                {plan::RunHooks::Moment::create, k_user, "", "run-1", {"id -u", "printf '%s\\n' \"$NAME\""}}, {}, {});
  ASSERT_TRUE(hooks) << to_text(hooks.error());
  EXPECT_NE(out(line(place, As::root, {"cat", std::string(plan::k_marks_folder) + "/post_create"})).find("run-1"),
            std::string::npos);

  ASSERT_FALSE(inside.image_sshd.empty()) << "the place has no sshd";
  helper::test::TempFolder folder;
  HostKeyFiles keys;
  for (const auto& [type, text] : {std::pair("ed25519", &keys.ed25519), std::pair("ecdsa", &keys.ecdsa)}) {
    const std::string file = (folder.path() / type).string();
    ASSERT_TRUE(
        run_process({{"ssh-keygen", "-q", "-t", type, "-N", "", "-f", file}, {}, {}, Milliseconds(20'000)}, {}));
    *text = helper::test::read_file(file);
  }
  config::Target target;
  target.name = target.container.name = "c";
  target.ssh.user = k_user;
  const auto desired = plan::desired_state(target, plan::Power::running);
  plan::Observed observed;
  observed.server.container = plan::Container{};
  observed.server.container->state = plan::ContainerState::running;
  observed.server.container->ways = place.ways;
  observed.server.container->env = {"PATH=/usr/bin:/bin", "GREETING=hello"};
  observed.place.current = place;
  observed.place.inside = inside;
  observed.local.key = plan::LocalKey{"/k", "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIKeyOfThePerson0123456789 me"};
  const auto setup = plan::sshd_setup(desired, observed);
  ASSERT_TRUE(setup) << to_text(setup.error());
  const Command start = sshd_command(place, *setup, keys, "0123abcd");
  EXPECT_EQ(start.script.find("PRIVATE KEY"), std::string::npos) << "a secret in a command line";
  for (int time = 1; time <= 2; ++time) {
    const auto started = run(start);
    ASSERT_EQ(started.exit_status, 0) << "time " << time << ": " << started.err;
    inside = look(place);
    EXPECT_EQ(inside.sshd_fingerprint, "0123abcd");
    EXPECT_TRUE(inside.sshd_listening);
    EXPECT_TRUE(inside.traces);
    if (time == 2) break;
    // As after a restart of the place: no process, and nothing in memory.
    out(script_line(
        place, As::root,
        "read -r _ keeper < /dev/helper/run/setup; kill $keeper; rm -rf /dev/helper/run /dev/sshd/*; sleep 1"));
    EXPECT_EQ(look(place).sshd_fingerprint, "");
  }
  ASSERT_TRUE(eject(rig_->server(), place, {"c", true}, {}));
  inside = look(place);
  EXPECT_FALSE(inside.traces);
  EXPECT_EQ(inside.sshd_fingerprint, "");
}

INSTANTIATE_TEST_SUITE_P(Each, PlaceContract, testing::ValuesIn(kinds()), [](const auto& of) {
  std::string name = of.param;
  std::ranges::replace_if(
      name, [](unsigned char c) { return std::isalnum(c) == 0; }, '_');
  return name;
});

}  // namespace
}  // namespace helper::inside
