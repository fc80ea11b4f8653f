// The Service on simulated servers, with configs in a folder of the test's own: who is let in, whose ports are whose,
// and what the targets of one config share.
#include "ensure/service.hpp"

#include "ensure/wanted.hpp"
#include "support/fake_connections.hpp"
#include "support/gate.hpp"
#include "support/tcp.hpp"
#include "support/temp_folder.hpp"
#include "unit/ensure/fixture.hpp"

#include <gmock/gmock.h>

#include <future>
#include <map>
#include <thread>
#include <utility>

namespace helper::ensure {
namespace {

using testing::Contains;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;
using testing::UnorderedElementsAre;

std::string target_text(const std::string& server, int port, const std::string& container = "centernet") {
  return R"({"server": ")" + server + R"(", "container": {"name": ")" + container +
         R"(", "image": "centernet:1.2"}, )" + R"("ssh": {"local_port": )" + std::to_string(port) + "}}";
}

class ServiceTest : public testing::Test {
 protected:
  ServiceTest() {
    ssh.keys = {test::k_host_keys[0], test::k_host_keys[1]};
    for (const char* name : {"centernet", "other"}) test::write_keys(files, paths, name);
    for (const char* name : {"gpu1", "gpu2"}) static_cast<void>(connections.server(name));
  }

  // By name, each with its text; and approved.
  void write_config(const std::map<std::string, std::string>& targets) {
    std::string text;
    for (const auto& [name, its] : targets) text += (text.empty() ? "" : ", ") + ("\"" + name + "\": " + its);
    ASSERT_TRUE(files.write(config_file, R"({"targets": {)" + text + "}}", 0600));
    ASSERT_TRUE(approve());
  }
  // Two targets, each on a server of its own.
  void write_config(int port, int other_port) {
    write_config({{"centernet", target_text("gpu1", port)}, {"other", target_text("gpu2", other_port)}});
  }
  Result<TrustReport> approve() { return service.trust(request(), service.trusted(request())->digest); }
  [[nodiscard]] Request request(const std::string& target = {}) const {
    Request request;
    request.config_file = config_file.string();
    request.target = target;
    return request;
  }
  Result<Report> ensure(const std::string& target) {
    return service.converge(request(target), plan::Power::running, quiet, {});
  }

  const EventSink quiet = [](const Event&) {};
  helper::test::TempFolder folder;
  std::filesystem::path config_file = folder.path() / "project" / "helper.json";
  Paths paths{folder.path() / "home", folder.path() / "run", folder.path() / "data", folder.path() / "state",
              folder.path() / "config.json"};
  helper::test::FakeConnections connections;
  DiskFileStore files;
  helper::test::ManualClock clock;
  helper::test::FakeJupyterApi jupyter;
  helper::test::FakeSshClient ssh;
  helper::test::Gate gate;
  Service service{{paths, connections, files, clock, jupyter, ssh}};
};

TEST_F(ServiceTest, NoServerIsReachedForAConfigThatNobodyApproved) {
  write_config(2222, 2223);
  ASSERT_TRUE(service.untrust(request()).value());
  EXPECT_EQ(ensure("centernet").error().code, ErrorCode::config_untrusted);
  EXPECT_EQ(service.status(request(), {}).error().code, ErrorCode::config_untrusted);
  EXPECT_EQ(service.watch(request("centernet"), 0, {}).error().code, ErrorCode::config_untrusted);
  EXPECT_THAT(connections.calls(), IsEmpty());
  ASSERT_TRUE(approve());
  EXPECT_TRUE(ensure("centernet"));
}

TEST_F(ServiceTest, ATargetIsTheSameOneForEveryRequestOfItsConfigAndName) {
  write_config(2222, 2223);
  const auto report = ensure("centernet");
  ASSERT_TRUE(report) << to_text(report.error());
  EXPECT_EQ(service.known(request("centernet")).value(), *report->settings);
  EXPECT_EQ(service.watch(request("centernet"), 0, {})->status.state, "ready");
  EXPECT_EQ(service.known(request("other")).error().code, ErrorCode::not_ready);
  EXPECT_EQ(service.watch(request("other"), 0, {})->status.state, "unknown");
  EXPECT_THAT(connections.calls(), ElementsAre("open gpu1"));
}

