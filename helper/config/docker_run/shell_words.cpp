#include "config/docker_run/shell_words.hpp"

#include "base/text.hpp"
#include "config/characters.hpp"

#include <algorithm>
#include <array>
#include <optional>

namespace helper::config {
namespace {

using Kind = ShellPiece::Kind;

constexpr std::size_t k_max_bytes = 64u << 10;
constexpr const char* k_thing = "the command of --from";
constexpr const char* k_one_command = "give one command and nothing else: helper init --from 'docker run ... IMAGE'";

bool is_name_start(char c) { return c == '_' || k_letters.find(c) != std::string_view::npos; }
bool is_in_name(char c) { return is_name_start(c) || k_digits.find(c) != std::string_view::npos; }

std::string plain_command(std::string_view text) {
  std::string words;
  for (const std::string_view word : split(text, ' ')) {
    if (!word.empty()) words += (words.empty() ? "" : " ") + std::string(word);
  }
  return words;
}

struct Typographic {
  std::string_view bytes;
  std::string_view plain;
};
constexpr std::array k_typographic{
    Typographic{"\u201c", "\""}, Typographic{"\u201d", "\""}, Typographic{"\u201e", "\""}, Typographic{"\u2018", "'"},
    Typographic{"\u2019", "'"},  Typographic{"\u2013", "--"}, Typographic{"\u2014", "--"}};
constexpr std::string_view k_no_break_space = "\u00a0";

class Lexer {
 public:
  explicit Lexer(std::string_view text) : text_(text) {}

  Result<std::vector<ShellWord>> words() {
    while (at_ < text_.size()) HELPER_TRY(step());
    end_word();
    return std::move(words_);
  }

 private:
  [[nodiscard]] std::string_view rest() const { return text_.substr(at_); }
  [[nodiscard]] bool has(std::string_view here) const { return rest().starts_with(here); }

  [[nodiscard]] tl::unexpected<Error> wrong(const std::string& cause, const std::string& fix = k_one_command) const {
    return fail(ErrorCode::usage, std::string(k_thing) + ", line " + std::to_string(line_), cause, fix);
  }

  ShellWord& word() {
    if (!open_) words_.push_back({{}, line_, false});
    open_ = true;
    return words_.back();
  }
  void end_word() { open_ = false; }

  void add(char c) {
    auto& pieces = word().pieces;
    if (pieces.empty() || pieces.back().kind != Kind::text) pieces.push_back({Kind::text, "", ""});
    pieces.back().text += c;
    if (c == '\n') ++line_;
  }

  // One character, quoted part or replacement outside of quotes.
  Result<void> step() {
    const char c = text_[at_];
    if (is_over_ && c != ' ' && c != '\t' && c != '\n' && !(c == '#' && !open_)) {
      return wrong("another command begins here, or the line before lacks a backslash at its end");
    }
    if (c == ' ' || c == '\t' || has(k_no_break_space)) {
      end_word();
      at_ += c == ' ' || c == '\t' ? 1 : k_no_break_space.size();
    } else if (c == '\n') {
      end_word();
      is_over_ = !words_.empty();
      ++at_, ++line_;
    } else if (c == '#' && !open_) {
      at_ = std::min(text_.find('\n', at_), text_.size());
    } else if (c == '\\') {
      HELPER_TRY(backslash());
    } else if (c == '\'') {
      HELPER_TRY(single_quotes());
    } else if (c == '"') {
      HELPER_TRY(double_quotes());
    } else if (c == '$' || c == '`') {
      HELPER_TRY(replacement(false));
    } else if (c == '~' && !open_) {
      tilde();
    } else if (std::string_view(";&|<>()").find(c) != std::string_view::npos) {
      HELPER_TRY(shell_operator(c));
    } else {
      HELPER_TRY(plain(c));
    }
    return {};
  }

  Result<void> plain(char c) {
    for (const auto& [bytes, plain] : k_typographic) {
      if (!has(bytes)) continue;
      return wrong(std::string(bytes) + " is a typographic sign of a web page, and no shell understands it",
                   "write " + std::string(plain) + " in its place");
    }
    add(c);
    ++at_;
    return {};
  }

  Result<void> backslash() {
    if (has("\\\n")) {
      at_ += 2, ++line_;
      return {};
    }
    const auto next = text_.find_first_not_of(" \t", at_ + 1);
    if (next != std::string_view::npos && next > at_ + 1 && text_[next] == '\n')
      return wrong("a blank follows the backslash at the end of the line",
                   "remove the blank: the backslash comes last");
    if (next == std::string_view::npos) {  // what was behind it was not copied
      at_ = text_.size();
      return {};
    }
    add(text_[at_ + 1]);
    at_ += 2;
    return {};
  }

  Result<void> single_quotes() {
    const auto end = text_.find('\'', at_ + 1);
    if (end == std::string_view::npos) return wrong("the quote ' is not closed", "close it");
    word().is_quoted = true;
    for (++at_; at_ < end; ++at_) add(text_[at_]);
    ++at_;
    return {};
  }

  Result<void> double_quotes() {
    const int opened = line_;
    word().is_quoted = true;
    for (++at_; at_ < text_.size();) {
      const char c = text_[at_];
      if (c == '"') {
        ++at_;
        return {};
      }
      if (c == '$' || c == '`') {
        HELPER_TRY(replacement(true));
      } else if (has("\\\n")) {
        at_ += 2, ++line_;
      } else {
        const bool is_escape =
            c == '\\' && at_ + 1 < text_.size() && std::string_view("$`\"\\").find(text_[at_ + 1]) != std::string::npos;
        if (is_escape) ++at_;
        add(text_[at_++]);
      }
    }
    line_ = opened;
    return wrong("the quote \" is not closed", "close it");
  }

