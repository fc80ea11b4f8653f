#include "rpc/load.hpp"

#include "base/text.hpp"

#include <algorithm>
#include <map>

namespace helper::rpc {
namespace {

constexpr const char* k_end_it = "helper rpc shutdown";
// Of what one line names.
constexpr std::size_t k_most_named = 8;

std::string counted(std::uint64_t count, const std::string& thing) {
  return std::to_string(count) + " " + thing + (count == 1 ? "" : "s");
}

// "dev: 2222, 8888; prod: 2223"
std::string places_of(const std::vector<ensure::Carried>& carried) {
  std::map<std::string, std::string> ports;
  for (std::size_t i = 0; i < std::min(carried.size(), k_most_named); ++i) {
    std::string& its = ports[printable(carried[i].target)];
    its += (its.empty() ? "" : ", ") + std::to_string(carried[i].local_port);
  }
  std::string text;
  for (const auto& [target, its] : ports) text += (text.empty() ? "" : "; ") + target + ": " + its;
  return carried.size() > k_most_named ? text + "; ..." : text;
}

std::string of_version(const std::string& version) { return "the daemon of version " + printable(version); }

}  // namespace

Json to_json(const Load& load) {
  Json carried = Json::array();
  for (const auto& each : load.carried) {
    carried.push_back({{"target", each.target}, {"local_port", each.local_port}, {"connections", each.connections}});
  }
  return {{"carries", std::move(carried)}, {"requests", load.requests}};
}

std::optional<Load> load_from_json(const Json& answer) {
  if (!answer.is_object()) return std::nullopt;
  const auto carries = answer.find("carries");
  const auto requests = answer.find("requests");
  if (carries == answer.end() || !carries->is_array() || requests == answer.end() || !requests->is_number_unsigned())
    return std::nullopt;
  Load load{{}, requests->get<std::size_t>()};
  for (const Json& each : *carries) {
    const auto member = [&](const char* name) {
      return each.is_object() && each.contains(name) ? each.at(name) : Json();
    };
    const Json target = member("target");
    const Json port = member("local_port");
    const Json connections = member("connections");
    if (!target.is_string() || !port.is_number_unsigned() || port > 65'535 || !connections.is_number_unsigned())
      return std::nullopt;
    load.carried.push_back({target.get<std::string>(), port.get<std::uint16_t>(), connections.get<std::uint64_t>()});
  }
  return load;
}

std::string to_text(const Load& load) {
  std::string text;
  std::uint64_t connections = 0;
  for (const auto& each : load.carried) connections += each.connections;
  if (connections > 0) text = counted(connections, "connection") + " (" + places_of(load.carried) + ")";
  if (load.requests > 0) {
    text += (text.empty() ? "" : " and ") + counted(load.requests, "request") + " that change" +
            (load.requests == 1 ? "s" : "") + " something";
  }
  return text;
}

Replacement replacement_of(const std::optional<Load>& load, bool can_ask, bool same_api) {
  if (!load) return Replacement::told;
  if (load->empty()) return Replacement::silent;
  if (can_ask) return Replacement::asked;
  return same_api ? Replacement::used : Replacement::refused;
}

Question replacement_question(const std::string& version, const Load& load) {
  return {Question::Kind::confirm,
          "Replace the daemon now?",
          {of_version(version) + " carries " + to_text(load) + "; this is version " HELPER_VERSION ".",
           "If it is replaced, they are cut."}};
}

std::string replaced_untold(const std::string& version) {
  return of_version(version) + " was replaced; it did not say whether it carried connections";
}

std::string used_as_it_is(const std::string& version, const Load& load) {
  return of_version(version) + " goes on, because it carries " + to_text(load) +
         "; to replace it by version " HELPER_VERSION ": " + k_end_it;
}

Error replacement_refused(const std::string& version, const Load& load) {
  return {ErrorCode::daemon_unreachable, "helperd",
          of_version(version) + " carries " + to_text(load) + ", and version " HELPER_VERSION " cannot use it",
          std::string("when they may be cut: ") + k_end_it};
}

}  // namespace helper::rpc
