#include "cli/render/help.hpp"

#include "base/error.hpp"
#include "base/text.hpp"
#include "cli/render/text.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <vector>

namespace helper::cli {
namespace {

struct Row {
  std::string left;
  std::string right;
};

// The width of a terminal as most are; what is wider is wrapped by words.
constexpr int k_columns = 80;
constexpr int k_one_line_each = 1000;  // for who looks for one with grep

// The text in lines of at most `room` columns; a word that is longer has a line of its own.
std::vector<std::string> wrapped(std::string_view text, int room) {
  std::vector<std::string> lines{{}};
  while (!text.empty()) {
    const auto end = std::min(text.find_first_of(" \n"), text.size());
    const std::string word(text.substr(0, end));
    text.remove_prefix(std::min(end + 1, text.size()));
    if (word.empty()) continue;
    std::string& last = lines.back();
    if (last.empty()) {
      last = word;
    } else if (display_width(last) + 1 + display_width(word) <= room) {
      last += " " + word;
    } else {
      lines.push_back(word);
    }
  }
  return lines;
}

std::string paragraph(std::string_view text) {
  std::string result;
  for (const auto& line : wrapped(text, k_columns)) result += line + "\n";
  return result;
}

std::string table(const std::vector<Row>& rows, int columns = k_columns) {
  int width = 0;
  for (const Row& row : rows) width = std::max(width, display_width(row.left));
  std::string text;
  for (const Row& row : rows) {
    std::string left = row.left;
    for (const auto& line : wrapped(row.right, columns - width - 4)) {
      text += fmt::format("  {}  {}\n", pad(left, width), line);
      left.clear();
    }
  }
  return text;
}

std::string indented(std::string_view lines) {
  std::string text;
  while (!lines.empty()) {
    const auto end = std::min(lines.find('\n'), lines.size());
    text += fmt::format("  {}\n", lines.substr(0, end));
    lines.remove_prefix(std::min(end + 1, lines.size()));
  }
  return text;
}

Row option_row(const OptionSpec& spec) {
  Row row{std::string(spec.name), std::string(spec.help)};
  if (!spec.value.empty()) row.left += fmt::format(" {}", spec.value);
  if (!spec.choices.empty()) row.right += fmt::format(": {}", spec.choices);
  if (!spec.fallback.empty()) row.right += fmt::format(" ({})", spec.fallback);
  return row;
}

bool is_argument(const OptionSpec& spec) {
  return spec.kind == OptionSpec::Kind::argument || spec.kind == OptionSpec::Kind::rest;
}

std::vector<Row> option_rows(std::span<const OptionSpec> specs, bool arguments) {
  std::vector<Row> rows;
  for (const OptionSpec& spec : specs) {
    if (is_argument(spec) == arguments) rows.push_back(option_row(spec));
  }
  return rows;
}

std::string usage(const Verb& verb) {
  std::string text = fmt::format("helper {}", verb.name);
  std::string rest;
  bool has_options = false;
  for (const OptionSpec& spec : verb.options) {
    if (!is_argument(spec)) {
      has_options = true;
    } else if (spec.kind == OptionSpec::Kind::rest) {
      rest = fmt::format(" [-- {}]", spec.name);
    } else {
      text += spec.required ? fmt::format(" {}", spec.name) : fmt::format(" [{}]", spec.name);
    }
  }
  return (has_options ? text + " [options]" : text) + rest;
}

std::string section(const Style& style, std::string_view title, const std::string& body) {
  return body.empty() ? std::string() : fmt::format("\n{}\n{}", paint(style, Paint::bold, title), body);
}

}  // namespace

// The names, as rows that a terminal of 80 columns shows.
std::vector<Row> row_of(std::string label, const std::string& names) {
  constexpr std::size_t k_room = 68;
  const std::size_t cut = names.size() <= k_room ? std::string::npos : names.rfind(", ", k_room);
  if (cut == std::string::npos) return {{std::move(label), names}};
  return {{std::move(label), names.substr(0, cut + 1)}, {"", names.substr(cut + 2)}};
}

// As few lines as a terminal of 80 by 24 shows at once: what is used every day in full, the rest by name.
std::string render_help(const Style& style) {
  std::vector<Row> everyday;
  std::map<Group, std::string> others;
  for (const Verb& verb : verbs()) {
    if (verb.group == Group::everyday) {
      everyday.push_back({std::string(verb.name), std::string(verb.summary)});
    } else {
      std::string& names = others[verb.group];
      names += (names.empty() ? "" : ", ") + std::string(verb.name);
    }
  }
  std::vector<Row> more;
  for (const auto& [label, group] :
       {std::pair{"target", Group::container}, {"inside", Group::inside}, {"helper", Group::helper}}) {
    for (auto& row : row_of(label, others[group])) more.push_back(std::move(row));
  }
  std::string options;
  for (const OptionSpec& spec : common_options()) options += (options.empty() ? "" : ", ") + std::string(spec.name);
  return "helper makes a GPU container on a server usable from PyCharm, Gateway and ssh.\n\n"
         "usage: helper VERB [TARGET] [options]       one verb in full: helper help VERB\n" +
         section(style, "every day", table(everyday)) + section(style, "more", table(more)) +
         section(style, "options of every verb", fmt::format("  {}\n", options)) +
         "\nerrors and exit statuses: helper help errors\n";
}

std::string render_verb_help(const Style& style, const Verb& verb) {
  return fmt::format("{}: {}\n\nusage: {}\n\n{}", paint(style, Paint::bold, fmt::format("helper {}", verb.name)),
                     verb.summary, usage(verb), paragraph(verb.details)) +
         (verb.aliases.empty() ? std::string() : fmt::format("\nalso: {}\n", verb.aliases)) +
         section(style, "arguments", table(option_rows(verb.options, true))) +
         section(style, "options", table(option_rows(verb.options, false))) +
         section(style, "options of every verb", table(option_rows(common_options(), false))) +
         section(style, "examples", indented(verb.examples));
}

std::string render_error_table(const Style& style) {
  std::vector<Row> rows{{fmt::format("{:<22}{:>6}{:>10}", "name", "exit", "json-rpc"), "meaning"}};
  for (const ErrorKind& kind : error_catalogue()) {
    rows.push_back(
        {fmt::format("{:<22}{:>6}{:>10}", kind.name, kind.exit_status, kind.rpc_code), std::string(kind.meaning)});
  }
  return paint(style, Paint::bold, "errors, as they are named in messages and in JSON") + "\n" +
         table(rows, k_one_line_each);
}

}  // namespace helper::cli
