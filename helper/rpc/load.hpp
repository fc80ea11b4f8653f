// Load is what a daemon would cut off if it ended now, and what happens to one of another version than the command.
// Pure.
#pragma once

#include "base/prompt.hpp"
#include "base/result.hpp"
#include "ensure/report.hpp"
#include "rpc/json.hpp"

#include <cstddef>
#include <optional>
#include <string>
#include <vector>

namespace helper::rpc {

struct Load {
  std::vector<ensure::Carried> carried;
  std::size_t requests = 0;  // under way, of those that change something
  [[nodiscard]] bool empty() const { return carried.empty() && requests == 0; }
  friend bool operator==(const Load&, const Load&) = default;
};

// Members of the answer to `shutdown`; nullopt for the answer of a daemon that does not know them yet.
[[nodiscard]] Json to_json(const Load& load);
[[nodiscard]] std::optional<Load> load_from_json(const Json& answer);
// "3 connections (dev: 2222, 8888; prod: 2223) and a request that changes something".
[[nodiscard]] std::string to_text(const Load& load);

enum class Replacement {
  silent,  // it is replaced, since nothing is cut off
  told,    // it is replaced, as it does not tell what is cut off; a line says so
  asked,   // the person decides
  used,    // it goes on, and does what the command asks; a line says so
  refused  // it goes on, and the command cannot use it
};
// `load`: nullopt when the daemon does not tell. `same_api`: it understands the command.
[[nodiscard]] Replacement replacement_of(const std::optional<Load>& load, bool can_ask, bool same_api);

[[nodiscard]] Question replacement_question(const std::string& version, const Load& load);
[[nodiscard]] std::string replaced_untold(const std::string& version);
[[nodiscard]] std::string used_as_it_is(const std::string& version, const Load& load);
[[nodiscard]] Error replacement_refused(const std::string& version, const Load& load);

}  // namespace helper::rpc
