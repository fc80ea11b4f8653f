#include "config/docker_ignore.hpp"

#include <algorithm>
#include <filesystem>

namespace helper::config {
namespace {

constexpr std::string_view k_byte_order_mark = "\xef\xbb\xbf";

std::string_view trimmed(std::string_view text) {
  const auto first = text.find_first_not_of(" \t\r\n\v\f");
  if (first == std::string_view::npos) return {};
  return text.substr(first, text.find_last_not_of(" \t\r\n\v\f") - first + 1);
}

// "./a//b/../c/" is "a/c".
std::string cleaned(std::string_view pattern) {
  std::string text = std::filesystem::path(pattern).lexically_normal().generic_string();
  while (text.size() > 1 && text.back() == '/') text.pop_back();
  if (text.size() > 1 && text.front() == '/') text.erase(0, 1);
  return text;
}

}  // namespace

DockerIgnore::DockerIgnore(std::string_view text) {
  if (text.starts_with(k_byte_order_mark)) text.remove_prefix(k_byte_order_mark.size());
  while (!text.empty()) {
    const auto end = text.find('\n');
    std::string_view line = text.substr(0, end);
    text.remove_prefix(end == std::string_view::npos ? text.size() : end + 1);
    if (line.starts_with('#')) continue;
    line = trimmed(line);
    const bool brings_back = line.starts_with('!');
    if (brings_back) line = trimmed(line.substr(1));
    if (line.empty()) continue;
    rules_.push_back({parse(cleaned(line)), brings_back});
  }
}

bool DockerIgnore::excludes(std::string_view path) const {
  bool excluded = false;
  for (const Rule& rule : rules_) {
    if (rule.brings_back == excluded && matches_it_or_a_folder_above(rule.tokens, path)) excluded = !rule.brings_back;
  }
  return excluded;
}

bool DockerIgnore::brings_back() const { return std::ranges::any_of(rules_, &Rule::brings_back); }

std::vector<DockerIgnore::Token> DockerIgnore::parse(std::string_view pattern) {
  using Kind = Token::Kind;
  std::vector<Token> tokens;
  for (std::size_t i = 0; i < pattern.size(); ++i) {
    const char c = pattern[i];
    const char next = i + 1 < pattern.size() ? pattern[i + 1] : '\0';
    if (c == '*' && next == '*') {
      ++i;
      if (i + 1 < pattern.size() && pattern[i + 1] == '/') ++i;
      tokens.push_back({i + 1 == pattern.size() ? Kind::anything : Kind::folders});
    } else if (c == '*') {
      tokens.push_back({Kind::any_letters});
    } else if (c == '?') {
      tokens.push_back({Kind::any_letter});
    } else if (const auto end = pattern.find(']', i + 2); c == '[' && end != std::string_view::npos) {
      Token set{Kind::set};
      ++i;
      set.negated = pattern[i] == '^';
      if (set.negated) ++i;
      for (; i < end; ++i) {
        const bool range = i + 2 < end && pattern[i + 1] == '-';
        set.ranges += pattern[i];
        set.ranges += pattern[range ? i + 2 : i];
        i += range ? 2 : 0;
      }
      tokens.push_back(std::move(set));
    } else {
      if (c == '\\' && next != '\0') ++i;
      tokens.push_back({Kind::one, pattern[i]});
    }
  }
  return tokens;
}

bool DockerIgnore::takes(const Token& token, char c) {
  switch (token.kind) {
    case Token::Kind::one:
      return c == token.letter;
    case Token::Kind::any_letter:
    case Token::Kind::any_letters:
      return c != '/';
    case Token::Kind::anything:
    case Token::Kind::folders:
      return true;
    case Token::Kind::set:
      break;
  }
  bool in = false;
  for (std::size_t i = 0; i + 1 < token.ranges.size(); i += 2)
    in = in || (token.ranges[i] <= c && c <= token.ranges[i + 1]);
  return in != token.negated && c != '/';
}

// All ways through the pattern at once, so that no pattern takes long: at[i] is "the next letter is for token i",
// within[i] "and token i, which is `folders`, has begun".
bool DockerIgnore::matches(const std::vector<Token>& tokens, std::string_view path) {
  using Kind = Token::Kind;
  const std::size_t end = tokens.size();
  std::vector<char> at(end + 1, 0);
  std::vector<char> within(end + 1, 0);
  const auto reach = [&](std::vector<char>& to, std::size_t i) {
    to[i] = 1;
    for (; i < end; ++i) {
      const Kind kind = tokens[i].kind;
      if (kind != Kind::any_letters && kind != Kind::anything && kind != Kind::folders) return;
      to[i + 1] = 1;  // these may take nothing
    }
  };
  reach(at, 0);
  for (const char c : path) {
    std::vector<char> next(end + 1, 0);
    std::vector<char> next_within(end + 1, 0);
    for (std::size_t i = 0; i < end; ++i) {
      if ((at[i] == 0 && within[i] == 0) || !takes(tokens[i], c)) continue;
      const Kind kind = tokens[i].kind;
      if (kind == Kind::folders) {
        next_within[i] = 1;
        if (c == '/') reach(next, i + 1);
      } else {
        reach(next, kind == Kind::any_letters || kind == Kind::anything ? i : i + 1);
      }
    }
    at = std::move(next);
    within = std::move(next_within);
  }
  return at[end] != 0;
}

bool DockerIgnore::matches_it_or_a_folder_above(const std::vector<Token>& tokens, std::string_view path) {
  if (matches(tokens, path)) return true;
  for (auto slash = path.find('/'); slash != std::string_view::npos; slash = path.find('/', slash + 1)) {
    if (matches(tokens, path.substr(0, slash))) return true;
  }
  return false;
}

}  // namespace helper::config