TEST_F(ServiceTest, TellsWhichTunnelsCarryConnectionsNow) {
  write_config(2222, 2223);
  EXPECT_THAT(service.carried(), IsEmpty());
  ASSERT_TRUE(ensure("centernet"));
  EXPECT_THAT(service.carried(), IsEmpty()) << "open, and nobody uses it";
  connections.tunnels().set_connections(2222, 2);
  EXPECT_THAT(service.carried(), ElementsAre(Carried{"centernet", 2222, 2}));
  ASSERT_TRUE(service.converge(request("centernet"), plan::Power::stopped, quiet, {}));
  EXPECT_THAT(service.carried(), IsEmpty());
}

TEST_F(ServiceTest, StatusOfAConfigIsThatOfEachTarget) {
  write_config(2222, 2223);
  ASSERT_TRUE(ensure("centernet"));
  const auto all = service.status(request(), {});
  ASSERT_TRUE(all);
  ASSERT_EQ(all->size(), 2U);
  EXPECT_EQ((*all)[0].state, "ready");
  EXPECT_EQ((*all)[1].state, "absent");
  EXPECT_EQ((*all)[1].config_file, config_file);
}

TEST_F(ServiceTest, StatusTellsWhereOpenSshChecksTheHostKey) {
  write_config(2222, 2223);
  EXPECT_THAT(service.status(request("centernet"), {})->front().notes, Not(Contains(HasSubstr("OpenSSH"))));
  connections.openssh_checks = true;
  EXPECT_THAT(service.status(request("centernet"), {})->front().notes,
              Contains("OpenSSH checks the host key of gpu1 for helper"));
}

TEST_F(ServiceTest, APortOfAnotherTargetIsNamedWithIt) {
  write_config(2222, 2223);
  ASSERT_TRUE(ensure("centernet"));
  const auto first = std::exchange(config_file, folder.path() / "second" / "helper.json");
  write_config(2300, 2222);
  const auto refused = ensure("other");
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, ErrorCode::port_busy);
  EXPECT_THAT(refused.error().cause, HasSubstr("target centernet of " + first.string()));
  EXPECT_THAT(connections.calls(), ElementsAre("open gpu1")) << "nothing was begun";
  const auto second = std::exchange(config_file, first);
  ASSERT_TRUE(service.converge(request("centernet"), plan::Power::stopped, quiet, {}));
  config_file = second;
  EXPECT_TRUE(ensure("other"));
}

TEST_F(ServiceTest, ARenamedTargetGivesItsPortsToTheNewName) {
  write_config({{"centernet", target_text("gpu1", 2222)}});
  ASSERT_TRUE(ensure("centernet"));
  write_config({{"other", target_text("gpu1", 2222)}});
  const auto report = ensure("other");
  ASSERT_TRUE(report) << to_text(report.error());
  EXPECT_EQ(report->settings->port, 2222);
  EXPECT_THAT(report->notes.front(), HasSubstr("target centernet is no longer in " + config_file.string()));
  EXPECT_THAT(report->notes.front(), testing::Not(HasSubstr("set \"container\""))) << "it has that name already";
}

TEST_F(ServiceTest, AConfigThatIsGoneHoldsNoPort) {
  write_config(2222, 2223);
  ASSERT_TRUE(ensure("centernet"));
  std::filesystem::rename(config_file.parent_path(), folder.path() / "moved");
  config_file = folder.path() / "moved" / "helper.json";
  ASSERT_TRUE(approve());
  EXPECT_TRUE(ensure("centernet"));
}

TEST_F(ServiceTest, AConfigThatCannotBeReadStillHoldsItsPorts) {
  write_config(2222, 2223);
  ASSERT_TRUE(ensure("centernet"));
  const auto first = std::exchange(config_file, folder.path() / "second" / "helper.json");
  ASSERT_TRUE(files.write(first, "{ not json", 0600));
  write_config(2300, 2222);
  EXPECT_EQ(ensure("other").error().code, ErrorCode::port_busy);
}

TEST_F(ServiceTest, ATargetThatMovesToAnotherServerGivesItsPortBackFirst) {
  write_config(2222, 2223);
  ASSERT_TRUE(ensure("centernet"));
  ASSERT_TRUE(files.write(
      config_file,
      R"({"targets": {"centernet": )" + target_text("gpu2", 2300) + R"(, "other": )" + target_text("gpu1", 2222) + "}}",
      0600));
  ASSERT_TRUE(approve());
  ASSERT_TRUE(ensure("centernet"));
  EXPECT_THAT(connections.calls(), ElementsAre("open gpu1", "close gpu1", "open gpu2"));
  EXPECT_TRUE(ensure("other")) << "the port that the other had is free";
}

