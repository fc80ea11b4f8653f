#include "ensure/keeper.hpp"

#include "base/digest.hpp"
#include "inside/jupyter.hpp"

#include <nlohmann/json.hpp>

#include <filesystem>

namespace helper::ensure {
namespace {

using Json = nlohmann::ordered_json;

constexpr int k_protocol = 1;        // of records
constexpr int k_service_limit = 60;  // seconds

Json to_json(const inside::Exec& exec, const plan::Place& place) {
  return {{"name", exec.name},
          {"user", exec.who == plan::As::user ? place.user : "0"},
          {"privileged", exec.who == plan::As::full_root},
          {"words", exec.program},
          {"input", base64(exec.input)},
          {"detach", exec.detached},
          {"limit_s", k_service_limit},
          {"independent", exec.independent}};
}

}  // namespace

std::optional<plan::KeeperImage> find_keeper_image(const Paths& paths, const std::string& machine) {
  if (machine.empty() || paths.keeper.empty()) return std::nullopt;
  const auto file = paths.keeper / ("keeper-" + machine + ".tar");
  std::error_code failed;
  if (!std::filesystem::is_regular_file(file, failed)) return std::nullopt;
  return plan::KeeperImage{machine, HELPER_VERSION, file.string()};
}

std::string keeper_record(const plan::RecordServices& action, const plan::Place& place,
                          const inside::HostKeyFiles& host_keys, const std::vector<std::string>& public_host_keys,
                          const std::string& jupyter_token) {
  auto services =
      inside::sshd_service(action.sshd, host_keys, plan::fingerprint(action.sshd, public_host_keys), action.keys);
  if (action.jupyter) {
    services.back().independent = true;  // Jupyter is of use without it
    const auto jupyter = inside::jupyter_service(place.shell, *action.jupyter, jupyter_token);
    services.insert(services.end(), jupyter.begin(), jupyter.end());
  }
  Json record{{"version", k_protocol}, {"container", action.id}, {"handled", action.run}, {"services", Json::array()}};
  for (const auto& exec : services) record["services"].push_back(to_json(exec, place));
  return record.dump(-1, ' ', true, Json::error_handler_t::replace);
}

}  // namespace helper::ensure
