#include "ide/links.hpp"

#include <fmt/format.h>

namespace helper::ide {

std::string percent_encode(std::string_view text) {
  constexpr std::string_view k_unreserved = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~";
  std::string out;
  for (const char c : text) {
    if (k_unreserved.find(c) != std::string_view::npos) {
      out += c;
    } else {
      out += fmt::format("%{:02X}", static_cast<unsigned char>(c));
    }
  }
  return out;
}

std::string gateway_link(const Access& i) {
  std::string link = "jetbrains-gateway://connect#type=ssh&host=" + percent_encode(i.host) +
                     "&port=" + std::to_string(i.port) + "&user=" + percent_encode(i.user);
  if (!i.project_remote.empty()) link += "&projectPath=" + percent_encode(i.project_remote);
  return link;
}

std::string jupyter_link(std::uint16_t local_port, std::string_view token, std::string_view base_path) {
  const std::string address =
      "http://127.0.0.1:" + std::to_string(local_port) + std::string(base_path.empty() ? "/" : base_path);
  return token.empty() ? address : address + "?token=" + percent_encode(token);
}

std::string toolbox_link(const Access& i) {
  std::string link =
      "jetbrains://gateway/ssh/environment?h=" + percent_encode(i.host_key_alias) + "&launchIde=true&ideHint=PY";
  if (!i.project_remote.empty()) link += "&projectHint=" + percent_encode(i.project_remote);
  return link;
}

}  // namespace helper::ide
