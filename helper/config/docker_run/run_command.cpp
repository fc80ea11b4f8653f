#include "config/docker_run/run_command.hpp"

#include "base/text.hpp"
#include "config/characters.hpp"
#include "config/docker_run/run_options.hpp"

#include <algorithm>
#include <array>
#include <span>

namespace helper::config {
namespace {

constexpr const char* k_thing = "the command of --from";
constexpr const char* k_form = "give it as for a shell: helper init --from 'docker run ... IMAGE'";

template <class List>
bool is_one_of(std::string_view word, const List& list) {
  return std::ranges::find(list, word) != std::end(list);
}

std::string_view base_name(std::string_view path) { return path.substr(path.rfind('/') + 1); }

// "nvidia-docker2" is what some packages call it.
bool is_engine(std::string_view word) {
  constexpr std::array<std::string_view, 5> k_engines{"docker", "podman", "nvidia-docker", "nvidia-docker2",
                                                      "docker.exe"};
  return is_one_of(base_name(word), k_engines);
}

bool is_assignment(std::string_view word) {
  const auto equals = word.find('=');
  return equals != std::string_view::npos && !check_env_name(word.substr(0, equals));
}

tl::unexpected<Error> wrong(const std::string& cause, const std::string& fix = k_form) {
  return fail(ErrorCode::usage, k_thing, cause, fix);
}

class Reader {
 public:
  explicit Reader(const std::vector<RunText>& words) : words_(words) {}

  Result<RunCommand> read() {
    HELPER_TRY(program());
    HELPER_TRY(options(command_.client, options_of_the_client()));
    HELPER_TRY(verb());
    HELPER_TRY(options(command_.options, options_of_run()));
    if (at_ == words_.size()) return wrong("it names no image", "write the image after the options");
    command_.image = words_[at_++];
    command_.command.assign(words_.begin() + static_cast<std::ptrdiff_t>(at_), words_.end());
    return std::move(command_);
  }

 private:
  [[nodiscard]] bool more() const { return at_ < words_.size(); }
  [[nodiscard]] const std::string& here() const { return words_[at_].text; }

  // sudo, with switches of its own, and assignments may come before the program.
  Result<void> program() {
    bool after_sudo = false;
    for (; more() && !is_engine(here()); ++at_) {
      const std::string_view name = base_name(here());
      if (is_assignment(here())) {
        command_.variables.push_back(words_[at_]);
      } else if (name == "sudo" || name == "doas" || name == "env" || name == "time" || name == "exec") {
        after_sudo = true;
      } else if (!after_sudo || !here().starts_with('-')) {
        return wrong("\"" + printable(here()) + "\" is neither docker nor podman");
      }
    }
    if (!more()) return wrong("there is neither docker nor podman in it");
    const std::string_view name = base_name(here());
    command_.program = name.starts_with("nvidia-docker") ? "nvidia-docker" : name == "podman" ? "podman" : "docker";
    ++at_;
    return {};
  }

  Result<void> verb() {
    if (more() && here() == "container") ++at_;
    if (more() && (here() == "run" || here() == "create")) {
      ++at_;
      return {};
    }
    const std::string shown = more() ? printable(here()) : std::string();
    if (shown == "exec" || shown == "start" || shown == "attach" || shown == "restart") {
      return wrong("`" + command_.program + " " + shown + "` is about a container that is there already",
                   "take that over: helper init --from-container NAME");
    }
    if (shown == "compose") return wrong("helper runs one container, and no services of Docker Compose");
    return wrong("it is no `" + command_.program + " run`" + (shown.empty() ? "" : ", but " + shown));
  }

  Result<void> options(std::vector<RunOption>& list, const OptionNames& names) {
    while (more() && here().starts_with('-') && here() != "-") {
      const RunText& word = words_[at_++];
      if (word.text == "--") return {};
      if (word.text.starts_with("--")) {
        HELPER_TRY(long_option(list, word, names));
      } else {
        HELPER_TRY(short_options(list, word, names));
      }
    }
    return {};
  }

  Result<RunText> next_value(const std::string& flag) {
    if (!more()) return wrong("the option " + flag + " has no value after it", "write its value, and the image");
    return words_[at_++];
  }

  static RunText part_of(const RunText& word, std::size_t from) {
    RunText part = word;
    part.text.erase(0, from);
    return part;
  }

  Result<void> long_option(std::vector<RunOption>& list, const RunText& word, const OptionNames& names) {
    const auto equals = word.text.find('=');
    const std::string name = word.text.substr(0, equals);
    RunOption option{name, std::nullopt, name, word.line};
    const bool takes_value = is_one_of(name, names.with_value);
    if (!takes_value && !is_one_of(name, names.switches)) return unknown(name, word.line, names);
    if (equals != std::string::npos) {
      option.value = part_of(word, equals + 1);
    } else if (takes_value) {
      HELPER_TRY_ASSIGN(option.value, next_value(name));
    }
    list.push_back(std::move(option));
    return {};
  }

  // "-it", "-v/a:/b", "-itv /a:/b".
  Result<void> short_options(std::vector<RunOption>& list, const RunText& word, const OptionNames& names) {
    for (std::size_t i = 1; i < word.text.size(); ++i) {
      const auto at = std::ranges::find(names.letters, word.text[i], &OptionLetter::letter);
      if (at == names.letters.end()) {
        return wrong("line " + std::to_string(word.line) + ": \"" + printable(word.text) + "\" has an option -" +
                         printable(word.text.substr(i, 1)) + " that helper does not know",
                     "write options by their long names, such as --volume");
      }
      RunOption option{std::string(at->name), std::nullopt, at->has_value ? word.text.substr(0, i + 1) : word.text,
                       word.line};
      if (!at->has_value) {
        list.push_back(std::move(option));
        continue;
      }
      const std::size_t from = word.text.find('=', i) == i + 1 ? i + 2 : i + 1;
      if (i + 1 < word.text.size()) {
        option.value = part_of(word, from);
      } else {
        HELPER_TRY_ASSIGN(option.value, next_value(option.written));
      }
      list.push_back(std::move(option));
      return {};
    }
    return {};
  }

  static tl::unexpected<Error> unknown(const std::string& name, int line, const OptionNames& of) {
    std::vector<std::string_view> names(of.with_value.begin(), of.with_value.end());
    names.insert(names.end(), of.switches.begin(), of.switches.end());
    const auto meant = nearest(name, names);
    return wrong("line " + std::to_string(line) + ": " + printable(name) + " is not an option of docker run",
                 meant ? "did you mean " + std::string(*meant) + "?" : "remove it, or correct it");
  }

  const std::vector<RunText>& words_;
  std::size_t at_ = 0;
  RunCommand command_;
};

}  // namespace

bool looks_like_a_command(std::string_view text) {
  std::string plain(text.substr(0, 4096));
  std::ranges::replace_if(
      plain, [](char c) { return c == '\n' || c == '\t' || c == '\r'; }, ' ');
  const auto words = split(plain, ' ');
  const bool has_words = std::ranges::count_if(words, [](const auto word) { return !word.empty(); }) > 1;
  return has_words && std::ranges::any_of(words, is_engine);
}

Result<RunCommand> read_run_command(const std::vector<RunText>& words) { return Reader(words).read(); }

}  // namespace helper::config
