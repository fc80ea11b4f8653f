#include "base/command.hpp"

#include "base/text.hpp"

#include <algorithm>
#include <array>

namespace helper {
namespace {

constexpr std::size_t k_max_words = 400;  // bytes

}  // namespace

std::string failure_words(std::string_view err) {
  constexpr std::array<std::string_view, 4> k_prefixes{
      "docker: ", "Error response from daemon: ", "Error: ", "ERROR: "};
  // `docker start` adds this line below the cause; alone it would hide it.
  constexpr std::string_view k_says_nothing = "Error: failed to start containers";
  std::string_view words;
  bool has_prefix = false;
  while (!err.empty() && !has_prefix) {
    const auto end = err.find('\n');
    const std::string_view line = err.substr(0, end);
    err.remove_prefix(end == std::string_view::npos ? err.size() : end + 1);
    if (line.starts_with(k_says_nothing)) continue;
    has_prefix = std::ranges::any_of(k_prefixes, [&](auto prefix) { return line.starts_with(prefix); });
    if (has_prefix || words.empty()) words = line;
  }
  // "Error: pasta failed with exit code 1:" of Podman 5 goes on in the next line.
  std::string whole;
  if (words.ends_with(':')) {
    whole = std::string(words) + ' ' + std::string(err.substr(0, err.find('\n')));
    words = whole;
  }
  for (bool cut = true; cut;) {
    cut = false;
    for (const auto prefix : k_prefixes) {
      if (words.starts_with(prefix)) {
        words.remove_prefix(prefix.size());
        cut = true;
      }
    }
  }
  while (!words.empty() && std::string_view(" .\r").find(words.back()) != std::string_view::npos)
    words.remove_suffix(1);
  return printable(words, k_max_words);
}

Result<CommandOutput> run_or_fail(CommandRunner& server, const Command& what, const Failing& failing,
                                  const std::stop_token& stop, const OutputSink& on_output) {
  HELPER_TRY_ASSIGN(auto output, server.run(what, stop, on_output));
  if (output.exit_status != 0) return fail(failure_of(output, failing));
  return output;
}

Error failure_of(const CommandOutput& output, const Failing& failing) {
  auto words = failure_words(output.err.empty() ? output.out : output.err);
  if (words.empty())
    words = "it failed with exit status " + std::to_string(output.exit_status) + " and printed nothing";
  return {failing.code, failing.thing, std::move(words), failing.fix};
}

}  // namespace helper
