#include "inside/frameworks.hpp"

#include "base/sections.hpp"
#include "base/text.hpp"
#include "inside/scripts.hpp"

#include <algorithm>
#include <charconv>

namespace helper::inside {
namespace {

constexpr std::size_t k_most_words = 300;

std::string last_line(std::string_view text) {
  std::string last;
  for (const auto& line : split(text, '\n')) {
    if (!trimmed(line).empty() && is_printable(line)) last = trimmed(line);
  }
  return last.substr(0, k_most_words);
}

}  // namespace

FrameworkCheck read_framework_check(const plan::Framework& framework, const std::string& nonce, std::string_view out,
                                    std::string_view err, int exit_status) {
  FrameworkCheck check{framework, false, 0, {}};
  for (const auto& line : split(out, '\n')) {
    if (!line.starts_with(nonce + " ") || !is_printable(line)) continue;
    const std::string_view rest = std::string_view(line).substr(nonce.size() + 1);
    const auto [end, error] = std::from_chars(rest.data(), rest.data() + rest.size(), check.gpus);
    if (error != std::errc()) continue;
    const auto length = static_cast<std::size_t>(end - rest.data());
    check.detail = trimmed(std::string(rest.substr(std::min(rest.size(), length + 1))));
    check.sees_gpus = check.gpus > 0;
    return check;
  }
  const std::string words = last_line(err);
  check.detail =
      words.empty() ? "the check ended with status " + std::to_string(exit_status) + " and printed nothing" : words;
  return check;
}

Result<FrameworkCheck> check_framework(CommandRunner& server, const Place& place, const std::string& python,
                                       const plan::Framework& framework, const std::stop_token& stop) {
  const std::string nonce = make_nonce();
  auto output =
      server.run({line(place, As::user, {python, "-B", "-c", std::string(scripts::frameworks), nonce, framework.name}) +
                      " </dev/null",
                  {},
                  k_framework_limit,
                  {},
                  summary_of(place, "ask " + framework.name)},
                 stop);
  if (!output && output.error().code == ErrorCode::timed_out) {
    return FrameworkCheck{framework, false, 0,
                          "it gave no answer within " + std::to_string(k_framework_limit.count() / 1000) + " s"};
  }
  if (!output) return fail(std::move(output).error());
  return read_framework_check(framework, nonce, output->out, output->err, output->exit_status);
}

}  // namespace helper::inside
