#include "engine/place.hpp"

#include "base/shell.hpp"
#include "engine/scripts.hpp"

namespace helper::engine {
namespace {

// The engine's program may lie where a non-interactive PATH does not look: a shell looks there, and execs it.
plan::Words exec(const EngineCli& cli, std::initializer_list<std::string> options, const std::string& user,
                 const std::string& container) {
  plan::Words words{"sh", "-c", k_engine_path + std::string("exec \"$0\" \"$@\""), cli.program, "exec"};
  words.insert(words.end(), options.begin(), options.end());
  words.insert(words.end(), {"--user", user, "--", container});
  return words;
}

plan::Entry entry_of(const EngineCli& cli, const std::string& user, const std::string& container) {
  return {exec(cli, {"--interactive"}, user, container), exec(cli, {"--detach"}, user, container)};
}

}  // namespace

plan::Place place_of(const EngineCli& cli, const std::string& name, const std::string& user,
                     const plan::Container& container) {
  plan::Place place;
  place.name = "container " + name;
  place.run = run_of(container);
  place.user = user;
  place.as_user = entry_of(cli, user, name);
  place.as_root = entry_of(cli, "0", name);
  place.as_full_root = plan::Entry{exec(cli, {"--interactive", "--privileged"}, "0", name),
                                   exec(cli, {"--detach", "--privileged"}, "0", name)};
  place.by_hand = shell::quote({cli.program, "exec", "--user", "0", name});
  place.to_enter = shell::quote({cli.program, "exec", "-it", name, "sh"});
  place.shell = {"sh", "-c", std::string(scripts::our_shell), "sh"};
  place.ways = container.ways;
  return place;
}

std::string run_of(const plan::Container& container) { return container.id + "@\"" + container.started_at + "\""; }

}  // namespace helper::engine
