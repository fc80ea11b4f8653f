#include "cli/parse.hpp"

#include "base/text.hpp"

#include <CLI/CLI.hpp>
#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <span>

namespace helper::cli {
namespace {

using Words = std::vector<std::string>;

tl::unexpected<Error> wrong(const Verb* verb, std::string cause, std::string fix = {}) {
  const std::string command = verb == nullptr ? "helper" : fmt::format("helper {}", verb->name);
  if (fix.empty()) fix = command + " --help";
  return fail(ErrorCode::usage, command, std::move(cause), std::move(fix));
}

bool is_option(std::string_view word) { return word.size() > 1 && word.front() == '-'; }

bool takes_value(const OptionSpec& spec) {
  return spec.kind == OptionSpec::Kind::text || spec.kind == OptionSpec::Kind::number;
}

// Where the verb stands: the first word that is neither an option nor the value of a common one.
std::size_t verb_position(const Words& words) {
  for (std::size_t i = 0; i < words.size(); ++i) {
    if (!is_option(words[i])) return i;
    const auto common = common_options();
    const auto spec = std::ranges::find(common, std::string_view(words[i]), &OptionSpec::name);
    if (spec != common.end() && takes_value(*spec)) ++i;
  }
  return words.size();
}

std::vector<OptionSpec> specs_of(const Verb& verb) {
  std::vector<OptionSpec> specs(verb.options.begin(), verb.options.end());
  const auto common = common_options();
  specs.insert(specs.end(), common.begin(), common.end());
  return specs;
}

using Names = std::vector<std::string_view>;

std::string suggestion(std::string_view word, const Names& names) {
  const auto close = nearest(word, names);
  return close ? fmt::format("; did you mean {}?", *close) : std::string();
}

std::string option_name(const std::string& word) { return word.substr(0, word.find('=')); }

tl::unexpected<Error> unknown_verb(const std::string& word) {
  Names names;
  for (const Verb& verb : verbs()) names.push_back(verb.name);
  const auto close = nearest(word, names);
  return wrong(nullptr, fmt::format("there is no verb \"{}\"{}", word, suggestion(word, names)),
               close ? fmt::format("helper {}", *close) : std::string());
}

tl::unexpected<Error> unexpected_word(const Verb* verb, std::span<const OptionSpec> specs, const std::string& word) {
  if (!is_option(word)) return wrong(verb, fmt::format("\"{}\" is one argument too many", word));
  const std::string name = option_name(word);
  Names names;
  for (const OptionSpec& spec : specs) {
    if (spec.kind != OptionSpec::Kind::argument && spec.kind != OptionSpec::Kind::rest) names.push_back(spec.name);
  }
  return wrong(verb, fmt::format("there is no option {}{}", name, suggestion(name, names)));
}

bool is_choice(std::string_view choices, std::string_view value) {
  while (!choices.empty()) {
    const auto bar = choices.find('|');
    if (choices.substr(0, bar) == value) return true;
    choices = bar == std::string_view::npos ? std::string_view() : choices.substr(bar + 1);
  }
  return false;
}

Result<void> check(const Verb& verb, const OptionSpec& spec, const std::string& value) {
  if (spec.kind == OptionSpec::Kind::flag && value != "true")
    return wrong(&verb, fmt::format("{} takes no value", spec.name));
  if (value.empty()) return wrong(&verb, fmt::format("{} is empty", spec.name));
  if (!spec.choices.empty() && !is_choice(spec.choices, value)) {
    return wrong(&verb, fmt::format("{} is \"{}\"; it can be {}", spec.name, value, spec.choices));
  }
  if (spec.kind != OptionSpec::Kind::number) return {};
  int number = 0;
  const auto [end, problem] = std::from_chars(value.data(), value.data() + value.size(), number);
  if (problem != std::errc() || end != value.data() + value.size() || number < spec.smallest || number > spec.largest) {
    return wrong(&verb, fmt::format("{} is \"{}\"; it takes a number from {} to {}", spec.name, value, spec.smallest,
                                    spec.largest));
  }
  return {};
}

CLI::Option* add_to(CLI::App& app, const OptionSpec& spec) {
  const std::string name(spec.name);
  if (spec.kind == OptionSpec::Kind::flag) return app.add_flag(name);
  const auto keep_as_is = [](const CLI::results_t&) { return true; };
  return app.add_option(name, keep_as_is)->required(spec.required);
}

Result<Arguments> parse_options(const Verb& verb, Words words) {
  std::vector<OptionSpec> specs = specs_of(verb);
  Arguments arguments;
  const auto takes_rest = [](const OptionSpec& spec) { return spec.kind == OptionSpec::Kind::rest; };
  if (std::erase_if(specs, takes_rest) > 0) {
    const auto mark = std::ranges::find(words, "--");
    if (mark != words.end()) arguments.set_rest({mark + 1, words.end()});
    words.erase(mark, words.end());
  }
  try {
    CLI::App app;
    app.set_help_flag();
    app.allow_extras();
    std::vector<CLI::Option*> options;
    options.reserve(specs.size());
    for (const OptionSpec& spec : specs) options.push_back(add_to(app, spec));
    const bool help_only = std::ranges::find(words, "--help") != words.end();
    if (help_only) words = {"--help"};  // whoever asks for help need not get the rest right
    std::ranges::reverse(words);        // as CLI11 wants them
    for (CLI::Option* option : options) option->required(!help_only && option->get_required());
    app.parse(std::move(words));
    Words rest = app.remaining();
    if (const auto mark = std::ranges::find(rest, "--"); mark != rest.end())
      rest.erase(mark);  // CLI11 counts it as left over
    if (!rest.empty()) return unexpected_word(&verb, specs, rest.front());
    for (std::size_t i = 0; i < specs.size(); ++i) {
      if (options[i]->count() == 0) {
        if (!specs[i].fallback.empty()) arguments.set(specs[i].name, std::string(specs[i].fallback));
        continue;
      }
      const std::string value = options[i]->results().back();
      HELPER_TRY(check(verb, specs[i], value));
      arguments.set(specs[i].name, value);
    }
  } catch (const CLI::Error& error) {
    return wrong(&verb, error.what());
  }
  return arguments;
}

Invocation about(std::string_view verb, std::string_view topic) {
  Invocation invocation{find_verb(verb), {}};
  if (!topic.empty()) invocation.arguments.set("TOPIC", std::string(topic));
  return invocation;
}

Result<Invocation> parse_without_verb(Words words) {
  if (std::ranges::find(words, "--help") != words.end()) return about("help", {});
  if (const auto version = std::ranges::find(words, "--version"); version != words.end()) {
    words.erase(version);
    HELPER_TRY_ASSIGN(Arguments arguments, parse_options(*find_verb("version"), std::move(words)));
    return Invocation{find_verb("version"), std::move(arguments)};
  }
  for (const std::string& word : words) {
    const auto common = common_options();
    const bool known =
        std::ranges::find(common, std::string_view(option_name(word)), &OptionSpec::name) != common.end();
    if (is_option(word) && !known) return unexpected_word(nullptr, common, word);
  }
  return wrong(nullptr, "no verb is given");
}

}  // namespace

bool wants_json(const Words& words) {
  const auto end = std::ranges::find(words, "--");
  return std::find(words.begin(), end, "--json") != end;
}

Result<Invocation> parse(const Words& all_words) {
  Words words = all_words;
  const auto options_end = std::ranges::find(words, "--");
  std::replace(words.begin(), options_end, std::string("-h"), std::string("--help"));
  const std::size_t position = verb_position(words);
  if (position == words.size()) return parse_without_verb(std::move(words));
  const Verb* verb = find_verb(words[position]);
  if (verb == nullptr) return unknown_verb(words[position]);
  words.erase(words.begin() + static_cast<std::ptrdiff_t>(position));
  if (std::ranges::find(verb->options, std::string_view("--follow"), &OptionSpec::name) != verb->options.end()) {
    std::replace(words.begin(), std::ranges::find(words, "--"), std::string("-f"), std::string("--follow"));
  }
  HELPER_TRY_ASSIGN(Arguments arguments, parse_options(*verb, std::move(words)));
  if (arguments.has("--help")) return about("help", verb->name);
  return Invocation{verb, std::move(arguments)};
}

}  // namespace helper::cli
