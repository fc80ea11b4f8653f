// What `helper init` offers as answers: the Hosts of ~/.ssh/config, the images of the server, local ports that are
// free.
#pragma once

#include "cli/context.hpp"
#include "config/config.hpp"

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

namespace helper::cli {

struct InitOffers {
  std::vector<std::string> hosts;
  // Of a server, newest first; empty when it does not answer within some seconds. Asked once, when it is known.
  std::function<std::vector<std::string>(const std::string& server)> images = [](const std::string&) {
    return std::vector<std::string>{};
  };
  // Whether no target that is known here has this local port.
  std::function<bool(std::uint16_t port)> is_unclaimed = [](std::uint16_t) { return true; };
  bool adds = false;  // the target goes into a config that is there
};

// The names that ssh_config's Host lines give, without patterns; in the order of the text. Pure.
[[nodiscard]] std::vector<std::string> hosts_in(std::string_view ssh_config);

// The local ports of all targets of a config.
[[nodiscard]] std::vector<std::uint16_t> local_ports(const config::Config& config);

// `existing` is the config to which a target will be added; null for none. With a person ~/.ssh/config and the configs
// that are trusted are read; what cannot be read offers nothing.
[[nodiscard]] InitOffers init_offers(Context& context, const Paths& paths, const config::Config* existing);

}  // namespace helper::cli
