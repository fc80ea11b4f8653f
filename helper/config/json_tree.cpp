#include "config/json_tree.hpp"

#include "base/text.hpp"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <iterator>
#include <limits>
#include <map>
#include <optional>

namespace helper::config {
namespace {

using Json = nlohmann::json;

// Hands the text to nlohmann's lexer and reports, through `read`, how far the lexer has come.
class CountingIterator {
 public:
  using iterator_category = std::input_iterator_tag;
  using value_type = char;
  using difference_type = std::ptrdiff_t;
  using pointer = const char*;
  using reference = const char&;

  CountingIterator(const char* at, const char** read) : at_(at), read_(read) {}
  reference operator*() const { return *at_; }
  CountingIterator& operator++() {
    ++at_;
    *read_ = std::max(*read_, at_);
    return *this;
  }
  CountingIterator operator++(int) {
    CountingIterator before = *this;
    ++*this;
    return before;
  }
  friend bool operator==(const CountingIterator& a, const CountingIterator& b) { return a.at_ == b.at_; }

 private:
  const char* at_;
  const char** read_;
};

int line_at(std::string_view text, std::size_t offset) {
  return 1 + static_cast<int>(std::count(text.begin(), text.begin() + static_cast<std::ptrdiff_t>(offset), '\n'));
}

// Calls `visit(i, c)` for each character that is neither white space nor comment nor within a string (of
// which only the closing quote counts), as a lexer reading from the start sees it.
template <class Visit>
void visit_structure(std::string_view text, Visit visit) {
  for (std::size_t i = 0; i < text.size(); ++i) {
    const char c = text[i];
    if (c == '/' && text.substr(i, 2) == "//") {
      i = std::min(text.find('\n', i), text.size());
    } else if (c == '/' && text.substr(i, 2) == "/*") {
      const std::size_t close = text.find("*/", i + 2);
      i = close == std::string_view::npos ? text.size() : close + 1;
    } else if (c == '"') {
      for (++i; i < text.size() && text[i] != '"'; ++i) {
        if (text[i] == '\\') ++i;
      }
      visit(i, '"');
    } else if (c != ' ' && c != '\t' && c != '\r' && c != '\n') {
      visit(i, c);
    }
  }
}

// In bytes, from 1.
std::size_t column_at(std::string_view text, std::size_t offset) {
  const auto line_end = offset == 0 ? std::string_view::npos : text.rfind('\n', offset - 1);
  return line_end == std::string_view::npos ? offset + 1 : offset - line_end;
}

// A space in place of each comma between the last entry and the closing bracket: all else keeps its place.
std::string without_last_commas(std::string_view text) {
  std::string out(text);
  std::optional<std::size_t> comma;
  char before = '\0';
  visit_structure(text, [&](std::size_t at, char c) {
    if (comma && (c == '}' || c == ']')) out[*comma] = ' ';
    const bool behind_an_entry =
        c == ',' && std::string_view(",:[{").find(before) == std::string_view::npos && before != '\0';
    comma = behind_an_entry ? std::optional(at) : std::nullopt;
    before = c;
  });
  return out;
}

// nlohmann's "[json.exception...] parse error at line 1, column 2: syntax error while parsing value - REASON; last
// read: '...'" cut down to REASON, since we report place and text.
std::string reason_of(std::string message) {
  if (const auto at = message.find("] "); message.starts_with("[json.exception.") && at != std::string::npos) {
    message.erase(0, at + 2);
  }
  if (const auto at = message.find(" - "); at != std::string::npos) message.erase(0, at + 3);
  if (const auto at = message.find("; last read"); at != std::string::npos) {
    const auto end = message.find("'; expected", at);
    message.erase(at, end == std::string::npos ? end : end + 1 - at);
  }
  return printable(message, 200);
}

class TreeBuilder final : public nlohmann::json_sax<Json> {
 public:
  TreeBuilder(std::string_view text, std::string file) : text_(text), file_(std::move(file)), read_(text.data()) {}

