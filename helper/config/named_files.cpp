#include "config/named_files.hpp"

#include <algorithm>
#include <array>
#include <set>
#include <span>

namespace helper::config {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t k_longest_word = 1024;
constexpr std::size_t k_most_folders = 16;
constexpr std::size_t k_most_copied = 8;  // folders of a Dockerfile's COPY
constexpr std::string_view k_ends_of_words = " \t\r\n\f\v\"'`;&|()<>{}[]$=,\\";

struct Companion {
  std::string_view command;
  std::string_view file;
};
// What these commands read where they are run.
constexpr std::array k_companions{
    Companion{"make", "Makefile"},     Companion{"make", "makefile"},         Companion{"make", "GNUmakefile"},
    Companion{"npm", "package.json"},  Companion{"yarn", "package.json"},     Companion{"pnpm", "package.json"},
    Companion{"pip", "setup.py"},      Companion{"pip", "setup.cfg"},         Companion{"pip", "pyproject.toml"},
    Companion{"pip3", "setup.py"},     Companion{"pip3", "setup.cfg"},        Companion{"pip3", "pyproject.toml"},
    Companion{"uv", "pyproject.toml"}, Companion{"uv", "setup.py"},           Companion{"poetry", "pyproject.toml"},
    Companion{"just", "justfile"},     Companion{"just", "Justfile"},         Companion{"task", "Taskfile.yml"},
    Companion{"tox", "tox.ini"},       Companion{"conda", "environment.yml"},
};
// The word after one of these is a folder that names are taken from.
constexpr std::array<std::string_view, 6> k_changes_folder{"cd", "pushd", "-C", "--directory", "WORKDIR", "--cwd"};

bool is_word(std::string_view word) {
  return word.size() <= k_longest_word && word.find('\0') == std::string_view::npos;
}

// Of a quote at the beginning of `text`, its content when that has blanks in it; "" for any other. Where an
// apostrophe is no quote, what follows is tried anyway.
std::string_view quoted(std::string_view text) {
  if (text.front() != '"' && text.front() != '\'') return {};
  const auto end = text.substr(1, k_longest_word + 1).find(text.front());
  if (end == std::string_view::npos) return {};
  auto inside = text.substr(1, end);
  if (inside.ends_with('\\')) inside.remove_suffix(1);  // of a quote in a quote
  const auto first = inside.find_first_not_of(k_ends_of_words);
  const auto last = inside.find_last_not_of(k_ends_of_words);
  if (first == std::string_view::npos || inside.substr(first, last - first).find(' ') == std::string_view::npos)
    return {};
  return inside;
}

// With `quotes` the whole content of quotes comes before its words.
std::vector<std::string_view> words_of(std::string_view text, bool quotes = false) {
  std::vector<std::string_view> words;
  while (!text.empty()) {
    const auto begin = std::min(text.find_first_not_of(k_ends_of_words), text.size());
    for (std::size_t i = 0; quotes && i < begin; ++i) {
      const auto whole = quoted(text.substr(i));
      if (!whole.empty() && is_word(whole)) words.push_back(whole);
    }
    if (begin == text.size()) break;
    const auto end = std::min(text.find_first_of(k_ends_of_words, begin), text.size());
    const auto word = text.substr(begin, end - begin);
    if (is_word(word)) words.push_back(word);
    text.remove_prefix(end);
  }
  return words;
}

// The places of this machine that one word may mean, relative to the folders known so far.
std::vector<fs::path> meanings(std::string_view word, const ScriptPlaces& places, std::span<const fs::path> folders) {
  std::vector<fs::path> paths;
  if (!word.starts_with('/')) {
    for (const auto& folder : folders) paths.push_back((folder / word).lexically_normal());
    return paths;
  }
  for (const auto& [inside, here] : places.mapped) {
    if (inside.empty() || !word.starts_with(inside)) continue;
    const auto rest = word.substr(inside.size());
    if (!inside.ends_with('/') && !rest.empty() && !rest.starts_with('/')) continue;
    const auto name = rest.find_first_not_of('/');
    paths.push_back((name == std::string_view::npos ? here : here / rest.substr(name)).lexically_normal());
  }
  return paths;
}

// The instructions of a Dockerfile: lines, joined where one ends in a backslash.
std::vector<std::string> instructions_of(std::string_view text) {
  std::vector<std::string> instructions(1);
  while (!text.empty()) {
    const auto end = std::min(text.find('\n'), text.size());
    std::string_view line = text.substr(0, end);
    text.remove_prefix(std::min(end + 1, text.size()));
    if (line.ends_with('\r')) line.remove_suffix(1);
    const bool goes_on = line.ends_with('\\');
    if (goes_on) line.remove_suffix(1);
    instructions.back() += line;
    if (goes_on) {
      instructions.back() += ' ';
    } else {
      instructions.emplace_back();
    }
  }
  return instructions;
}

bool is_instruction(std::string_view word, std::string_view name) {
  return std::ranges::equal(word, name, [](char a, char b) { return (a >= 'a' && a <= 'z' ? a - 'a' + 'A' : a) == b; });
}

}  // namespace

