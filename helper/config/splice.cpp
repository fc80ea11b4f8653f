#include "config/splice.hpp"

#include "config/json_tree.hpp"

#include <algorithm>
#include <optional>

namespace helper::config {
namespace {

// Walks over a text that parse_json has accepted, so that each token ends where it must.
class Walker {
 public:
  explicit Walker(std::string_view text) : text_(text) {
    constexpr std::string_view k_mark = "\xef\xbb\xbf";  // a byte order mark
    if (text_.starts_with(k_mark)) at_ = k_mark.size();
  }

  [[nodiscard]] std::size_t at() const { return at_; }
  [[nodiscard]] char here() const { return at_ < text_.size() ? text_[at_] : '\0'; }

  // White space and comments.
  void skip_space() {
    constexpr std::string_view k_space = " \t\r\n";
    while (at_ < text_.size()) {
      if (k_space.find(text_[at_]) != std::string_view::npos) {
        ++at_;
      } else if (text_.substr(at_, 2) == "//") {
        at_ = std::min(text_.find('\n', at_), text_.size());
      } else if (text_.substr(at_, 2) == "/*") {
        const auto end = text_.find("*/", at_ + 2);
        at_ = end == std::string_view::npos ? text_.size() : end + 2;
      } else {
        return;
      }
    }
  }

  void skip_string() {
    for (++at_; at_ < text_.size() && text_[at_] != '"'; ++at_) {
      if (text_[at_] == '\\') ++at_;
    }
    ++at_;
  }

  void skip_value() {
    int depth = 0;
    do {
      skip_space();
      const char c = here();
      if (c == '"') {
        skip_string();
      } else if (c == '{' || c == '[') {
        ++depth;
        ++at_;
      } else if (c == '}' || c == ']') {
        --depth;
        ++at_;
      } else if (c == ',' || c == ':') {
        ++at_;
      } else {
        at_ = std::min(text_.find_first_of(" \t\r\n,:]}/", at_), text_.size());
      }
    } while (depth > 0 && at_ < text_.size());
  }

  void step() { ++at_; }

 private:
  std::string_view text_;
  std::size_t at_ = 0;
};

// A member's name as it means, whatever escapes it is written with.
std::string name_of(std::string_view token) {
  const auto node = parse_json(token, "key");
  return node && node->type == JsonNode::Type::text ? node->text : std::string();
}

// Goes from an object's '{' to the value of the member of that name; false, behind the object, when it has none.
bool go_to_member(Walker& walker, std::string_view text, const std::string& name) {
  walker.step();
  for (walker.skip_space(); walker.here() == '"'; walker.skip_space()) {
    const std::size_t begin = walker.at();
    walker.skip_string();
    const bool is_it = name_of(text.substr(begin, walker.at() - begin)) == name;
    walker.skip_space();
    walker.step();  // ':'
    walker.skip_space();
    if (is_it) return true;
    walker.skip_value();
    walker.skip_space();
    if (walker.here() == ',') walker.step();
  }
  return false;
}

// What to put behind an object's '{' at `brace`: the new member is written in the style of the first one.
std::string first_member(std::string_view text, std::size_t brace, const std::string& member) {
  const auto begin = text.find_first_not_of(" \t\r\n", brace + 1);
  std::string space(text.substr(brace + 1, begin - brace - 1));
  if (text[begin] == '}') return member;
  return space + member + "," + (space.empty() ? " " : "");
}

}  // namespace

Result<std::string> with_value(std::string_view text, const std::vector<std::string>& path, std::string_view json,
                               const std::string& file) {
  HELPER_TRY(parse_json(text, file));
  Walker walker(text);
  walker.skip_space();
  for (std::size_t i = 0; i < path.size(); ++i) {
    const std::size_t brace = walker.at();
    if (walker.here() == '{' && go_to_member(walker, text, path[i])) continue;
    if (i + 1 < path.size() || text.substr(brace, 1) != "{") {
      return fail(ErrorCode::config_target, file, "there is no \"" + path[i] + "\" in it where one was looked for",
                  "write a config to start from: helper init");
    }
    std::string changed(text.substr(0, brace + 1));
    changed += first_member(text, brace, "\"" + path[i] + "\": " + std::string(json));
    return changed + std::string(text.substr(brace + 1));
  }
  const std::size_t begin = walker.at();
  walker.skip_value();
  return std::string(text.substr(0, begin)) + std::string(json) + std::string(text.substr(walker.at()));
}

}  // namespace helper::config
