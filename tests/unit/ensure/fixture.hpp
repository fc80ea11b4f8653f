// One target with everything around it faked.
#pragma once

#include "ensure/converge.hpp"
#include "plan/desired.hpp"
#include "support/fake_file_store.hpp"
#include "support/fake_jupyter_api.hpp"
#include "support/fake_ssh_client.hpp"
#include "support/fake_tunnel_set.hpp"
#include "support/manual_clock.hpp"
#include "support/simulated_server.hpp"

#include <gtest/gtest.h>

#include <array>
#include <string>
#include <vector>

namespace helper::ensure::test {

inline constexpr const char* k_public_line = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIKeyOfThePerson0123456789 me@laptop";

inline constexpr std::array k_host_keys{"ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIHostKeyOfTheContainer",
                                        "ecdsa-sha2-nistp256 AAAAE2VjZHNhLXNoYTItbmlzdHAyNTYAAAAIHostKey"};

inline std::string to_line(const Event& event) {
  const auto kind = [&] {
    switch (event.kind) {
      case Event::Kind::connecting:
        return "connecting";
      case Event::Kind::started:
        return "started";
      case Event::Kind::progress:
        return "progress";
      case Event::Kind::done:
        return "done";
      case Event::Kind::failed:
        return "failed";
      case Event::Kind::note:
        return "note";
      case Event::Kind::command:
        return "command";
      case Event::Kind::answered:
        return "answered";
      case Event::Kind::question:
        break;
    }
    return "question";
  };
  return std::string(kind()) + " " + event.text + (event.cause.empty() ? "" : ": " + event.cause) + "\n";
}

// One that the SimulatedServer has.
inline config::Target a_target() {
  config::Target target;
  target.name = target.ssh_name = "centernet";
  target.server = "gpu1";
  target.container.name = "centernet";
  target.container.image = "centernet:1.2";
  target.ssh.local_port = 2222;
  return target;
}

// The person's key, and the host keys of that target.
inline void write_keys(FileStore& files, const Paths& paths, const std::string& target) {
  const auto key = paths.home / ".ssh" / "id_ed25519";
  EXPECT_TRUE(files.write(key, "secret", 0600));
  EXPECT_TRUE(files.write(key.string() + ".pub", std::string(k_public_line) + "\n", 0644));
  for (const auto& [type, line] : {std::pair("ed25519", k_host_keys[0]), std::pair("ecdsa", k_host_keys[1])}) {
    const auto file = paths.host_keys(target) / type;
    EXPECT_TRUE(files.write(file, "secret host key", 0600));
    EXPECT_TRUE(files.write(file.string() + ".pub", std::string(line) + " \n", 0644));
  }
}

class ConvergeTest : public testing::Test {
 protected:
  ConvergeTest() {
    ssh.keys = {k_host_keys[0], k_host_keys[1]};
    write_keys(files, paths, target.name);
  }

  Result<Report> converge(plan::Power power = plan::Power::running) {
    events.clear();
    before = runner.commands().size();
    return ensure::converge(
        {runner, tunnels, files, clock, jupyter, ssh}, paths, plan::desired_state(target, power), knowledge,
        [this](const Event& event) {
          EXPECT_EQ(event.target, "centernet");
          events += to_line(event);
        },
        stop.get_token(), consents);
  }

  // What the server was asked since the last converge() began, in order.
  [[nodiscard]] std::vector<std::string> asked() const {
    std::vector<std::string> names;
    const auto all = runner.commands();
    for (auto i = before; i < all.size(); ++i) names.push_back(helper::test::SimulatedServer::name_of(all[i].script));
    return names;
  }
  // Text about the ports says LOCAL, because the kernel chose it.
  [[nodiscard]] std::string anonymous(std::string text) const {
    const std::string port = std::to_string(target.ssh.local_port);
    for (auto at = text.find(port); at != std::string::npos; at = text.find(port))
      text.replace(at, port.size(), "LOCAL");
    return text;
  }
  [[nodiscard]] std::string known_hosts() const {
    const auto all = files.files();
    const auto file = all.find(paths.known_hosts());
    return file == all.end() ? std::string() : file->second.bytes;
  }

  helper::test::FakeCommandRunner runner{"gpu1"};
  helper::test::SimulatedServer server{runner};
  helper::test::FakeTunnelSet tunnels;
  helper::test::FakeFileStore files;
  helper::test::FakeJupyterApi jupyter;
  Consents consents;
  helper::test::ManualClock clock;
  helper::test::FakeSshClient ssh;
  Paths paths{"/home/me", "/run/me", "/data/helper", "/state", "/config.json"};
  config::Target target = a_target();
  Knowledge knowledge;
  std::stop_source stop;
  std::string events;
  std::size_t before = 0;
};

}  // namespace helper::ensure::test
