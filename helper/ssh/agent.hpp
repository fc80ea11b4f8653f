// The ssh-agent as we use it: what keys it holds, and a narrowed view of it that shows libssh only the keys to be
// tried. The protocol is draft-miller-ssh-agent.
#pragma once

#include "base/fd.hpp"
#include "base/result.hpp"
#include "ssh/wait.hpp"

#include <string>
#include <string_view>
#include <thread>
#include <vector>

namespace helper::ssh {

struct AgentKey {
  std::string blob;     // the public key as it is sent on the wire
  std::string comment;  // mostly the file it was loaded from
  // Of a certificate that the agent does not hold: the key of its that signs. "": it signs as `blob`.
  std::string signs_with{};
  friend bool operator==(const AgentKey&, const AgentKey&) = default;
};

// Pure: the body of an identities answer, type byte included. An error for anything but a complete and correct one.
[[nodiscard]] Result<std::vector<AgentKey>> parse_identities(std::string_view message);
[[nodiscard]] std::string identities_answer(const std::vector<AgentKey>& keys);

// Pure: the request to sign by one of `keys`, with the key that the agent holds in it.
[[nodiscard]] std::string as_the_agent_knows_it(std::string_view sign_request, const std::vector<AgentKey>& keys);

// Standard base64 with padding, as public key files have it.
[[nodiscard]] std::string base64(std::string_view bytes);

// Asks the agent behind the socket for its keys.
[[nodiscard]] Result<std::vector<AgentKey>> agent_keys(const std::string& socket, const Limit& limit);

// An agent in front of the agent: libssh's own code offers every key that it is shown, in the order shown, and waits
// for answers without a limit; this one shows `keys` only, and its answers have a limit.
class NarrowAgent {
 public:
  NarrowAgent(std::string socket, std::vector<AgentKey> keys, std::stop_token stop);
  ~NarrowAgent();
  NarrowAgent(const NarrowAgent&) = delete;
  NarrowAgent& operator=(const NarrowAgent&) = delete;
  // The end to hand to ssh_set_agent_socket, which closes it. Empty when no socket pair could be made, or on a second
  // call.
  [[nodiscard]] Fd take_end() { return std::move(theirs_); }

 private:
  void serve();
  std::string socket_;
  std::vector<AgentKey> keys_;
  std::stop_token stop_;
  Fd theirs_;
  Fd ours_;
  std::thread thread_;
};

}  // namespace helper::ssh