  // '~' at the begin of a word; "~bob" is somebody else's.
  void tilde() {
    const auto end = std::min(text_.find_first_of("/: \t\n\"'\\$`;&|<>()", at_ + 1), text_.size());
    const std::string written(text_.substr(at_, end - at_));
    word().pieces.push_back({written == "~" ? Kind::home : Kind::variable, written, written});
    at_ = end;
  }

  void put(Kind kind, std::size_t size, std::string name) {
    const std::string written(text_.substr(at_, size));
    line_ += static_cast<int>(std::ranges::count(written, '\n'));
    if (kind == Kind::variable && name == "PWD") kind = Kind::folder;
    if (kind == Kind::variable && name == "HOME") kind = Kind::home;
    if (kind == Kind::command && (name == "pwd" || name == "pwd -P")) kind = Kind::folder;
    word().pieces.push_back({kind, written, std::move(name)});
    at_ += size;
  }

  Result<void> replacement(bool in_quotes) {
    const std::string_view here = rest();
    if (here.front() == '`') {
      auto end = here.find('`', 1);
      while (end != std::string_view::npos && here[end - 1] == '\\') end = here.find('`', end + 1);
      if (end == std::string_view::npos)
        return wrong("the backtick ` is not closed", "close it; at the end of a line a shell wants a backslash");
      put(Kind::command, end + 1, plain_command(here.substr(1, end - 1)));
    } else if (here.starts_with("$(")) {
      const auto size = size_of_command(here);
      if (!size) return wrong("$( is not closed", "close it by )");
      put(Kind::command, *size, plain_command(here.substr(2, *size - 3)));
    } else if (here.starts_with("${")) {
      const auto end = here.find('}');
      if (end == std::string_view::npos) return wrong("${ is not closed", "close it by }");
      put(Kind::variable, end + 1, std::string(here.substr(2, end - 2)));
    } else if (here.size() > 1 && is_name_start(here[1])) {
      const auto* const end = std::find_if_not(here.begin() + 1, here.end(), is_in_name);
      const auto size = static_cast<std::size_t>(end - here.begin());
      put(Kind::variable, size, std::string(here.substr(1, size - 1)));
    } else if (here.size() > 1 && std::string_view("0123456789@*#?$!-").find(here[1]) != std::string_view::npos) {
      put(Kind::variable, 2, std::string(here.substr(1, 1)));
    } else if (!in_quotes && here.size() > 1 && (here[1] == '\'' || here[1] == '"')) {
      return wrong("$ before a quote has another meaning in each shell", "remove the $, and write the text itself");
    } else if (!in_quotes && words_.empty() && !open_ && here.size() > 1 && here[1] == ' ') {
      ++at_;  // the prompt of a shell
    } else {
      add('$');
      ++at_;
    }
    return {};
  }

  // "$(...)" with the brackets and quotes in it.
  static std::optional<std::size_t> size_of_command(std::string_view here) {
    int depth = 0;
    char quote = 0;
    for (std::size_t i = 1; i < here.size(); ++i) {
      const char c = here[i];
      if (c == '\\' && quote != '\'') {
        ++i;
      } else if (quote != 0) {
        if (c == quote) quote = 0;
      } else if (c == '\'' || c == '"') {
        quote = c;
      } else if (c == '(') {
        ++depth;
      } else if (c == ')' && --depth == 0) {
        return i + 1;
      }
    }
    return std::nullopt;
  }

  Result<void> shell_operator(char c) {
    const bool is_end = (c == ';' || c == '&') && !words_.empty() && !has("&&") && !has(";;");
    if (is_end) {
      end_word();
      is_over_ = true;
      ++at_;
      return {};
    }
    const std::string shown = has("&&") || has("||") ? std::string(rest().substr(0, 2)) : std::string(1, c);
    if (c == '<' || c == '>')
      return wrong("it redirects (" + shown + "), which is the shell's, and says nothing about a container");
    return wrong("it is more than one command (" + shown + ")");
  }

  std::string_view text_;
  std::size_t at_ = 0;
  int line_ = 1;
  bool open_ = false;     // a word is being read
  bool is_over_ = false;  // the command has ended
  std::vector<ShellWord> words_;
};

}  // namespace

Result<std::vector<ShellWord>> shell_words(std::string_view text) {
  if (text.size() > k_max_bytes)
    return fail(ErrorCode::usage, k_thing, "it is longer than 64 KiB, which no command line is", k_one_command);
  if (text.find('\0') != std::string_view::npos)
    return fail(ErrorCode::usage, k_thing, "it has a NUL byte in it", "copy it as text");
  if (find_bad_utf8(text) != std::string_view::npos)
    return fail(ErrorCode::usage, k_thing, "it is not UTF-8", "save it as UTF-8");
  std::string unix_text;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const bool before_line_end = i + 1 < text.size() && text[i + 1] == '\n';
    if (text[i] == '\r' && !before_line_end) unix_text += '\n';
    if (text[i] != '\r') unix_text += text[i];
  }
  return Lexer(unix_text).words();
}

std::string as_written(const ShellWord& word) {
  std::string text;
  for (const ShellPiece& piece : word.pieces) text += piece.text;
  return text;
}

}  // namespace helper::config
