// What will be run, and when (pure); and the loop that follows the engine and runs it.
#pragma once

#include "keeper/engine_api.hpp"
#include "keeper/records.hpp"

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <variant>

namespace helper::keeper {

inline constexpr int k_most_tries = 6;  // of a service in one run of its container

// Whether both name one instant: engines write the same one with another zone or fewer digits. What is no time is
// compared as text.
[[nodiscard]] bool is_same_run(std::string_view one, std::string_view other);

// What is known of the services in this run: the old state where it is about this run and this record, else nothing
// yet.
[[nodiscard]] State state_of(const Record& record, const std::string& run, std::optional<State> old);

struct RunService {
  std::size_t which = 0;
};
struct Wait {
  std::int64_t ms = 0;
};
struct Done {};
using Next = std::variant<RunService, Wait, Done>;

// `now` in milliseconds since 1970. A state of state_of.
[[nodiscard]] Next next_of(const Record& record, const State& state, std::int64_t now);

// Writes down how a try ended, and when the next one is due: after 1 s, 3 s, 10 s, 60 s, 60 s; then no more.
void note(Tried& tried, const Result<Ran>& ran, std::int64_t now);

// Nothing while a service waits for its first try. "" when all have been started; else which one was not, and why.
[[nodiscard]] std::optional<std::string> trouble_of(const Record& record, const State& state);

// One line of the log, to standard error.
void say(std::string_view line);

// Follows the engine until `stop` is readable (0), or until the engine or its socket ends (1).
[[nodiscard]] int keep(const Store& store, const std::string& socket, int stop);

}  // namespace helper::keeper
