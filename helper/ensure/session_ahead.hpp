// SessionAhead tries a session as soon as one should work, while the look goes on that tells what it was tried on. One
// that fails says nothing: it may have come too early.
#pragma once

#include "ensure/ssh_client.hpp"

#include <future>
#include <optional>
#include <stop_token>
#include <string>
#include <utility>

namespace helper::ensure {

class SessionAhead {
 public:
  // The client outlives it.
  SessionAhead(SshClient& client, ide::Access access, std::string agent_socket)
      : answer_(std::async(std::launch::async,
                           [&client, access = std::move(access), socket = std::move(agent_socket),
                            stop = stop_.get_token()] { return client.try_session(access, socket, stop); })) {}
  // Gives up what is under way.
  ~SessionAhead() { stop_.request_stop(); }
  SessionAhead(const SessionAhead&) = delete;
  SessionAhead& operator=(const SessionAhead&) = delete;

  // Once; nullopt: it failed.
  std::optional<plan::SessionTry> wait(const std::stop_token& stop) {
    const std::stop_callback give_up(stop, [this] { stop_.request_stop(); });
    auto tried = answer_.get();
    return tried && (tried->works() || tried->undecided) ? std::optional(std::move(*tried)) : std::nullopt;
  }

 private:
  std::stop_source stop_;
  std::future<Result<plan::SessionTry>> answer_;
};

}  // namespace helper::ensure
