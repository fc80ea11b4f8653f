#include "cli/complete.hpp"

#include "cli/verbs/table.hpp"
#include "rpc/methods.hpp"

#include <algorithm>
#include <array>
#include <set>

namespace helper::cli {
namespace {

using Kind = OptionSpec::Kind;

bool is_option(std::string_view word) { return word.size() > 1 && word.front() == '-'; }

bool takes_value(const OptionSpec& spec) { return spec.kind == Kind::text || spec.kind == Kind::number; }

// What is before the word that is being typed.
struct Before {
  const Verb* verb = nullptr;
  std::size_t arguments = 0;        // of the verb
  std::set<std::string_view> used;  // options
  std::string config;
  const OptionSpec* awaits = nullptr;  // the option whose value the word is
  bool rest = false;                   // "--" is before it: the word is not for helper
};

const OptionSpec* find_option(const Verb* verb, std::string_view name) {
  const auto by_name = [&](std::span<const OptionSpec> specs) -> const OptionSpec* {
    const auto found = std::ranges::find(specs, name, &OptionSpec::name);
    return found == specs.end() ? nullptr : &*found;
  };
  if (const auto* common = by_name(common_options())) return common;
  return verb == nullptr ? nullptr : by_name(verb->options);
}

Before read_before(const std::vector<std::string>& words) {
  Before before;
  for (std::size_t i = 0; i + 1 < words.size(); ++i) {
    const std::string& word = words[i];
    if (before.rest) continue;
    if (before.awaits != nullptr) {
      if (before.awaits->name == "--config") before.config = word;
      before.awaits = nullptr;
    } else if (word == "--") {
      before.rest = true;
    } else if (is_option(word)) {
      const auto equals = word.find('=');
      const OptionSpec* option = find_option(before.verb, word.substr(0, equals));
      if (option == nullptr) continue;
      before.used.insert(option->name);
      if (equals == std::string::npos && takes_value(*option)) before.awaits = option;
      if (equals != std::string::npos && option->name == "--config") before.config = word.substr(equals + 1);
    } else if (before.verb == nullptr) {
      before.verb = find_verb(word);
    } else {
      ++before.arguments;
    }
  }
  return before;
}

class Completer {
 public:
  Completer(const std::vector<std::string>& words, const TargetNames& targets)
      : targets_(targets), before_(read_before(words)), word_(words.empty() ? std::string() : words.back()) {}

  Completion run() {
    if (before_.rest) {
      done_.files = Completion::Files::any;
    } else if (before_.awaits != nullptr) {
      value_of(*before_.awaits, {});
    } else if (const auto equals = word_.find('='); is_option(word_) && equals != std::string::npos) {
      const OptionSpec* option = find_option(before_.verb, std::string_view(word_).substr(0, equals));
      if (option != nullptr && takes_value(*option)) value_of(*option, word_.substr(0, equals + 1));
    } else if (is_option(word_) || word_ == "-") {
      options();
    } else if (before_.verb == nullptr) {
      verb_names({});
    } else {
      argument();
    }
    return std::move(done_);
  }

 private:
  void add(const std::string& word, std::string_view help) {
    if (word.starts_with(word_)) done_.candidates.push_back({word, std::string(help)});
  }

  void add_choices(std::string_view choices, const std::string& prefix) {
    while (!choices.empty()) {
      const auto bar = std::min(choices.find('|'), choices.size());
      add(prefix + std::string(choices.substr(0, bar)), {});
      choices.remove_prefix(std::min(bar + 1, choices.size()));
    }
  }

  void add_targets(const std::string& after) {
    for (const auto& name : targets_(before_.config)) add(name + after, {});
  }

  void verb_names(std::string_view also) {
    for (const Verb& verb : verbs()) add(std::string(verb.name), verb.summary);
    if (!also.empty()) add(std::string(also), {});
  }

  void options() {
    const auto add_all = [&](std::span<const OptionSpec> specs) {
      for (const OptionSpec& spec : specs) {
        const bool word = spec.kind == Kind::argument || spec.kind == Kind::rest;
        if (!word && !before_.used.contains(spec.name)) add(std::string(spec.name), spec.help);
      }
    };
    if (before_.verb != nullptr) add_all(before_.verb->options);
    add_all(common_options());
  }

  // The table names what an option takes as help shows it.
  void value_of(const OptionSpec& spec, const std::string& prefix) {
    if (!spec.choices.empty()) return add_choices(spec.choices, prefix);
    if (spec.value == "FILE") done_.files = Completion::Files::any;
    if (spec.value == "FOLDER") done_.files = Completion::Files::folders;
  }

  void argument() {
    std::size_t place = 0;
    for (const OptionSpec& spec : before_.verb->options) {
      if (spec.kind == Kind::argument && place++ == before_.arguments) return argument(spec);
    }
  }

  void argument(const OptionSpec& spec) {
    if (!spec.choices.empty()) return add_choices(spec.choices, {});
    if (spec.name == "TARGET") return add_targets({});
    if (spec.name == "TOPIC") return verb_names("errors");
    if (spec.name == "METHOD") {
      for (const rpc::Method& method : rpc::methods()) add(std::string(method.name), method.doc);
    }
    if (spec.name == "FILE") done_.files = Completion::Files::any;
    if (spec.name != "FROM" && spec.name != "TO") return;
    done_.files = Completion::Files::any;
    add_targets(":");
  }

  const TargetNames& targets_;
  Before before_;
  std::string word_;
  Completion done_;
};

std::string one_line(std::string_view text) {
  std::string line(text);
  std::ranges::replace_if(
      line, [](unsigned char c) { return c < 0x20 || c == 0x7F; }, ' ');
  return line;
}

}  // namespace

Completion complete(const std::vector<std::string>& words, const TargetNames& targets) {
  return Completer(words, targets).run();
}

std::string to_text(const Completion& completion) {
  constexpr std::array k_first_lines{"words\n", "files\n", "folders\n"};
  std::string text = k_first_lines.at(static_cast<std::size_t>(completion.files));
  for (const auto& [word, help] : completion.candidates)
    text += one_line(word) + (help.empty() ? "" : "\t" + one_line(help)) + "\n";
  return text;
}

}  // namespace helper::cli
