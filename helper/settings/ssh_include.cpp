#include "settings/ssh_include.hpp"

#include <algorithm>
#include <fnmatch.h>

namespace helper::settings {
namespace {

namespace fs = std::filesystem;

constexpr std::string_view k_blank = " \t\r\f\n";

char lower(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; }

std::string lower(std::string_view text) {
  std::string out(text);
  std::ranges::transform(out, out.begin(), [](char c) { return lower(c); });
  return out;
}

// Takes the next line off the front of `text`, its end included.
std::string_view next_line(std::string_view& text) {
  const std::string_view line = text.substr(0, std::min(text.find('\n'), text.size() - 1) + 1);
  text.remove_prefix(line.size());
  return line;
}

fs::path absolute(const std::string& word, const fs::path& home) {
  if (word == "~" || word.starts_with("~/")) return home / word.substr(std::min<std::size_t>(2, word.size()));
  const fs::path path(word);
  return path.is_absolute() ? path : home / ".ssh" / path;
}

bool is_ours(const std::string& word, const fs::path& file, const fs::path& home) {
  const fs::path named = absolute(word, home).lexically_normal();
  return named == file.lexically_normal() || ::fnmatch(named.c_str(), file.c_str(), FNM_PATHNAME | FNM_PERIOD) == 0;
}

// Of a Host line, and of a Match line's criteria about the host.
std::vector<std::string> host_patterns(const std::vector<std::string>& words) {
  if (words.empty()) return {};
  if (words.front() == "host") return {words.begin() + 1, words.end()};
  std::vector<std::string> patterns;
  for (std::size_t i = 1; words.front() == "match" && i + 1 < words.size(); ++i) {
    const std::string criterion = lower(words[i]);
    if (criterion != "host" && criterion != "originalhost") continue;
    for (std::string_view rest = words[i + 1]; !rest.empty();) {
      patterns.emplace_back(rest.substr(0, rest.find(',')));
      rest.remove_prefix(std::min(patterns.back().size() + 1, rest.size()));
    }
  }
  return patterns;
}

std::string without_end(std::string_view line) {
  return std::string(line.substr(0, line.find_last_not_of(k_blank) + 1));
}

}  // namespace

std::vector<std::string> words_of_line(std::string_view line) {
  std::vector<std::string> words;
  std::size_t at = line.find_first_not_of(k_blank);
  if (at == std::string_view::npos || line[at] == '#') return {};
  while (at < line.size()) {
    std::string word;
    bool quoted = false;
    for (; at < line.size() && (quoted || k_blank.find(line[at]) == std::string_view::npos); ++at) {
      const bool keyword_ends = words.empty() && !quoted && line[at] == '=';
      if (keyword_ends) break;
      const bool escapes = line[at] == '\\' && at + 1 < line.size() &&
                           (line[at + 1] == '"' || line[at + 1] == '\\' || (!quoted && line[at + 1] == ' '));
      if (line[at] == '"') {
        quoted = !quoted;
      } else {
        if (escapes) ++at;
        word += line[at];
      }
    }
    if (quoted) return {};
    const bool is_keyword = words.empty();
    words.push_back(is_keyword ? lower(word) : word);
    at = std::min(line.find_first_not_of(k_blank, at), line.size());
    if (is_keyword && at < line.size() && line[at] == '=')
      at = std::min(line.find_first_not_of(k_blank, at + 1), line.size());
  }
  return words;
}

Result<std::string> include_line(const fs::path& file) {
  const std::string path = file.string();
  // Wildcards, escapes, tokens and variables: ssh and glob(7) between them give no one spelling that all versions take.
  const bool strange = std::ranges::any_of(path, [](char c) {
    return static_cast<unsigned char>(c) < 0x20 || c == 0x7F ||
           std::string_view("*?[]{}\\\"'%$#").find(c) != std::string_view::npos;
  });
  if (strange || !file.is_absolute()) {
    return fail(ErrorCode::file_failed, path,
                "has a character in its path that ssh_config's Include would not take as it is",
                "set XDG_DATA_HOME to a folder with a plain name, or leave ssh out: --no-ssh-config");
  }
  return "Include " + (path.find(' ') == std::string::npos ? path : "\"" + path + "\"");
}

Result<std::string> with_include(std::optional<std::string_view> text, const fs::path& file, const fs::path& home) {
  HELPER_TRY_ASSIGN(const std::string line, include_line(file));
  if (!text || text->empty()) return line + "\n";
  for (std::string_view rest = *text; !rest.empty();) {
    const auto words = words_of_line(next_line(rest));
    if (words.empty()) continue;
    if (words.front() == "include" && words.size() > 1 && is_ours(words[1], file, home)) return std::string(*text);
    break;
  }
  const std::size_t end = text->find('\n');
  const bool crlf = end != std::string_view::npos && end > 0 && (*text)[end - 1] == '\r';
  HELPER_TRY_ASSIGN(const auto rest, without_include(*text, file));
  return line + (crlf ? "\r\n" : "\n") + rest.value_or("");
}

Result<std::optional<std::string>> without_include(std::string_view text, const fs::path& file) {
  HELPER_TRY_ASSIGN(const std::string ours, include_line(file));
  std::string kept;
  while (!text.empty()) {
    const std::string_view line = next_line(text);
    const auto words = words_of_line(line);
    const bool in_block = !words.empty() && (words.front() == "host" || words.front() == "match");
    if (!in_block && without_end(line) != ours) {
      kept += line;
      continue;
    }
    kept.append(in_block ? line : "").append(text);
    break;
  }
  return kept.empty() ? std::nullopt : std::optional(kept);
}

bool names_host(std::string_view text, const std::string& name) {
  const std::string wanted = lower(name);
  while (!text.empty()) {
    const auto patterns = host_patterns(words_of_line(next_line(text)));
    const bool names_it = std::ranges::any_of(patterns, [&](const std::string& pattern) {
      if (pattern.starts_with('!') || pattern.find_first_not_of('*') == std::string::npos) return false;
      return ::fnmatch(lower(pattern).c_str(), wanted.c_str(), 0) == 0;
    });
    if (names_it) return true;
  }
  return false;
}

std::vector<fs::path> includes_of(std::string_view text, const fs::path& home) {
  std::vector<fs::path> paths;
  while (!text.empty()) {
    const auto words = words_of_line(next_line(text));
    if (words.empty() || words.front() != "include") continue;
    for (auto word = words.begin() + 1; word != words.end(); ++word) paths.push_back(absolute(*word, home));
  }
  return paths;
}

}  // namespace helper::settings
