#include "plan/keep_alive.hpp"

#include "base/text.hpp"
#include "config/config.hpp"

#include <algorithm>
#include <array>
#include <span>
#include <string_view>

namespace helper::plan {
namespace {

// The same for an image that has Python and no shell; ignoring SIGCHLD reaps orphans (wait(2)).
constexpr const char* k_wait_in_python =
    "import signal, sys\n"
    "signal.signal(signal.SIGCHLD, signal.SIG_IGN)\n"
    "for number in (signal.SIGTERM, signal.SIGINT):\n"
    "    signal.signal(number, lambda *_: sys.exit(0))\n"
    "while True:\n"
    "    signal.pause()";

constexpr std::array<std::string_view, 10> k_shells{"sh",  "bash", "zsh",  "dash", "fish",
                                                    "ash", "ksh",  "mksh", "csh",  "tcsh"};
// Others that wait for a person when they are given nothing.
constexpr std::array<std::string_view, 7> k_prompts{"node", "R", "julia", "irb", "jshell", "ghci", "lua"};
// Entry points that become the command they are given, and a shell or nothing when they are given none. Others of that
// kind may start a server of their own then, and are left to do so.
constexpr std::array<std::string_view, 5> k_hand_over{"tini", "tini-static", "dumb-init", "catatonit",
                                                      "nvidia_entrypoint.sh"};

using Words = std::span<const std::string>;

std::string_view name_of(std::string_view program) { return program.substr(program.rfind('/') + 1); }

bool is_one_of(std::span<const std::string_view> names, std::string_view program) {
  return std::ranges::find(names, name_of(program)) != names.end();
}

// "python", "python3", "python3.11".
bool is_python(std::string_view program) {
  const std::string_view name = name_of(program);
  if (name == "ipython") return true;
  return name.starts_with("python") && name.find_first_not_of("0123456789.", 6) == std::string_view::npos;
}

bool is_assignment(std::string_view word) { return !word.starts_with('-') && word.find('=') != std::string_view::npos; }

// What runs when "/usr/bin/env NAME=value", "busybox" and "tini -g --" have done their work.
Words behind_wrappers(Words words) {
  while (words.size() > 1) {
    auto program = words.begin() + 1;
    if (name_of(words.front()) == "env") {
      program = std::find_if_not(program, words.end(), is_assignment);
    } else if (is_one_of(k_hand_over, words.front())) {
      while (program != words.end() && program->starts_with('-') && *program != "--") ++program;
      if (program != words.end() && *program == "--") ++program;
    } else if (name_of(words.front()) != "busybox") {
      break;
    }
    words = Words(program, words.end());
  }
  return words;
}

enum class Waiting {
  no,        // it runs something
  for_text,  // a shell that was given -c and no text
  fixed,     // a shell that was given -c and a text that starts an interactive program: more words are not read
  options,   // interactive: more words are its options and its script
};

Waiting waiting(Words words);

// The text of `sh -c`, where it is one plain command.
Waiting waiting_in_text(std::string_view text) {
  if (text.find_first_of("|&;<>()$`\\\"'*?[]{}#~\t\n") != std::string_view::npos) return Waiting::no;
  std::vector<std::string> words;
  for (auto& word : split(text, ' ')) {
    const bool replaces_shell = words.empty() && word == R"(exec)";
    if (!word.empty() && !replaces_shell) words.push_back(std::move(word));
  }
  return words.empty() || waiting(words) != Waiting::no ? Waiting::fixed : Waiting::no;
}

// Its options begin at words[1].
Waiting waiting_shell(Words words) {
  bool text_follows = false;
  for (std::size_t i = 1; i < words.size(); ++i) {
    const std::string_view word = words[i];
    if (word.size() < 2 || (word.front() != '-' && word.front() != '+'))
      return text_follows ? waiting_in_text(word) : Waiting::no;
    if (word == "--rcfile" || word == "--init-file") ++i;
    if (word.starts_with("--")) continue;
    if (word.find('c') != std::string_view::npos) text_follows = true;
    if (word.find_first_of("oO") != std::string_view::npos) ++i;  // -o pipefail
  }
  return text_follows ? Waiting::for_text : Waiting::options;
}

Waiting waiting_python(Words words) {
  constexpr std::string_view k_of_python = "bBdEiIOPqRsSuvx";
  for (const std::string_view word : words.subspan(1)) {
    const bool is_long = name_of(words.front()) == "ipython" && word.starts_with("--");
    const bool is_short = word.starts_with('-') && word.find_first_not_of(k_of_python, 1) == std::string_view::npos;
    if (!is_long && !is_short) return Waiting::no;
  }
  return Waiting::options;
}

// How a command line waits for a person, and so ends at once where there is none.
Waiting waiting(Words words) {
  words = behind_wrappers(words);
  if (words.empty()) return Waiting::no;
  if (is_one_of(k_shells, words.front())) return waiting_shell(words);
  if (words.size() == 1 && is_one_of(k_prompts, words.front())) return Waiting::fixed;
  return is_python(words.front()) ? waiting_python(words) : Waiting::no;
}

bool hands_over(Words entrypoint) {
  const Words rest = behind_wrappers(entrypoint);
  return rest.empty() || is_one_of(k_hand_over, rest.back());
}

}  // namespace

std::optional<std::vector<std::string>> keep_alive_command(const config::ContainerConfig& container,
                                                           const Image& image) {
  using Command = std::vector<std::string>;
  if (container.command) return container.command;
  std::vector<std::string> whole = image.entrypoint;
  whole.insert(whole.end(), image.command.begin(), image.command.end());
  const bool names_a_command =
      !image.command.empty() && waiting(image.command) == Waiting::no && waiting(whole) == Waiting::no;
  if (names_a_command) return std::nullopt;
  switch (waiting(image.entrypoint)) {
    case Waiting::fixed:
      return std::nullopt;
    case Waiting::for_text:
      return Command{config::k_wait};
    case Waiting::options:
      return Command{"-c", is_python(behind_wrappers(image.entrypoint).front()) ? k_wait_in_python : config::k_wait};
    case Waiting::no:
      break;
  }
  if (!image.command.empty() || image.entrypoint.empty() || hands_over(image.entrypoint))
    return Command{"sh", "-c", config::k_wait};
  return std::nullopt;
}

bool entrypoint_takes_no_command(const Image& image) { return waiting(image.entrypoint) == Waiting::fixed; }

}  // namespace helper::plan