TEST_F(ServiceTest, AConfigEditedWhileItsEnsureRunsHoldsFromTheNextRequestOn) {
  write_config(2222, 2223);
  connections.before_each_command([this](const std::string& name, const std::stop_token& stop) {
    if (name == "create") gate.pass(stop);
  });
  auto first = std::async(std::launch::async, [&] { return ensure("centernet"); });
  gate.wait_until_reached();
  write_config(2300, 2223);
  auto second = std::async(std::launch::async, [&] { return ensure("centernet"); });
  gate.open();
  EXPECT_EQ(first.get()->settings->port, 2222);
  EXPECT_EQ(second.get()->settings->port, 2300);
  EXPECT_EQ(service.known(request("centernet"))->port, 2300);
}

TEST_F(ServiceTest, AChosenLocalPortStaysWhileItIsUsedAndAfterARestartOfTheDaemon) {
  std::string text = target_text("gpu1", 2222);
  text.replace(text.find("2222"), 4, "\"auto\"");
  write_config({{"centernet", text}});
  const auto first = ensure("centernet");
  ASSERT_TRUE(first) << to_text(first.error());
  const auto port = first->settings->port;
  EXPECT_NE(port, 0);
  const Fd in_use(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));  // as by the tunnel
  const auto address = helper::test::loopback(port);
  // Where another program has taken the port meanwhile, that serves as well.
  static_cast<void>(::bind(in_use.get(), reinterpret_cast<const sockaddr*>(&address), sizeof address));
  EXPECT_EQ(ensure("centernet")->settings->port, port);
  EXPECT_EQ(service.status(request("centernet"), {})->front().tunnels.front().local_port, port);
  Service next{{paths, connections, files, clock, jupyter, ssh}};
  EXPECT_EQ(next.converge(request("centernet"), plan::Power::running, quiet, {})->settings->port, port);
}

TEST_F(ServiceTest, ASecondTargetOfThatNameInAnotherConfigHasItsOwnHost) {
  write_config(2222, 2223);
  ASSERT_TRUE(ensure("centernet"));
  config_file = folder.path() / "second" / "helper.json";
  test::write_keys(files, paths, "centernet-2");
  write_config({{"centernet", target_text("gpu2", 2230)}});
  const auto report = ensure("centernet");
  ASSERT_TRUE(report) << to_text(report.error());
  EXPECT_EQ(report->settings->ssh_name, "centernet-2");
  EXPECT_EQ(report->settings->host_key_alias, "helper-centernet-2");
  ASSERT_TRUE(service.converge(request("centernet"), plan::Power::absent, quiet, {}));
  ASSERT_TRUE(ensure("centernet"));
  EXPECT_EQ(ensure("centernet")->settings->ssh_name, "centernet-2") << "the first one still has its own";
}

// A new daemon after the reboot: another Service on the same files.
class RebootTest : public ServiceTest {
 protected:
  RebootTest() { write_config(2222, 2223); }
  [[nodiscard]] std::vector<WantedTarget> wanted() { return WantedList(paths, files).read().value(); }
  // Each answers after what was posted before it.
  void wait(const std::string& target) {
    for (int i = 0; i < 3; ++i) ASSERT_TRUE(next.status(request(target), {}));
  }

  Service next{{paths, connections, files, clock, jupyter, ssh}};
};

