#include "ensure/person.hpp"

#include "base/digest.hpp"
#include "base/shell.hpp"
#include "ensure/ssh_names.hpp"
#include "plan/owner.hpp"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <array>
#include <cstdlib>
#include <filesystem>
#include <pwd.h>
#include <unistd.h>
#include <vector>

namespace helper::ensure {
namespace {

constexpr std::size_t k_id_digits = 32;
constexpr std::size_t k_longest_name = 32;
constexpr std::string_view k_nobody = "somebody";
// Of the Jupyters in shared containers: below the ephemeral ports (Linux: 32768 to 60999).
constexpr std::uint64_t k_first_port = 20'000;
constexpr std::uint64_t k_ports = 10'000;

std::string account_name() {
  std::vector<char> space(16'384);
  passwd entry{};
  passwd* found = nullptr;
  const bool known = ::getpwuid_r(::geteuid(), &entry, space.data(), space.size(), &found) == 0 && found != nullptr;
  return known ? entry.pw_name : std::string();
}

std::string host_name() {
  std::array<char, 256> name{};
  if (::gethostname(name.data(), name.size() - 1) != 0) return {};
  return name.data();
}

// As useradd(8) takes it. Root of a machine is no person's name.
std::string unix_name(const plan::Person& me) {
  std::string name;
  for (const char c : me.name) {
    const char low = c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
    if ((low >= 'a' && low <= 'z') || (!name.empty() && ((low >= '0' && low <= '9') || low == '_' || low == '-')))
      name += low;
  }
  if (!name.empty() && name != "root" && name != k_nobody) return name;
  return "user-" + me.id.substr(0, 6);
}

}  // namespace

std::string readable_name(std::string_view account) {
  constexpr std::string_view k_good = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789._-";
  std::string name;
  for (const char c : account) {
    if (k_good.find(c) != std::string_view::npos && name.size() < k_longest_name) name += c;
  }
  return name.empty() ? std::string(k_nobody) : name;
}

std::string default_container_name(const plan::Person& me, const std::string& target) {
  const auto first = std::ranges::find_if(me.name, [](char c) { return c != '.' && c != '_' && c != '-'; });
  const std::string name(first, me.name.end());
  return name.empty() || name == "root" || name == k_nobody ? target : name + "-" + target;
}

void give_own_user(config::Target& target, const plan::Person& me) {
  if (!target.container.share) return;
  if (target.ssh.user.empty()) target.ssh.user = unix_name(me);
  if (target.jupyter && target.jupyter->port == 0) {
    Fingerprint number;
    number.add(target.ssh.user);
    target.jupyter->port =
        static_cast<std::uint16_t>(k_first_port + std::strtoull(number.hex().c_str(), nullptr, 16) % k_ports);
  }
}

std::string other_project(FileStore& files, const Paths& paths, const plan::Desired& desired,
                          const plan::Observed& observed) {
  const auto& container = observed.server.container;
  const plan::Record* record = container ? plan::record_of(observed.server, *container) : nullptr;
  if (record == nullptr || record->owner.id != observed.local.me.id) return {};
  // Which configs this machine has is not the server's to say.
  const auto places = read_places(files, paths);
  if (!places) return {};
  std::error_code unknown;
  for (const auto& [target, place] : *places) {
    const bool is_it =
        plan::record_project(target.file) == record->project && place.container == desired.target.container.name;
    if (is_it && std::filesystem::exists(target.file, unknown) &&
        !std::filesystem::equivalent(target.file, desired.target.config_file, unknown))
      return target.file;
  }
  return {};
}

Result<plan::Person> this_person(FileStore& files, const Paths& paths) {
  const auto file = paths.owner_file();
  HELPER_TRY_ASSIGN(const auto text, files.read(file));
  if (!text) {
    const plan::Person made{random_token().substr(0, k_id_digits), readable_name(account_name()), host_name()};
    const nlohmann::json json{{"id", made.id}, {"name", made.name}};
    HELPER_TRY(files.write(file, json.dump(2) + "\n", 0600));
    return made;
  }
  const auto json = nlohmann::json::parse(*text, nullptr, false);
  const auto value = [&](const char* name) {
    const bool is_text = json.is_object() && json.contains(name) && json[name].is_string();
    return is_text ? json[name].get<std::string>() : std::string();
  };
  const std::string id = value("id");
  if (id.size() != k_id_digits || !is_hex(id)) {
    return fail(ErrorCode::file_failed, file.string(), "it does not hold your owner id (32 hexadecimal digits)",
                "copy it again from your other machine; or, to get a new id: mv " + shell::quote(file.string()) + " " +
                    shell::quote(file.string() + ".old"));
  }
  return plan::Person{id, readable_name(value("name")), host_name()};
}

}  // namespace helper::ensure
