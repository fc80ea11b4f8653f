// Request is what every method of the Service takes.
#pragma once

#include "ensure/report.hpp"

#include <optional>
#include <string>
#include <vector>

namespace helper::ensure {

// Which target, and how to reach the person who asks.
struct Request {
  std::string config_file;   // absolute; "" = the one that is found from `folder`
  std::string target;        // "" = the config's only one
  std::string agent_socket;  // SSH_AUTH_SOCK of who asks; "" = keep what is known
  bool can_answer = false;   // questions may be put to who asks; else they are refused
  // "NAME=value" of who asks, for ${localEnv:NAME} of the config and of a devcontainer.json; absent = that of the last
  // request about this config, else this process's own.
  std::optional<std::vector<std::string>> environment{};
  bool recreate = false;  // of ensure: a container that is not as the config says may be recreated without asking
  bool yes = false;       // of stop, restart, remove, eject: kernels that are busy may end without asking
  std::string folder{};   // absolute, where the search for a helper.json begins; "" = the person's own config
  std::string owner{};    // the name of another owner whose container may be changed, as the person says; "" = nobody's
  EventSink tell{};       // tells the caller what happens before the work; never empty when can_answer is true
  bool by_itself = false;  // of ensure: no person has asked now, so what a person ended stays ended
  bool verbose = false;    // the caller gets each command that is sent to the server, as events
  bool offers = false;     // of ensure: the person may be asked about more than what they asked for
};

}  // namespace helper::ensure