TEST_F(RebootTest, WhatWasMadeReadyIsLookedAfterAgainAndNothingElse) {
  ASSERT_TRUE(ensure("centernet"));
  next.take_up(Milliseconds(0));
  for (int i = 0; i < 2'000 && !next.known(request("centernet")); ++i) std::this_thread::sleep_for(Milliseconds(10));
  EXPECT_THAT(connections.calls(), ElementsAre("open gpu1", "open gpu1"));
}

TEST_F(RebootTest, WhatAPersonStoppedIsWantedNoMore) {
  ASSERT_TRUE(ensure("centernet"));
  ASSERT_TRUE(service.converge(request("centernet"), plan::Power::stopped, quiet, {}));
  EXPECT_THAT(wanted(), IsEmpty());
}

TEST_F(RebootTest, WhatAPersonStoppedWithoutHelperIsNotStarted) {
  ASSERT_TRUE(ensure("centernet"));
  connections.server("gpu1").simulated.state = "exited";
  next.take_up(Milliseconds(0));
  wait("centernet");
  EXPECT_EQ(connections.server("gpu1").simulated.state, "exited");
}

TEST_F(RebootTest, AStopThatCameFirstCountsForMore) {
  ASSERT_TRUE(ensure("centernet"));
  next.take_up(Milliseconds(200));
  ASSERT_TRUE(next.converge(request("centernet"), plan::Power::stopped, quiet, {}));
  std::this_thread::sleep_for(Milliseconds(300));
  wait("centernet");
  EXPECT_EQ(connections.server("gpu1").simulated.state, "exited");
  EXPECT_TRUE(connections.tunnels().status().empty());
}

TEST_F(RebootTest, AnEnsureThatFailsTakesNoWishBack) {
  ASSERT_TRUE(ensure("centernet"));
  connections.server("gpu1").runner.once("inspect", fail(ErrorCode::server_unreachable, "gpu1", "no answer"));
  ASSERT_FALSE(next.converge(request("centernet"), plan::Power::running, quiet, {}));
  EXPECT_THAT(wanted(), testing::SizeIs(1));
}

TEST_F(RebootTest, AConfigThatNobodyApprovesAnyMoreWaits) {
  ASSERT_TRUE(ensure("centernet"));
  ASSERT_TRUE(service.untrust(request()).value());
  const auto before = connections.calls();
  next.take_up(Milliseconds(0));
  EXPECT_EQ(connections.calls(), before);
  EXPECT_THAT(wanted(), testing::SizeIs(1));
}

TEST_F(RebootTest, ATargetThatItsConfigHasNoMoreIsForgotten) {
  ASSERT_TRUE(ensure("centernet"));
  write_config({{"other", target_text("gpu1", 2222)}});
  next.take_up(Milliseconds(0));
  EXPECT_THAT(wanted(), IsEmpty());
}

TEST_F(RebootTest, AConfigThatIsNotThereNowMayComeBack) {
  ASSERT_TRUE(ensure("centernet"));
  std::filesystem::remove(config_file);
  const auto before = connections.calls();
  next.take_up(Milliseconds(0));
  EXPECT_EQ(connections.calls(), before);
  EXPECT_THAT(wanted(), testing::SizeIs(1));
}

TEST_F(ServiceTest, EachServerIsAskedOnceForWhatHelperMadeThere) {
  write_config({{"centernet", target_text("gpu1", 2222)},
                {"other", target_text("gpu1", 2223, "second")},
                {"third", target_text("gpu2", 2224)}});
  connections.server("gpu2").runner.always("docker", fail(ErrorCode::server_unreachable, "gpu2", "no answer"));
  connections.server("gpu1").runner.always(
      helper::test::FakeCommandRunner::holds("docker podman"), [](const Command& command) {
        const std::string nonce = command.script.substr(command.script.find("@helper-"), 40);
        return Result<CommandOutput>(
            CommandOutput{0, "\n" + nonce + " program_docker 0\n\n" + nonce + " container 1\n", {}});
      });
  const auto lists = service.list(request(), {});
  ASSERT_TRUE(lists);
  ASSERT_EQ(lists->size(), 2U);
  EXPECT_FALSE((*lists)[0].error);
  EXPECT_EQ((*lists)[1].error->code, ErrorCode::server_unreachable);
  EXPECT_THAT(connections.calls(), UnorderedElementsAre("open gpu1", "open gpu2"));
}

TEST_F(ServiceTest, AQuestionOfAServerIsPutToWhoeverAskedForTheWork) {
  write_config(2222, 2223);
  std::atomic<int> asked = 0;
  connections.before_each_command([&](const std::string& name, const std::stop_token& stop) {
    if (name != "look" || asked++ > 0) return;
    const auto answer = connections.newest_order().ask->ask({Question::Kind::secret, "Password", {}}, stop);
    EXPECT_EQ(answer.value(), "open sesame");
  });
  Request its = request("centernet");
  its.can_answer = true;
  its.tell = quiet;
  const auto answering = [this](const Event& event) {
    if (event.kind != Event::Kind::question) return;
    EXPECT_TRUE(service.answer(event.question_id, "open sesame"));
  };
  EXPECT_TRUE(service.converge(its, plan::Power::running, answering, {}));
  EXPECT_FALSE(service.answer("no such question", "x"));
}

}  // namespace
}  // namespace helper::ensure
