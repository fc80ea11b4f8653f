// What will be run, and when. Pure.
#include "keeper/keep.hpp"

#include <algorithm>
#include <array>
#include <chrono>
#include <optional>
#include <tuple>

namespace helper::keeper {
namespace {

constexpr std::array<std::int64_t, k_most_tries - 1> k_pauses_ms{1'000, 3'000, 10'000, 60'000, 60'000};

// Reads `digits` digits from the front.
std::optional<int> take_number(std::string_view& text, std::size_t digits) {
  if (text.size() < digits) return std::nullopt;
  int value = 0;
  for (std::size_t i = 0; i < digits; ++i) {
    if (text[i] < '0' || text[i] > '9') return std::nullopt;
    value = value * 10 + (text[i] - '0');
  }
  text.remove_prefix(digits);
  return value;
}

bool take(std::string_view& text, char c) {
  if (text.empty() || text.front() != c) return false;
  text.remove_prefix(1);
  return true;
}

// Billionths of a second; what is finer does not count.
std::int64_t take_fraction(std::string_view& text) {
  std::int64_t value = 0;
  std::int64_t unit = 100'000'000;
  while (!text.empty() && text.front() >= '0' && text.front() <= '9') {
    value += (text.front() - '0') * unit;
    unit /= 10;
    text.remove_prefix(1);
  }
  return value;
}

// Minutes east of Greenwich, of what is left: Z, +02:00.
std::optional<int> take_zone(std::string_view text) {
  if (text == "Z") return 0;
  const int sign = take(text, '-') ? -1 : 1;
  if (sign == 1 && !take(text, '+')) return std::nullopt;
  const auto hours = take_number(text, 2);
  if (!hours || !take(text, ':')) return std::nullopt;
  const auto minutes = take_number(text, 2);
  return minutes && text.empty() ? std::optional(sign * (*hours * 60 + *minutes)) : std::nullopt;
}

// 2026-11-29T17:51:50.123456789Z: seconds since 1970, and billionths.
std::optional<std::pair<std::int64_t, std::int64_t>> instant(std::string_view text) {
  std::array<int, 6> parts{};
  constexpr std::array<std::size_t, 6> k_digits{4, 2, 2, 2, 2, 2};
  constexpr std::string_view k_between = "--T::";
  for (std::size_t i = 0; i < parts.size(); ++i) {
    const auto value = take_number(text, k_digits.at(i));
    if (!value || (i < k_between.size() && !take(text, k_between[i]))) return std::nullopt;
    parts.at(i) = *value;
  }
  const auto fraction = take(text, '.') ? take_fraction(text) : 0;
  const auto zone = take_zone(text);
  const std::chrono::year_month_day date{std::chrono::year(parts[0]),
                                         std::chrono::month(static_cast<unsigned>(parts[1])),
                                         std::chrono::day(static_cast<unsigned>(parts[2]))};
  if (!zone || !date.ok()) return std::nullopt;
  const std::int64_t days = std::chrono::sys_days(date).time_since_epoch().count();
  return std::pair(((days * 24 + parts[3]) * 60 + parts[4] - *zone) * 60 + parts[5], fraction);
}

}  // namespace

bool is_same_run(std::string_view one, std::string_view other) {
  const auto first = instant(one);
  const auto second = instant(other);
  return first && second ? *first == *second : one == other;
}

State state_of(const Record& record, const std::string& run, std::optional<State> old) {
  const auto same_services = [&] {
    return std::equal(old->services.begin(), old->services.end(), record.services.begin(), record.services.end(),
                      [](const Tried& tried, const Service& service) { return tried.name == service.name; });
  };
  if (old && old->written == record.written && is_same_run(old->run, run) && same_services()) return std::move(*old);
  State state{run, record.written, {}};
  for (const auto& service : record.services) state.services.emplace_back().name = service.name;
  return state;
}

Next next_of(const Record& record, const State& state, std::int64_t now) {
  std::optional<std::int64_t> earliest;
  for (std::size_t i = 0; i < record.services.size(); ++i) {
    const auto& tried = state.services.at(i);
    if (tried.outcome == Outcome::started) continue;
    if (tried.outcome == Outcome::waiting) {
      // A clock that was set back must not make a pause longer than the longest.
      const auto left = std::min(tried.due - now, k_pauses_ms.back());
      if (left <= 0) return RunService{i};
      earliest = std::min(earliest.value_or(left), left);
    }
    if (!record.services[i].independent) break;
  }
  if (earliest) return Wait{*earliest};
  return Done{};
}

std::optional<std::string> trouble_of(const Record& record, const State& state) {
  for (std::size_t i = 0; i < record.services.size(); ++i) {
    const auto& tried = state.services.at(i);
    if (tried.outcome == Outcome::started) continue;
    if (tried.tries == 0) return std::nullopt;
    if (!record.services[i].independent) return tried.name + ": " + tried.line;
  }
  return "";
}

void note(Tried& tried, const Result<Ran>& ran, std::int64_t now) {
  tried.tries += 1;
  tried.when = now;
  tried.exit_code = ran ? ran->exit_code : std::nullopt;
  tried.line = ran ? ran->last_line : one_line(ran.error().thing + ": " + ran.error().cause);
  if (ran && ran->exit_code.value_or(0) == 0) {
    tried.outcome = Outcome::started;
    return;
  }
  if (tried.tries >= k_most_tries) {
    tried.outcome = Outcome::failed;
    return;
  }
  tried.outcome = Outcome::waiting;
  tried.due = now + k_pauses_ms.at(static_cast<std::size_t>(tried.tries - 1));
}

}  // namespace helper::keeper
