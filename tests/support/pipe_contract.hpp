// What a TunnelSet promises about a remote that is a command (a Pipe), as one test suite, to be run on every way to a
// server.
#pragma once

#include "support/sshd.hpp"
#include "support/tcp.hpp"
#include "support/temp_folder.hpp"
#include "tunnel/tunnels.hpp"

#include <gtest/gtest.h>

#include <csignal>
#include <functional>
#include <memory>
#include <string>
#include <thread>
#include <vector>

namespace helper::test {

class PipeRig {
 public:
  virtual ~PipeRig() = default;
  virtual tunnel::TunnelSet& tunnels() = 0;
};

struct PipeCase {
  std::string name;
  std::function<std::unique_ptr<PipeRig>()> make;
};

class PipeContract : public ::testing::TestWithParam<PipeCase> {
 protected:
  void lead_to(const std::string& command, const std::string& name = "the command") {
    ASSERT_TRUE(rig_->tunnels().open(port_, "ssh"));
    ASSERT_TRUE(rig_->tunnels().point(port_, Pipe{name, command}));
  }
  tunnel::TunnelStatus status() { return rig_->tunnels().status().at(0); }
  bool all_ended() {
    return eventually([&] { return status().connections == 0; });
  }
  static bool runs(pid_t pid) { return ::kill(pid, 0) == 0; }

