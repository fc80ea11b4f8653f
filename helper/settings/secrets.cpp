#include "settings/secrets.hpp"

#include <algorithm>
#include <array>

namespace helper::settings {
namespace {

constexpr std::string_view k_space = " \t\r\n";

std::string lower(std::string_view text) {
  std::string out(text);
  std::ranges::transform(out, out.begin(), [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; });
  return out;
}

bool is_secret(std::string_view name) {
  constexpr std::array<std::string_view, 5> k_words{"password", "passphrase", "secret", "token", "authdata"};
  const std::string word = lower(name);
  return std::ranges::any_of(k_words, [&](auto secret) { return word.find(secret) != std::string::npos; });
}

std::string hidden(std::string_view value) {
  if (value.empty()) return {};
  return "***" + std::string(static_cast<std::size_t>(std::ranges::count(value, '\n')), '\n');
}

// One tag, from '<' to '>': copied with its secret values hidden. `secret` says whether its content is one.
std::string tag_without_secrets(std::string_view tag, bool& secret) {
  std::string out;
  bool names_secret = false;  // <option name="password" value="...">, in either order
  if (const auto name = tag.find(" name=\""); name != std::string_view::npos) {
    const std::string_view value = tag.substr(name + 7);
    names_secret = is_secret(value.substr(0, value.find('"')));
  }
  const std::size_t name_end = std::min(tag.find_first_of(" \t\r\n/>", 1), tag.size());
  secret = is_secret(tag.substr(1, name_end - 1)) && tag.size() > 1 && tag[1] != '/' && !tag.ends_with("/>");
  for (std::size_t at = 0; at < tag.size();) {
    const std::size_t quote = tag.find_first_of("\"'", at);
    const std::size_t close = quote == std::string_view::npos ? quote : tag.find(tag[quote], quote + 1);
    if (close == std::string_view::npos) return out + std::string(tag.substr(at));
    std::string_view name = tag.substr(at, quote - at);
    name = name.substr(0, name.find_last_not_of(std::string(k_space) + "=") + 1);
    if (const auto begin = name.find_last_of(k_space); begin != std::string_view::npos) name.remove_prefix(begin + 1);
    const std::string_view value = tag.substr(quote + 1, close - quote - 1);
    const bool hide =
        is_secret(name) || (name == "value" && names_secret) || lower(value).find("authdata") != std::string::npos;
    out += tag.substr(at, quote + 1 - at);
    out += hide ? hidden(value) : std::string(value);
    out += tag[close];
    at = close + 1;
  }
  return out;
}

// Where a tag ends: '>' outside of quotes.
std::size_t end_of_tag(std::string_view text, std::size_t at) {
  char quote = 0;
  for (; at < text.size(); ++at) {
    const char c = text[at];
    if (quote == 0 && c == '>') return at + 1;
    if (quote == 0 && (c == '"' || c == '\''))
      quote = c;
    else if (c == quote)
      quote = 0;
  }
  return text.size();
}

}  // namespace

std::string without_secrets(std::string_view text) {
  std::string out;
  bool secret = false;
  while (!text.empty()) {
    const std::size_t open = std::min(text.find('<'), text.size());
    const std::string_view content = text.substr(0, open);
    const bool blank = content.find_first_not_of(k_space) == std::string_view::npos;
    out += secret && !blank ? hidden(content) : std::string(content);
    text.remove_prefix(open);
    if (text.empty()) break;
    const std::size_t end = end_of_tag(text, 0);
    out += tag_without_secrets(text.substr(0, end), secret);
    text.remove_prefix(end);
  }
  return out;
}

}  // namespace helper::settings
