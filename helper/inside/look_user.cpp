#include "base/shell.hpp"
#include "base/text.hpp"
#include "inside/look_parts.hpp"
#include "inside/scripts.hpp"
#include "plan/places.hpp"

#include <charconv>

namespace helper::inside {
namespace {

std::uint32_t id_of(const std::string& text) {
  std::uint32_t id = 0;
  std::from_chars(text.data(), text.data() + text.size(), id);
  return id;
}

}  // namespace

std::string look_user() {
  return shell::assign("marks_folders", std::string(plan::k_marks_folder) + " " + plan::k_run_folder) +
         std::string(scripts::look_user);
}

void read_user(const std::vector<Section>& sections, plan::Inside& inside) {
  const auto* user = find_section(sections, "user");
  if (user == nullptr) return;
  const auto identity = split(user->body, '\n');
  if (identity.size() >= 2 && !identity[0].empty() && identity[1].starts_with('/') && is_printable(identity[1]))
    inside.user_home = trimmed(identity[1]);
  const auto account = lines_of(sections, "account");
  if (account.size() >= 2) {
    inside.user_uid = id_of(account[0]);
    inside.user_gid = id_of(account[1]);
  }
  if (account.size() >= 3 && is_printable(account[2])) inside.owner_is = account[2];
  inside.post_create_done = is_zero(sections, "post_create");
  inside.post_start_done = is_zero(sections, "post_start");
}

void read_places(const std::vector<Section>& sections, plan::Inside& inside) {
  for (const auto& line : lines_of(sections, "places")) {
    const auto words = split(line, '\t');
    if (words.size() == 2 && words[0].starts_with('/') && words[1].starts_with('/') && is_printable(words[1]))
      inside.real_places.emplace(words[0], words[1]);
  }
  // Of all mounts; only those that the engine calls volumes are asked about.
  for (const auto& line : lines_of(sections, "bound")) {
    if (line.starts_with('/') && is_printable(line)) inside.bound_volumes.push_back(line);
  }
}

}  // namespace helper::inside
