#include "config/owners.hpp"

#include "base/text.hpp"

#include <fmt/format.h>

namespace helper::config {
namespace {

constexpr unsigned k_root = 0;
constexpr unsigned k_group_writes = 0020;
constexpr unsigned k_others_write = 0002;

std::string shown(const PathFacts& facts) { return printable(facts.path.string(), 4096); }

std::string name_of_owner(const PathFacts& facts) {
  return facts.owner_name.empty() ? fmt::format("user {}", facts.owner)
                                  : fmt::format("{} (user {})", printable(facts.owner_name), facts.owner);
}

std::optional<std::string> power_over(const PathFacts& facts, unsigned person) {
  if (facts.is_windows_drive) return std::nullopt;
  if (facts.owner != person && facts.owner != k_root) {
    return facts.kind == PathFacts::Kind::folder
               ? fmt::format("{}, the folder it lies in, belongs to {}", shown(facts), name_of_owner(facts))
               : fmt::format("{} belongs to {}", shown(facts), name_of_owner(facts));
  }
  if (facts.kind == PathFacts::Kind::link) return std::nullopt;
  const auto writable_by = [&](const std::string& who) {
    return fmt::format(
        "{} may write {} (mode {:04o})", who,
        facts.kind == PathFacts::Kind::folder ? "in " + shown(facts) + ", the folder it lies in" : shown(facts),
        facts.mode);
  };
  if ((facts.mode & k_others_write) != 0) return writable_by("every user of this machine");
  if ((facts.mode & k_group_writes) == 0) return std::nullopt;
  if (facts.has_access_list) return writable_by("others, by its access list,");
  if (facts.group_is_private) return std::nullopt;
  return writable_by("group " +
                     (facts.group_name.empty() ? std::string("without a name") : printable(facts.group_name)));
}

}  // namespace

std::optional<std::string> others_power(std::span<const PathFacts> way, unsigned person) {
  for (const PathFacts& facts : way) {
    if (auto power = power_over(facts, person)) return power;
  }
  return std::nullopt;
}

}  // namespace helper::config
