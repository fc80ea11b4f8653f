#include "base/sections.hpp"

#include "base/digest.hpp"
#include "base/scripts.hpp"
#include "base/shell.hpp"
#include "base/text.hpp"

#include <algorithm>
#include <charconv>

namespace helper {
namespace {

bool is_heading(std::string_view line, std::string_view nonce) {
  return line.starts_with(nonce) && line.size() > nonce.size() && line[nonce.size()] == ' ';
}

// False when it is malformed.
bool parse_heading(std::string_view line, std::string_view nonce, Section& section) {
  line.remove_prefix(nonce.size() + 1);
  const auto space = line.find(' ');
  if (space == std::string_view::npos) return false;
  section.name = line.substr(0, space);
  const auto number = line.substr(space + 1);
  const auto [end, error] = std::from_chars(number.data(), number.data() + number.size(), section.status);
  return error == std::errc() && end == number.data() + number.size();
}

}  // namespace

std::string make_nonce() {
  constexpr std::size_t k_digits = 32;
  return "@helper-" + random_token().substr(0, k_digits);
}

Nonces make_nonces() { return {make_nonce(), make_nonce()}; }

std::vector<Section> parse_sections(std::string_view text, std::string_view nonce) {
  std::vector<Section> sections;
  while (!text.empty()) {
    const auto end = text.find('\n');
    const auto line = text.substr(0, end);
    if (is_heading(line, nonce)) {
      // The newline before a heading belongs to the heading, not to the body above it.
      if (!sections.empty() && sections.back().body.ends_with('\n')) sections.back().body.pop_back();
      if (Section next; parse_heading(line, nonce, next)) sections.push_back(std::move(next));
    } else if (!sections.empty()) {
      sections.back().body += line;
      if (end != std::string_view::npos) sections.back().body += '\n';
    }
    text.remove_prefix(end == std::string_view::npos ? text.size() : end + 1);
  }
  return sections;
}

const Section* find_section(const std::vector<Section>& sections, std::string_view name) {
  const auto section = std::ranges::find(sections, name, &Section::name);
  return section == sections.end() ? nullptr : &*section;
}

std::string script_begin(std::string_view nonce) { return shell::assign("nonce", nonce) + std::string(scripts::lib); }

std::vector<std::string> lines_of(const std::vector<Section>& sections, std::string_view name) {
  std::vector<std::string> kept;
  const auto* section = find_section(sections, name);
  if (section == nullptr) return kept;
  for (auto& line : split(section->body, '\n')) {
    if (!line.empty()) kept.push_back(std::move(line));
  }
  return kept;
}

bool is_zero(const std::vector<Section>& sections, std::string_view name) {
  const auto* section = find_section(sections, name);
  return section != nullptr && section->status == 0;
}

}  // namespace helper
