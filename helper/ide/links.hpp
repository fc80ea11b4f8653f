// Links that open a ready target in a JetBrains launcher.
#pragma once

#include "ide/access.hpp"

#include <cstdint>
#include <string>
#include <string_view>

namespace helper::ide {

// jetbrains-gateway://connect#...: the parameters are in the fragment. Some Gateway versions only fill in their form
// from it. Nothing in it names a key: Gateway takes that from an agent or from ~/.ssh/config.
[[nodiscard]] std::string gateway_link(const Access& access);

// jetbrains://gateway/ssh/environment?...: Toolbox runs the system's ssh, so the link names the Host of
// ssh_config_block, which must be in ~/.ssh/config. Opening the project itself is the best effort of Toolbox.
[[nodiscard]] std::string toolbox_link(const Access& access);

// http://127.0.0.1:PORT/?token=TOKEN: a browser, or an IDE that asks for a Jupyter server's address, needs no more. It
// is as secret as the token. Without a token (a Jupyter that is not ours) the address alone. `base_path` begins and
// ends with a slash; "" is "/".
[[nodiscard]] std::string jupyter_link(std::uint16_t local_port, std::string_view token,
                                       std::string_view base_path = {});

// RFC 3986, 2.1: every byte but the unreserved ones as %XX.
[[nodiscard]] std::string percent_encode(std::string_view text);

}  // namespace helper::ide