ScriptPlaces places_of_dockerfile(std::string_view text, const fs::path& context) {
  ScriptPlaces places{{context}, {{"/", context}}};
  fs::path workdir = "/";
  for (const auto& instruction : instructions_of(text)) {
    const auto words = words_of(instruction);
    if (words.size() < 2) continue;
    if (is_instruction(words[0], "WORKDIR")) workdir = (workdir / words[1]).lexically_normal();
    if (words.size() < 3 || !(is_instruction(words[0], "COPY") || is_instruction(words[0], "ADD"))) continue;
    if (std::ranges::find(words, "--from") != words.end()) continue;  // it takes from another stage
    fs::path to = (workdir / words.back()).lexically_normal();
    if (!to.has_filename() && to.has_relative_path()) to = to.parent_path();
    for (std::size_t i = 1; i + 1 < words.size(); ++i) {
      if (words[i].starts_with("--")) continue;
      if (places.mapped.size() > k_most_copied) {
        places.more = true;
        return places;
      }
      const auto name = words[i].find_first_not_of('/');
      fs::path from = name == std::string_view::npos ? context : (context / words[i].substr(name)).lexically_normal();
      if (!from.has_filename()) from = from.parent_path();
      if (std::ranges::find(places.folders, from) == places.folders.end()) places.folders.push_back(from);
      places.mapped.emplace_back(to.string(), from);
    }
  }
  return places;
}

NamedFiles files_named_in(std::string_view text, const ScriptPlaces& places) {
  const auto words = words_of(text, true);
  std::vector<fs::path> folders = places.folders;
  NamedFiles named;
  named.more = places.more;
  for (std::size_t i = 0; i + 1 < words.size(); ++i) {
    if (std::ranges::find(k_changes_folder, words[i]) == k_changes_folder.end()) continue;
    for (auto& folder : meanings(words[i + 1], places, std::vector<fs::path>(folders))) {
      if (std::ranges::find(folders, folder) != folders.end()) continue;
      if (folders.size() < k_most_folders) {
        folders.push_back(std::move(folder));
      } else {
        named.more = true;
      }
    }
  }
  std::set<fs::path> seen;
  const auto add = [&](fs::path path) {
    if (!path.has_filename() || !seen.insert(path).second) return;
    if (named.files.size() == k_most_named_files) {
      named.more = true;
    } else {
      named.files.push_back(std::move(path));
    }
  };
  for (const auto word : words) {
    for (auto& path : meanings(word, places, folders)) add(std::move(path));
    const auto command = word.substr(word.rfind('/') + 1);
    for (const auto& companion : k_companions) {
      if (companion.command != command) continue;
      for (const auto& folder : folders) add((folder / companion.file).lexically_normal());
    }
  }
  return named;
}

bool is_shell_script(const fs::path& file, std::string_view text) {
  constexpr std::array<std::string_view, 5> k_endings{".sh", ".bash", ".zsh", ".ksh", ".dash"};
  if (std::ranges::find(k_endings, file.extension().string()) != k_endings.end()) return true;
  const auto line = text.substr(0, std::min(text.find('\n'), text.size()));
  return line.starts_with("#!") && line.find("sh") != std::string_view::npos;
}

}  // namespace helper::config
