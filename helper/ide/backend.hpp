// Backend is a JetBrains IDE that is installed in the container for remote use: where it is, what it is, and
// what it says of itself when it runs. The container says all of it, so it is checked.
#pragma once

#include "ide/access.hpp"

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace helper::ide {

struct Backend {
  std::string path;                        // of the IDE's folder
  std::string product_code;                // "PY"
  std::string build;                       // "261.22158.46"
  std::string name;                        // "PyCharm 2026.1.1"
  std::map<std::string, std::string> own;  // the parameters of its own Gateway link that are passed on
  friend bool operator==(const Backend&, const Backend&) = default;
};

// From the IDE's product-info.json; nullopt when that is none, or the path cannot be put into a link.
[[nodiscard]] std::optional<Backend> parse_product_info(std::string_view path, std::string_view json);

// The one to use: PyCharm before others, then the newest.
[[nodiscard]] std::optional<Backend> choose_backend(const std::vector<Backend>& backends);

// From what `remote-dev-server.sh status` prints (JSON after the line STATUS:): the parameters of the Gateway link that
// it gives for the project at `project`, without those that say which machine to go to: we decide that.
[[nodiscard]] std::map<std::string, std::string> parse_status(std::string_view output, std::string_view project);

// The Gateway link that uses this backend as it is (deploy=false) instead of downloading another.
[[nodiscard]] std::string gateway_link(const Access& access, const Backend& backend);

}  // namespace helper::ide