  [[nodiscard]] const char** read() { return &read_; }
  [[nodiscard]] const std::optional<Error>& error() const { return error_; }
  [[nodiscard]] JsonNode take() { return std::move(root_); }

  bool null() override { return add({}); }
  bool boolean(bool value) override {
    JsonNode node;
    node.type = JsonNode::Type::boolean;
    node.boolean = value;
    return add(std::move(node));
  }
  bool number_integer(std::int64_t value) override {
    JsonNode node;
    node.type = JsonNode::Type::integer;
    node.integer = value;
    return add(std::move(node));
  }
  bool number_unsigned(std::uint64_t value) override {
    if (value > static_cast<std::uint64_t>(std::numeric_limits<std::int64_t>::max())) {
      return number_float(0, std::to_string(value));
    }
    return number_integer(static_cast<std::int64_t>(value));
  }
  bool number_float(double /*value*/, const std::string& written) override {
    JsonNode node;
    node.type = JsonNode::Type::real;
    node.text = written;
    return add(std::move(node));
  }
  bool string(std::string& value) override {
    JsonNode node;
    node.type = JsonNode::Type::text;
    node.text = std::move(value);
    return add(std::move(node));
  }
  bool binary(Json::binary_t& /*value*/) override { return false; }  // JSON text has none
  bool start_object(std::size_t /*size*/) override { return open(JsonNode::Type::object); }
  bool start_array(std::size_t /*size*/) override { return open(JsonNode::Type::array); }
  bool end_object() override { return close(); }
  bool end_array() override { return close(); }

  bool key(std::string& name) override {
    const int line = current_line();
    const auto [seen, fresh] = open_.back().lines.emplace(name, line);
    if (!fresh) {
      return stop(ErrorCode::config_invalid, line,
                  "the key \"" + printable(name) + "\" is here a second time; the first is on line " +
                      std::to_string(seen->second),
                  "keep one of the two");
    }
    open_.back().node.names.push_back(std::move(name));
    return true;
  }

  bool parse_error(std::size_t /*position*/, const std::string& /*token*/, const Json::exception& exception) override {
    // The lexer's place, not `position`: that one does not count a byte order mark.
    const std::size_t offset = read_offset();
    const int line = line_at(text_, offset);
    return stop(
        ErrorCode::config_syntax, line,
        "is not JSON with comments near column " + std::to_string(column_at(text_, offset)) + ": " +
            reason_of(exception.what()),
        "correct it there or on the line before: keys and texts need double quotes, entries a comma between them");
  }

 private:
  struct Open {
    JsonNode node;
    std::map<std::string, int> lines;  // of the keys so far
  };

  // Where the token ends that the lexer has just read. Behind a number it has read one character more: the last one is
  // never counted, which is right for both.
  [[nodiscard]] std::size_t read_offset() const {
    const auto offset = static_cast<std::size_t>(read_ - text_.data());
    return offset == 0 ? 0 : offset - 1;
  }
  // Offsets only grow, so each character is looked at once.
  [[nodiscard]] int current_line() {
    const std::size_t offset = read_offset();
    if (offset > counted_) {
      line_ += line_at(text_.substr(counted_), offset - counted_) - 1;
      counted_ = offset;
    }
    return line_;
  }

  bool stop(ErrorCode code, int line, std::string cause, std::string fix) {
    error_ = Error{code, file_ + ":" + std::to_string(line), std::move(cause), std::move(fix)};
    return false;
  }
  bool add(JsonNode node) {
    node.line = current_line();
    return place(std::move(node));
  }
  bool place(JsonNode node) {
    if (open_.empty()) {
      root_ = std::move(node);
    } else {
      open_.back().node.items.push_back(std::move(node));
    }
    return true;
  }
  bool open(JsonNode::Type type) {
    if (open_.size() == k_max_config_depth) {
      return stop(ErrorCode::config_syntax, current_line(),
                  "is nested deeper than " + std::to_string(k_max_config_depth) + " levels", "");
    }
    Open next;
    next.node.type = type;
    next.node.line = current_line();
    open_.push_back(std::move(next));
    return true;
  }
  bool close() {
    JsonNode done = std::move(open_.back().node);
    open_.pop_back();
    return place(std::move(done));
  }

