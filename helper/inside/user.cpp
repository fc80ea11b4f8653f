#include "inside/user.hpp"

#include "base/shell.hpp"
#include "inside/scripts.hpp"

#include <string_view>
#include <vector>

namespace helper::inside {
namespace {

using shell::assign;

template <class Action>
std::string who(const Action& action) {
  return assign("user", action.user) + assign("uid", std::to_string(action.uid)) +
         assign("gid", std::to_string(action.gid)) + assign("own_home", yes(action.own_home));
}

// Words of a shell. find's -path takes a pattern (find(1)), so that what is special in one is written with a backslash.
std::string left_out(const std::vector<std::string>& places) {
  std::string words;
  for (const auto& place : places) {
    std::string pattern;
    for (const char c : place) {
      if (std::string_view("*?[]\\").find(c) != std::string_view::npos) pattern += '\\';
      pattern += c;
    }
    words += " -path " + shell::quote(pattern) + " -prune -o";
  }
  return words;
}

}  // namespace

Result<void> make_user(CommandRunner& server, const Place& place, const plan::MakeUser& action,
                       const std::stop_token& stop) {
  return run_script(server, place,
                    who(action) + assign("person", action.person) + assign("any_ids", yes(action.any_ids)) +
                        std::string(scripts::accounts) + std::string(scripts::make_user),
                    "user " + action.user + " in " + place.name, stop);
}

Result<void> match_user(CommandRunner& server, const Place& place, const plan::MatchUser& action,
                        const std::stop_token& stop) {
  return run_script(server, place,
                    who(action) + assign("leave", left_out(action.leave)) + std::string(scripts::accounts) +
                        std::string(scripts::match_user),
                    "user " + action.user + " in " + place.name, stop);
}

}  // namespace helper::inside
