// What runs a program or a script in a place. Nothing in this room knows what kind of place it is.
#pragma once

#include "base/command.hpp"
#include "plan/place.hpp"

#include <stop_token>
#include <string>
#include <vector>

namespace helper::inside {

using plan::As;
using plan::Place;
using plan::Words;

inline constexpr Milliseconds k_inside_limit = std::chrono::seconds(30);
inline constexpr Milliseconds k_start_limit = std::chrono::minutes(5);  // a runtime may have a large image to prepare

// The line of sh for the server that runs the program in the place: waited for, with the line's standard input.
[[nodiscard]] std::string line(const Place& place, As who, const Words& program);
// The same for a program that runs on by itself.
[[nodiscard]] std::string detached_line(const Place& place, As who, const Words& program);
// The words that run a POSIX script by the shell, which splits words as usual whatever the image's ENV says of IFS.
[[nodiscard]] Words script_words(const Words& shell, const std::string& script);
// A line as above for such a script, by the place's shell; none of its values is a secret.
[[nodiscard]] std::string script_line(const Place& place, As who, const std::string& script);

// One program in the place, and how it is run. A list of them is a service: it can be run from here, as one command for
// the server, or handed to the keeper, which runs it whenever the container starts.
struct Exec {
  std::string name;  // for logs: "sshd", "jupyter-files"
  As who = As::root;
  Words program;
  std::string input;         // its standard input; may be secret
  bool detached = false;     // it runs on by itself, without input or output
  bool independent = false;  // what follows does not need its success
};

// Runs a line of this room to its end. Error inside_failed in its own words, about `thing`; the fix is to look inside,
// or to make room where something in the place is full.
[[nodiscard]] Result<void> run_there(CommandRunner& server, const Place& place, const Command& command,
                                     const std::string& thing, const std::stop_token& stop);

// Runs the script as root. Error as run_there, about the thing `doing`.
[[nodiscard]] Result<void> run_script(CommandRunner& server, const Place& place, const std::string& script,
                                      const std::string& doing, const std::stop_token& stop);

// A command's summary: "sh in container centernet (start Jupyter)".
[[nodiscard]] std::string summary_of(const Place& place, const std::string& what);

// The fix when a person must look there.
[[nodiscard]] std::string look_inside(const Place& place);

// "yes" or "no", as scripts have it.
[[nodiscard]] std::string yes(bool value);

}  // namespace helper::inside