  std::string_view text_;
  std::string file_;
  const char* read_;
  std::size_t counted_ = 0;
  int line_ = 1;
  std::vector<Open> open_;
  JsonNode root_;
  std::optional<Error> error_;
};

}  // namespace

Result<JsonNode> parse_json(std::string_view text, const std::string& file) {
  if (text.size() > k_max_config_bytes) {
    return fail(ErrorCode::config_syntax, file, "is larger than 1 MiB, which no config needs",
                "look at the file: is it the right one?");
  }
  if (const std::size_t bad = find_bad_utf8(text); bad != std::string_view::npos) {
    return fail(ErrorCode::config_syntax, file + ":" + std::to_string(line_at(text, bad)),
                "holds a byte that is not UTF-8", "save the file as UTF-8");
  }
  if (const std::size_t nul = text.find('\0'); nul != std::string_view::npos) {
    return fail(ErrorCode::config_syntax, file + ":" + std::to_string(line_at(text, nul)), "holds a NUL byte",
                "save the file as UTF-8 text");
  }
  const std::string without_commas = without_last_commas(text);
  text = without_commas;
  TreeBuilder builder(text, file);
  const CountingIterator begin(text.data(), builder.read());
  const CountingIterator end(text.data() + text.size(), builder.read());
  try {
    if (Json::sax_parse(begin, end, &builder, Json::input_format_t::json, true, true)) return builder.take();
  } catch (const std::exception& error) {
    return fail(ErrorCode::internal, file, std::string("could not be read (") + error.what() + ")");
  }
  return fail(builder.error().value_or(Error{ErrorCode::config_syntax, file, "is not JSON with comments", ""}));
}

const JsonNode* find_member(const JsonNode& object, std::string_view name) {
  const auto at = std::ranges::find(object.names, name);
  return at == object.names.end() ? nullptr : &object.items[static_cast<std::size_t>(at - object.names.begin())];
}

std::string json_text(const JsonNode& node) {
  const auto quoted = [](const std::string& text) {
    return Json(text).dump(-1, ' ', false, Json::error_handler_t::replace);
  };
  const bool is_object = node.type == JsonNode::Type::object;
  std::string items;
  switch (node.type) {
    case JsonNode::Type::null:
      return "null";
    case JsonNode::Type::boolean:
      return node.boolean ? "true" : "false";
    case JsonNode::Type::integer:
      return std::to_string(node.integer);
    case JsonNode::Type::real:
      return node.text;
    case JsonNode::Type::text:
      return quoted(node.text);
    case JsonNode::Type::array:
    case JsonNode::Type::object:
      break;
  }
  for (std::size_t i = 0; i < node.items.size(); ++i) {
    items += i == 0 ? "" : ",";
    if (is_object) items += quoted(node.names[i]) + ":";
    items += json_text(node.items[i]);
  }
  return is_object ? "{" + items + "}" : "[" + items + "]";
}

std::string describe(const JsonNode& node) {
  switch (node.type) {
    case JsonNode::Type::null:
      return "null";
    case JsonNode::Type::boolean:
      return node.boolean ? "true" : "false";
    case JsonNode::Type::integer:
      return "the number " + std::to_string(node.integer);
    case JsonNode::Type::real:
      return "the number " + printable(node.text);
    case JsonNode::Type::text:
      return "the text \"" + printable(node.text) + "\"";
    case JsonNode::Type::array:
      return "a list";
    case JsonNode::Type::object:
      break;
  }
  return "an object";
}

}  // namespace helper::config