  std::unique_ptr<PipeRig> rig_ = GetParam().make();
  std::uint16_t port_ = free_port();
};

TEST_P(PipeContract, StatusNamesTheCommand) {
  lead_to("exec cat");
  EXPECT_EQ(status().remote, Remote(Pipe{"the command", "exec cat"}));
  EXPECT_EQ(to_text(*status().remote), "the command");
}

TEST_P(PipeContract, TenMegabytesEachWayArriveWhole) {
  lead_to("exec cat");
  const std::string sent = pattern(10u << 20);
  const TcpClient client(port_);
  std::thread sender([&] {
    EXPECT_TRUE(client.send(sent));
    client.end_sending();
  });
  const auto received = client.receive_all();
  sender.join();
  EXPECT_TRUE(received == sent) << (received ? received->size() : 0) << " bytes came";
  EXPECT_TRUE(all_ended());
  EXPECT_EQ(status().trouble, "");
}

TEST_P(PipeContract, TheClientsEndOfFileReachesTheCommandByItself) {
  lead_to("exec wc -c");
  const TcpClient client(port_);
  ASSERT_TRUE(client.send("question"));
  client.end_sending();
  EXPECT_EQ(client.receive_all(), "8\n");
}

TEST_P(PipeContract, ACommandThatEndsItsOutputFirstStillHearsTheRest) {
  const TempFolder folder;
  const auto file = (folder.path() / "heard").string();
  lead_to("printf bye; exec >&- 2>&-; cat > " + file + ".part; mv " + file + ".part " + file);
  const TcpClient client(port_);
  ASSERT_EQ(client.receive_all(), "bye");
  ASSERT_TRUE(client.send("one more thing"));
  client.end_sending();
  EXPECT_TRUE(eventually([&] { return read_file(file) == "one more thing"; }));
}

TEST_P(PipeContract, TheCommandMayBeOfManyLinesAndAnyBytes) {
  lead_to("word='a\\n\\\\ \xc3\xa9 \x81 $HOME'\n# a comment\nprintf %s \"$word\"; cat <<END\n\tlast\nEND\n");
  EXPECT_EQ(TcpClient(port_).receive_all(), "a\\n\\\\ \xc3\xa9 \x81 $HOME\tlast\n");
}

TEST_P(PipeContract, ACommandThatIsMissingIsARefusalThatTellsIt) {
  lead_to("exec no-such-program --at-all", "sshd in centernet");
  EXPECT_EQ(TcpClient(port_).receive_all(), "");
  EXPECT_TRUE(eventually([&] { return !status().trouble.empty(); }));
  EXPECT_NE(status().trouble.find("sshd in centernet: "), std::string::npos) << status().trouble;
  EXPECT_NE(status().trouble.find("not found"), std::string::npos) << status().trouble;
  EXPECT_TRUE(all_ended());
}

TEST_P(PipeContract, ACommandThatFailsIsQuoted) {
  lead_to("echo 'Error: No such container: centernet' >&2; exit 1");
  EXPECT_EQ(TcpClient(port_).receive_all(), "");
  EXPECT_TRUE(eventually([&] { return status().trouble == "the command: Error: No such container: centernet"; }))
      << status().trouble;
}

TEST_P(PipeContract, ACommandThatFailsSilentlyTellsItsStatus) {
  lead_to("exit 7");
  EXPECT_EQ(TcpClient(port_).receive_all(), "");
  EXPECT_TRUE(eventually([&] { return status().trouble == "the command: the command failed with exit status 7"; }))
      << status().trouble;
}

TEST_P(PipeContract, TroubleIsForgottenOnceAConnectionSucceeds) {
  lead_to("exit 7");
  EXPECT_EQ(TcpClient(port_).receive_all(), "");
  EXPECT_TRUE(eventually([&] { return !status().trouble.empty(); }));
  ASSERT_TRUE(rig_->tunnels().point(port_, Pipe{"cat", "exec cat"}));
  EXPECT_EQ(TcpClient(port_).ask("x"), "x");
  EXPECT_EQ(status().trouble, "");
}

TEST_P(PipeContract, ACommandThatIsKilledMidwayBreaksTheConnectionOff) {
  lead_to("printf half; read -r line; kill -KILL $$");
  const TcpClient client(port_);
  ASSERT_EQ(client.receive(4), "half");
  ASSERT_TRUE(client.send("go\n"));
  EXPECT_EQ(client.receive_all(), std::nullopt);
  EXPECT_TRUE(all_ended());
}

TEST_P(PipeContract, AnEndWithAFailureAfterAConversationIsAnEnd) {
  lead_to("printf bye; exit 255");
  EXPECT_EQ(TcpClient(port_).receive_all(), "bye");
  EXPECT_TRUE(all_ended());
}

TEST_P(PipeContract, ACommandThatReadsNoMoreDoesNotHoldItsClientUp) {
  lead_to("exec <&-; sleep 0.5; printf done");
  const TcpClient client(port_);
  static_cast<void>(client.send(std::string(64u << 10, 'x')));
  EXPECT_EQ(client.receive(4), "done");
}

TEST_P(PipeContract, FiftyAtOnceGetEachTheirOwnBytes) {
  lead_to("exec cat");
  std::vector<std::unique_ptr<TcpClient>> clients;
  for (int i = 0; i < 50; ++i) clients.push_back(std::make_unique<TcpClient>(port_));
  for (std::size_t i = 0; i < clients.size(); ++i) ASSERT_TRUE(clients[i]->send("client " + std::to_string(1000 + i)));
  for (std::size_t i = 0; i < clients.size(); ++i)
    ASSERT_EQ(clients[i]->receive(11), "client " + std::to_string(1000 + i));
  EXPECT_EQ(status().connections, 50U);
  clients.clear();
  EXPECT_TRUE(all_ended());
}

TEST_P(PipeContract, ManyInARow) {
  lead_to("exec cat");
  for (int i = 0; i < 60; ++i) {
    const TcpClient client(port_);
    ASSERT_EQ(client.ask("ping"), "ping") << i;
  }
  EXPECT_TRUE(all_ended());
}

TEST_P(PipeContract, PointingElsewhereLeavesOpenConnectionsAlone) {
  lead_to("exec cat");
  const TcpClient first(port_);
  ASSERT_EQ(first.ask("x"), "x");
  ASSERT_TRUE(rig_->tunnels().point(port_, Pipe{"another", "printf other; exec cat"}));
  EXPECT_EQ(TcpClient(port_).receive(5), "other");
  const TcpServer server(echo);
  ASSERT_TRUE(rig_->tunnels().point(port_, Endpoint{"127.0.0.1", server.port()}));
  EXPECT_EQ(TcpClient(port_).ask("tcp"), "tcp");
  EXPECT_EQ(first.ask("still here"), "still here");
}

TEST_P(PipeContract, TheCommandEndsWhenItsClientLeaves) {
  lead_to("echo $$; exec cat");
  auto client = std::make_unique<TcpClient>(port_);
  std::string text;
  while (!text.ends_with("\n")) {
    const std::string byte = client->receive(1);
    ASSERT_FALSE(byte.empty());
    text += byte;
  }
  const auto pid = static_cast<pid_t>(std::stol(text));
  EXPECT_TRUE(runs(pid));
  client.reset();
  EXPECT_TRUE(eventually([&] { return !runs(pid); }));
}

TEST_P(PipeContract, ClosingThePortBreaksItsConnectionsOff) {
  lead_to("exec cat");
  const TcpClient client(port_);
  ASSERT_EQ(client.ask("x"), "x");
  rig_->tunnels().close(port_);
  EXPECT_EQ(client.receive_all(), std::nullopt);
}

TEST_P(PipeContract, AllIsGoneAtOnceWithOpenConnections) {
  lead_to("exec cat");
  const TcpClient client(port_);
  ASSERT_EQ(client.ask("x"), "x");
  rig_.reset();
  EXPECT_EQ(client.receive_all(), std::nullopt);
}

TEST_P(PipeContract, WhatIsNoCommandIsRefused) {
  ASSERT_TRUE(rig_->tunnels().open(port_, "ssh"));
  for (const Pipe& bad :
       {Pipe{"a", ""}, Pipe{"", "cat"}, Pipe{"a", std::string("cat\0x", 5)}, Pipe{"a", std::string(100'000, 'x')}}) {
    EXPECT_FALSE(rig_->tunnels().point(port_, bad)) << bad.command.size();
  }
}

}  // namespace helper::test
