// FakeSshClient is a target's SSH port as it should be, unless a test says otherwise.
#pragma once

#include "ensure/ssh_client.hpp"

#include <string>
#include <vector>

namespace helper::test {

class FakeSshClient final : public ensure::SshClient {
 public:
  bool answers = true;
  std::vector<std::string> keys;
  plan::SessionTry session = [] {
    plan::SessionTry works;
    works.command = works.sftp = true;
    return works;
  }();
  int sessions = 0;  // that were tried
  bool agent_has_the_key = false;

  [[nodiscard]] std::optional<std::vector<std::string>> host_keys(std::uint16_t, const std::vector<std::string>&,
                                                                  Milliseconds, const std::stop_token&) override {
    return answers ? std::optional(keys) : std::nullopt;
  }
  [[nodiscard]] Result<plan::SessionTry> try_session(const ide::Access&, const std::string&,
                                                     const std::stop_token&) override {
    ++sessions;
    return session;
  }
  [[nodiscard]] bool agent_holds(const std::string&, const std::string&) override { return agent_has_the_key; }
};

}  // namespace helper::test
