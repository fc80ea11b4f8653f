// complete() is what may come next on a command line, read from the table of verbs; the scripts for bash, zsh and fish
// only ask it. Pure.
#pragma once

#include <functional>
#include <string>
#include <string_view>
#include <vector>

namespace helper::cli {

struct Candidate {
  std::string word;  // the whole word, "--format=json" too
  std::string help;  // "" = none
  friend bool operator==(const Candidate&, const Candidate&) = default;
};

struct Completion {
  enum class Files { none, any, folders };
  Files files = Files::none;  // names of files fit as well
  std::vector<Candidate> candidates;
};

// The names of the targets in the config: the one named, or the one that counts here when `config` is "".
using TargetNames = std::function<std::vector<std::string>(const std::string& config)>;

// `words` is the line after the program's name; the last one is being typed, and may be "".
[[nodiscard]] Completion complete(const std::vector<std::string>& words, const TargetNames& targets);

// What `helper completion words` prints: "files", "folders" or "words" on a line, then WORD, a tab and its help a line.
[[nodiscard]] std::string to_text(const Completion& completion);

// The script for a shell: "bash", "zsh" or "fish".
[[nodiscard]] std::string completion_script(std::string_view shell);

}  // namespace helper::cli
