#include "cli/typed_here.hpp"

#include "base/shell.hpp"
#include "cli/verbs/table.hpp"

#include <algorithm>
#include <array>

namespace helper::cli {
namespace {

constexpr std::string_view k_program = "helper ";

bool is_begin(std::string_view before) {
  return before.empty() || before.ends_with(": ") || before.ends_with("; ") || before.ends_with("&& ");
}

bool has(const Verb& verb, std::string_view option) {
  return std::ranges::find(verb.options, option, &OptionSpec::name) != verb.options.end();
}

// Those that read a config; `trust` takes its file as an argument.
bool takes_config(const Verb& verb) {
  constexpr std::array<std::string_view, 9> k_others{"trust", "untrust",    "daemon",  "rpc",   "serve",
                                                     "help",  "completion", "version", "schema"};
  return std::ranges::find(k_others, verb.name) == k_others.end();
}

// The command that begins with "helper ", without what belongs to no verb or asks for help only.
std::string completed(std::string_view command, const Typed& typed) {
  const std::string_view words = command.substr(k_program.size());
  const std::string_view name = words.substr(0, words.find(' '));
  const Verb* verb = find_verb(name);
  if (verb == nullptr || !takes_config(*verb) || words.find("--config ") != std::string_view::npos ||
      words.find("--help") != std::string_view::npos)
    return std::string(command);
  std::string text = std::string(k_program) + std::string(name);
  if (typed.config) text += " --config " + shell::quote(*typed.config);
  text += words.substr(name.size());
  if (words == name && !typed.target.empty() && has(*verb, "TARGET")) text += " " + typed.target;
  return text;
}

void complete(rpc::Json& value, const Typed& typed, bool is_told) {
  if (value.is_string() && is_told) {
    value = as_typed_here(value.get_ref<const std::string&>(), typed);
  } else if (value.is_array()) {
    for (auto& each : value) complete(each, typed, is_told);
  } else if (value.is_object()) {
    for (auto& [name, member] : value.items()) complete(member, typed, name == "fix" || name == "notes");
  }
}

}  // namespace

std::string as_typed_here(std::string_view text, const Typed& typed) {
  if (!typed.config && typed.target.empty()) return std::string(text);
  std::string result;
  for (std::size_t at = 0;;) {
    const std::size_t next = text.find(k_program, at);
    if (next == std::string_view::npos) return result + std::string(text.substr(at));
    const std::size_t end = std::min({text.find("; ", next), text.find(" &&", next), text.size()});
    result += text.substr(at, next - at);
    if (is_begin(text.substr(0, next))) {
      result += completed(text.substr(next, end - next), typed);
      at = end;
    } else {
      result += k_program;
      at = next + k_program.size();
    }
  }
}

Error as_typed_here(Error error, const Typed& typed) {
  error.fix = as_typed_here(error.fix, typed);
  return error;
}

Result<rpc::Json> CompletedDaemon::call(const std::string& method, const rpc::Json& params,
                                        const ensure::EventSink& on_event, const std::stop_token& stop) {
  ensure::EventSink completing;
  if (on_event) {
    completing = [&](const ensure::Event& event) {
      ensure::Event told = event;
      if (told.kind == ensure::Event::Kind::note) told.text = as_typed_here(told.text, typed_);
      on_event(told);
    };
  }
  auto result = daemon_.call(method, params, completing, stop);
  if (!result) return tl::unexpected(as_typed_here(std::move(result).error(), typed_));
  complete(*result, typed_, false);
  return result;
}

Result<void> CompletedDaemon::answer(const std::string& question_id, const std::string& value,
                                     const std::stop_token& stop) {
  return daemon_.answer(question_id, value, stop);
}

Result<std::optional<rpc::Json>> CompletedDaemon::version_if_running(const std::stop_token& stop) {
  return daemon_.version_if_running(stop);
}

}  // namespace helper::cli
