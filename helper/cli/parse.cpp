#include "cli/parse.hpp"

#include "base/shell.hpp"
#include "base/text.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <span>
#include <string_view>
#include <utility>

namespace helper::cli {

namespace {

// As people know them from docker logs and ssh.
constexpr std::array<std::pair<std::string_view, std::string_view>, 2> k_letters{{{"-f", "--follow"}, {"-X", "--x11"}}};

using Words = std::vector<std::string>;

tl::unexpected<Error> wrong(const Verb* verb, std::string cause, std::string fix = {}) {
  const bool is_named = verb != nullptr && !verb->name.empty();
  const std::string command = is_named ? fmt::format("helper {}", verb->name) : "helper";
  if (fix.empty()) fix = command + " --help";
  return fail(ErrorCode::usage, command, std::move(cause), std::move(fix));
}

bool is_option(std::string_view word) { return word.size() > 1 && word.front() == '-'; }

bool takes_value(const OptionSpec& spec) {
  return spec.kind == OptionSpec::Kind::text || spec.kind == OptionSpec::Kind::number;
}

// Where the verb is: the first word that is neither an option nor the value of a common one.
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
  for (const Verb& verb : verbs()) {
    for (const std::string_view alias : aliases_of(verb)) names.push_back(alias);
  }
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
  const std::string cause = fmt::format("there is no option {}{}", name, suggestion(name, names));
  constexpr std::array<std::string_view, 5> k_whole{"-r", "-R", "-a", "--recursive", "--archive"};
  if (verb != nullptr && verb->name == "cp" && std::ranges::find(k_whole, name) != k_whole.end())
    return wrong(verb, cause, fmt::format("leave {} out: a folder is always copied with all that is in it", name));
  const bool takes_words = verb != nullptr && verb->name == "exec";
  return wrong(verb, cause,
               takes_words ? "put the words of a command after --, as in: helper exec -- ls -l" : std::string());
}

// "helper exec centernet ls -l", as it should have been written. --json is taken for helper's own where it is before
// the command or the last word, and left out.
std::string after_the_mark(const Words& words, std::size_t first) {
  Words before{"helper", "exec"};
  before.insert(before.end(), words.begin(), words.begin() + static_cast<std::ptrdiff_t>(first));
  std::erase(before, "--json");
  Words command(words.begin() + static_cast<std::ptrdiff_t>(first), words.end());
  if (command.size() > 1 && command.back() == "--json") command.pop_back();
  return "put the words of a command after --: " + shell::quote(before) + " -- " + shell::quote(command);
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

const OptionSpec* find_option(std::span<const OptionSpec> specs, std::string_view name) {
  const auto found = std::ranges::find_if(specs, [&](const OptionSpec& spec) {
    return spec.name == name && spec.kind != OptionSpec::Kind::argument && spec.kind != OptionSpec::Kind::rest;
  });
  return found == specs.end() ? nullptr : &*found;
}

// Options may be anywhere before "--", as "--name value" or "--name=value"; the other words are the arguments.
class Sorter {
 public:
  Sorter(const Verb& verb, std::span<const OptionSpec> specs) : verb_(verb), specs_(specs) {
    for (const OptionSpec& spec : specs)
      if (spec.kind == OptionSpec::Kind::argument) places_.push_back(&spec);
  }

  Result<Arguments> sort(const Words& words) {
    bool only_arguments = false;
    for (std::size_t i = 0; i < words.size(); ++i) {
      if (!only_arguments && words[i] == "--") {
        only_arguments = true;
      } else if (only_arguments || !is_option(words[i])) {
        if (filled_ == places_.size() && verb_.name == "exec") {
          return wrong(&verb_, fmt::format("\"{}\" is one argument too many", words[i]), after_the_mark(words, i));
        }
        HELPER_TRY(take_argument(words[i]));
      } else {
        HELPER_TRY_ASSIGN(const bool took_next, take_option(words[i], i + 1 < words.size() ? &words[i + 1] : nullptr));
        if (took_next) ++i;
      }
    }
    return std::move(arguments_);
  }

 private:
  Result<void> take_argument(const std::string& word) {
    if (filled_ == places_.size()) return unexpected_word(&verb_, specs_, word);
    return take(*places_[filled_++], word);
  }

  // Whether the next word was its value.
  Result<bool> take_option(const std::string& word, const std::string* next) {
    const std::string name = option_name(word);
    const OptionSpec* spec = find_option(specs_, name);
    if (spec == nullptr) return unexpected_word(&verb_, specs_, word);
    const bool has_value = name.size() < word.size();
    if (spec->kind == OptionSpec::Kind::flag) {
      if (has_value) return wrong(&verb_, fmt::format("{} takes no value", name));
      HELPER_TRY(take(*spec, "true"));
      return false;
    }
    if (arguments_.has(name)) return wrong(&verb_, fmt::format("{} is given twice", name));
    if (!has_value && (next == nullptr || find_option(specs_, option_name(*next)) != nullptr))
      return wrong(&verb_, fmt::format("{} needs a value", name));
    HELPER_TRY(take(*spec, has_value ? word.substr(name.size() + 1) : *next));
    return !has_value;
  }

  Result<void> take(const OptionSpec& spec, const std::string& value) {
    HELPER_TRY(check(verb_, spec, value));
    arguments_.set(spec.name, value);
    return {};
  }

  const Verb& verb_;
  std::span<const OptionSpec> specs_;
  std::vector<const OptionSpec*> places_;  // of arguments
  std::size_t filled_ = 0;
  Arguments arguments_;
};

Result<Arguments> parse_options(const Verb& verb, Words words) {
  std::vector<OptionSpec> specs = specs_of(verb);
  Words after_mark;
  const auto takes_rest = [](const OptionSpec& spec) { return spec.kind == OptionSpec::Kind::rest; };
  if (std::erase_if(specs, takes_rest) > 0) {
    const auto mark = std::ranges::find(words, "--");
    if (mark != words.end()) after_mark.assign(mark + 1, words.end());
    words.erase(mark, words.end());
  }
  // Who asks for help need not get the other words right.
  const bool help_only =
      std::find(words.begin(), std::ranges::find(words, "--"), "--help") != std::ranges::find(words, "--");
  HELPER_TRY_ASSIGN(Arguments arguments, Sorter(verb, specs).sort(help_only ? Words{"--help"} : words));
  arguments.set_rest(std::move(after_mark));
  for (const OptionSpec& spec : specs) {
    if (arguments.has(spec.name)) continue;
    if (spec.required && !help_only) return wrong(&verb, fmt::format("{} is missing", spec.name));
    if (!spec.fallback.empty()) arguments.set(spec.name, std::string(spec.fallback));
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
  HELPER_TRY_ASSIGN(Arguments arguments, parse_options(verb_of_none(), std::move(words)));
  return Invocation{&verb_of_none(), std::move(arguments)};
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
  std::replace(words.begin(), options_end, std::string("-v"), std::string("--verbose"));
  const std::size_t position = verb_position(words);
  if (position == words.size()) return parse_without_verb(std::move(words));
  const Verb* verb = find_verb(words[position]);
  if (verb == nullptr) return unknown_verb(words[position]);
  words.erase(words.begin() + static_cast<std::ptrdiff_t>(position));
  for (const auto& [letter, option] : k_letters) {
    if (std::ranges::find(verb->options, option, &OptionSpec::name) == verb->options.end()) continue;
    std::replace(words.begin(), std::ranges::find(words, "--"), std::string(letter), std::string(option));
  }
  HELPER_TRY_ASSIGN(Arguments arguments, parse_options(*verb, std::move(words)));
  if (arguments.has("--help")) return about("help", verb->name);
  return Invocation{verb, std::move(arguments)};
}

}  // namespace helper::cli
