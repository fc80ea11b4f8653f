#include "ide/xml_edit.hpp"

#include <algorithm>

namespace helper::ide {
namespace {

constexpr std::string_view k_space = " \t\r\n";

std::string escaped(std::string_view value, char quote) {
  if (value.find_first_of("&<>\"'") == std::string_view::npos) return std::string(value);
  std::string out;
  for (const char c : value) {
    switch (c) {
      case '&':
        out += "&amp;";
        break;
      case '<':
        out += "&lt;";
        break;
      case '>':
        out += "&gt;";
        break;
      case '"':
        out += "&quot;";
        break;
      case '\'':
        out += quote == '\'' ? "&apos;" : "'";
        break;
      default:
        out += c;
    }
  }
  return out;
}

std::string as_attribute(std::string_view name, std::string_view value) {
  return " " + std::string(name) + "=\"" + escaped(value, '"') + "\"";
}

// `separator` comes before the element: a line end and its indentation, or nothing where all is on one line.
void render(std::string& out, const Element& element, const std::string& separator, const std::string& unit) {
  out += "<" + element.name;
  for (const auto& [name, value] : element.attributes) out += as_attribute(name, value);
  if (element.children.empty()) {
    out += " />";
    return;
  }
  out += ">";
  const bool lines = separator.find('\n') != std::string::npos;
  const std::string inner = lines ? separator + unit : std::string{};
  for (const Element& child : element.children) {
    out += inner;
    render(out, child, inner, unit);
  }
  if (lines) out += separator;
  out += "</" + element.name + ">";
}

std::string after_last_line_end(const std::string& separator) {
  const std::size_t end = separator.rfind('\n');
  return end == std::string::npos ? std::string{} : separator.substr(end + 1);
}

// What `inner` is indented more than `outer`, two spaces when it is not.
std::string deeper(const std::string& inner, const std::string& outer) {
  const std::string from = after_last_line_end(outer);
  const std::string to = after_last_line_end(inner);
  return to.size() > from.size() && to.starts_with(from) ? to.substr(from.size()) : "  ";
}

}  // namespace

Element option(std::string name, std::string value) {
  return {"option", {{"name", std::move(name)}, {"value", std::move(value)}}};
}

void Xml::splice(std::size_t at, std::size_t length, std::string by) {
  splices_.push_back({at, length, std::move(by)});
}

std::string Xml::text() const {
  std::vector<const Splice*> order;
  for (const Splice& each : splices_) order.push_back(&each);
  // Where two begin at one place, the insertion comes before what is replaced.
  std::ranges::stable_sort(order, [](const Splice* a, const Splice* b) {
    return a->at != b->at ? a->at < b->at : (a->length == 0 && b->length != 0);
  });
  std::string out;
  std::size_t at = 0;
  for (const Splice* each : order) {
    out.append(text_, at, each->at - at);
    out += each->by;
    at = each->at + each->length;
  }
  return out.append(text_, at, std::string::npos);
}

std::string Xml::line_end() const {
  const std::size_t end = text_.find('\n');
  return end != std::string::npos && end > 0 && text_[end - 1] == '\r' ? "\r\n" : "\n";
}

// Where the white space before that place begins: at its last line end, if it has one.
std::size_t Xml::run_before(std::size_t at) const {
  std::size_t run = at;
  while (run > mark_ && k_space.find(text_[run - 1]) != std::string_view::npos) {
    --run;
    if (text_[run] == '\n') return run > mark_ && text_[run - 1] == '\r' ? run - 1 : run;
  }
  return run;
}

std::string Xml::separator_before(pugi::xml_node element) const {
  const std::size_t begin = begin_of(element);
  const std::size_t run = run_before(begin);
  return text_.substr(run, begin - run);
}

// By how much an element is indented more than the one it is in.
std::string Xml::indent_unit(pugi::xml_node element) const {
  return element == root() ? "  " : deeper(separator_before(element), separator_before(element.parent()));
}

// What is before each child of that element, or would be: as before its last child that has its own line.
std::string Xml::child_separator(pugi::xml_node parent) const {
  bool any = false;
  for (pugi::xml_node child = parent.last_child(); child; child = child.previous_sibling()) {
    if (child.type() != pugi::node_element) continue;
    any = true;
    if (std::string separator = separator_before(child); separator.find('\n') != std::string::npos) return separator;
  }
  const std::string own = separator_before(parent);
  const XmlElement& at = place(parent);
  const std::size_t before_end = run_before(at.content_end);
  const bool end_has_line = text_.find('\n', before_end) < at.content_end;
  const bool lines = any ? end_has_line : own.find('\n') != std::string::npos || parent == root();
  return lines ? line_end() + after_last_line_end(own) + indent_unit(parent) : std::string{};
}

// Where the last attribute of a start tag ends, or its name.
std::size_t Xml::start_tag_content_end(const XmlElement& element) const {
  const auto attributes = scan_attributes(text_, element);
  return attributes.empty() ? element.name_end : attributes.back().value_end + 1;
}

void Xml::set(pugi::xml_node element, const char* attribute, std::string_view value) {
  if (says(element, attribute, value)) return;
  const XmlElement& at = place(element);
  for (const XmlAttribute& a : scan_attributes(text_, at)) {
    if (text_.compare(a.name, a.name_end - a.name, attribute) != 0) continue;
    return splice(a.value, a.value_end - a.value, escaped(value, text_[a.value_end]));
  }
  splice(start_tag_content_end(at), 0, as_attribute(attribute, value));
}

void Xml::set_before(pugi::xml_node element, const char* next, const char* attribute, std::string_view value) {
  if (element.attribute(attribute) || !element.attribute(next)) return set(element, attribute, value);
  for (const XmlAttribute& a : scan_attributes(text_, place(element))) {
    if (text_.compare(a.name, a.name_end - a.name, next) == 0)
      return splice(a.begin, 0, as_attribute(attribute, value));
  }
}

void Xml::unset(pugi::xml_node element, const char* attribute) {
  for (const XmlAttribute& a : scan_attributes(text_, place(element))) {
    if (text_.compare(a.name, a.name_end - a.name, attribute) != 0) continue;
    return splice(a.begin, a.value_end + 1 - a.begin, {});
  }
}

void Xml::append(pugi::xml_node parent, std::span<const Element> children) {
  const XmlElement& at = place(parent);
  const std::string separator = child_separator(parent);
  const std::string unit = deeper(separator, separator_before(parent));
  std::string written;
  for (const Element& child : children) {
    written += separator;
    render(written, child, separator, unit);
  }
  const bool lines = separator.find('\n') != std::string::npos;
  const std::string closing = lines ? line_end() + after_last_line_end(separator_before(parent)) : std::string{};
  if (at.self_closed) {
    const std::size_t from = start_tag_content_end(at);
    return splice(from, at.end - from, ">" + written + closing + "</" + parent.name() + ">");
  }
  std::size_t behind = at.content_end;
  while (behind > at.tag_end && k_space.find(text_[behind - 1]) != std::string_view::npos) --behind;
  splice(behind, 0, at.content_end == at.tag_end ? written + closing : written);
}

Result<void> Xml::append(std::span<const Step> path, std::span<const Element> children) {
  pugi::xml_node node = root();
  while (!path.empty()) {
    HELPER_TRY_ASSIGN(const pugi::xml_node next, only(node, path.front()));
    if (!next) break;
    node = next;
    path = path.subspan(1);
  }
  std::vector<Element> inner(children.begin(), children.end());
  for (auto step = path.rbegin(); step != path.rend(); ++step) {
    Element outer{std::string(step->element), {}, std::move(inner)};
    if (!step->attribute.empty()) outer.attributes.emplace_back(step->attribute, step->value);
    inner = {std::move(outer)};
  }
  append(node, inner);
  return {};
}

void Xml::replace(pugi::xml_node element, const Element& by) {
  const XmlElement& at = place(element);
  std::string written;
  render(written, by, separator_before(element), indent_unit(element));
  splice(at.begin, at.end - at.begin, std::move(written));
}

void Xml::remove(pugi::xml_node parent, std::span<const pugi::xml_node> children) {
  if (children.empty()) return;
  const XmlElement& outer = place(parent);
  std::vector<std::pair<std::size_t, std::size_t>> ranges;
  for (const pugi::xml_node& child : children) {
    const XmlElement& at = place(child);
    ranges.emplace_back(run_before(at.begin), at.end);
  }
  std::ranges::sort(ranges);
  std::size_t from = outer.tag_end;
  std::string left;
  for (const auto& [begin, end] : ranges) {
    left.append(text_, from, begin - from);
    from = end;
  }
  left.append(text_, from, outer.content_end - from);
  // What is empty now is written as the IDEs write it.
  if (parent != root() && left.find_first_not_of(k_space) == std::string::npos) {
    const std::size_t start = start_tag_content_end(outer);
    return splice(start, outer.end - start, " />");
  }
  for (const auto& [begin, end] : ranges) splice(begin, end - begin, {});
}

}  // namespace helper::ide
