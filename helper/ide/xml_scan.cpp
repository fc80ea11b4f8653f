#include "ide/xml_scan.hpp"

#include "base/text.hpp"

#include <algorithm>
#include <array>
#include <cctype>
#include <iterator>
#include <utility>

namespace helper::ide {
namespace {

constexpr std::size_t k_deepest = 256;
constexpr std::size_t k_many = 32;  // attributes, more than which are not compared each with each
constexpr std::string_view k_space = " \t\r\n";

using Done = tl::expected<void, XmlFault>;

tl::unexpected<XmlFault> fault(std::size_t at, std::string cause) {
  return tl::unexpected<XmlFault>(XmlFault{at, std::move(cause)});
}

bool starts_name(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_' || c == ':' ||
         static_cast<unsigned char>(c) > 127;
}
bool goes_on_name(char c) {
  return (c >= 'a' && c <= 'z') || starts_name(c) || (c >= '0' && c <= '9') || c == '-' || c == '.';
}

// The five entities of XML itself, and character references that name a character.
bool is_reference(std::string_view text) {
  constexpr std::array<std::string_view, 5> k_known{"amp", "lt", "gt", "quot", "apos"};
  if (std::ranges::find(k_known, text) != k_known.end()) return true;
  if (!text.starts_with('#')) return false;
  text.remove_prefix(1);
  const bool hex = text.starts_with('x');
  if (hex) text.remove_prefix(1);
  if (text.empty() || text.size() > 8) return false;
  unsigned long value = 0;
  for (const char c : text) {
    const int digit = c >= '0' && c <= '9'          ? c - '0'
                      : hex && c >= 'a' && c <= 'f' ? c - 'a' + 10
                      : hex && c >= 'A' && c <= 'F' ? c - 'A' + 10
                                                    : -1;
    if (digit < 0) return false;
    value = value * (hex ? 16 : 10) + static_cast<unsigned long>(digit);
  }
  const bool blank = value == 9 || value == 10 || value == 13;
  return blank || (value >= 0x20 && value < 0xD800) || (value >= 0xE000 && value < 0xFFFE) ||
         (value >= 0x10000 && value < 0x110000);
}

class Scanner {
 public:
  explicit Scanner(std::string_view text) : text_(text) {}

  tl::expected<std::vector<XmlElement>, XmlFault> scan() {
    if (Done done = check_bytes(); !done) return tl::unexpected(done.error());
    if (text_.starts_with(k_byte_order_mark)) at_ = k_byte_order_mark.size();
    while (at_ < text_.size()) {
      if (Done done = text_[at_] == '<' ? markup() : characters(); !done) return tl::unexpected(done.error());
    }
    if (!open_.empty()) return fault(elements_[open_.back()].begin, "an element has no end");
    if (elements_.empty()) return fault(0, "there is no element in it");
    return std::move(elements_);
  }

  // Of the start tag whose name ends here. The position is after the '>' when it is done.
  tl::expected<bool, XmlFault> start_tag_rest(std::vector<XmlAttribute>& attributes) {
    for (;;) {
      XmlAttribute a;
      a.begin = at_;
      skip_space();
      if (take(">")) return false;
      if (take("/>")) return true;
      if (at_ == text_.size() || !starts_name(text_[at_])) return fault(at_, "a tag is not well-formed");
      if (a.begin == at_) return fault(at_, "white space is missing before an attribute");
      a.name = at_;
      skip_name();
      a.name_end = at_;
      skip_space();
      if (!take("=")) return fault(at_, "an attribute has no value");
      skip_space();
      if (at_ == text_.size() || (text_[at_] != '"' && text_[at_] != '\'')) {
        return fault(at_, "an attribute's value has no quotes");
      }
      const char quote = text_[at_++];
      a.value = at_;
      at_ = std::min(text_.find(quote, at_), text_.size());
      a.value_end = at_;
      if (at_ == text_.size()) return fault(a.name, "an attribute's value has no end");
      ++at_;
      attributes.push_back(a);
    }
  }

  void stand(std::size_t at) { at_ = at; }

 private:
  Done check_bytes() {
    constexpr std::array<std::string_view, 2> k_utf16{"\xFF\xFE", "\xFE\xFF"};
    const bool utf16 = std::ranges::any_of(k_utf16, [this](std::string_view mark) { return text_.starts_with(mark); });
    if (utf16 || text_.substr(0, 4).find('\0') != std::string_view::npos) return fault(0, "it is UTF-16, not UTF-8");
    // Most files are ASCII, and every other byte costs.
    bool ascii = true;
    const char* control = nullptr;
    for (const char& c : text_) {
      const auto byte = static_cast<unsigned char>(c);
      if (byte >= 0x20 && byte < 0x80) continue;
      ascii = ascii && byte < 0x80;
      if (byte < 0x20 && byte != '\n' && byte != '\r' && byte != '\t' && control == nullptr) control = &c;
    }
    const std::size_t bad = ascii ? std::string_view::npos : find_bad_utf8(text_);
    if (bad != std::string_view::npos) return fault(bad, "it is not UTF-8");
    if (control != nullptr) {
      return fault(static_cast<std::size_t>(control - text_.data()), "it has a control character");
    }
    return {};
  }

  Done markup() {
    switch (at_ + 1 < text_.size() ? text_[at_ + 1] : '\0') {
      case '/':
        at_ += 2;
        return end_tag();
      case '?':
        at_ += 2;
        return instruction();
      case '!':
        return declaration();
      default:
        return start_tag();
    }
  }

  Done declaration() {
    if (take("<!--")) return comment();
    if (!take("<![CDATA[")) return fault(at_, "it has a DOCTYPE, which no IDE writes");
    if (open_.empty()) return fault(at_, "there is text outside the root element");
    return beyond("]]>", "a CDATA section");
  }

  Done beyond(std::string_view mark, const char* what) {
    const std::size_t found = text_.find(mark, at_);
    if (found == std::string_view::npos) return fault(at_, std::string(what) + " has no end");
    at_ = found + mark.size();
    return {};
  }

  Done comment() {
    if (Done done = beyond("--", "a comment"); !done) return done;
    if (!take(">")) return fault(at_, "\"--\" is in a comment");
    return {};
  }

  Done instruction() {
    const std::size_t begin = at_ - 2;
    const std::size_t name = at_;
    skip_name();
    const std::string_view target = text_.substr(name, at_ - name);
    if (target.empty()) return fault(begin, "a processing instruction has no name");
    const bool is_declaration = target == "xml";
    if (Done done = beyond("?>", "a processing instruction"); !done) return done;
    if (!is_declaration) return {};
    if (begin != (text_.starts_with(k_byte_order_mark) ? k_byte_order_mark.size() : 0)) {
      return fault(begin, "the XML declaration is not at the beginning");
    }
    return encoding(text_.substr(begin, at_ - begin), begin);
  }

  static Done encoding(std::string_view declaration, std::size_t at) {
    const std::string lower = lower_case(declaration);
    const std::size_t key = lower.find("encoding");
    if (key == std::string::npos) return {};
    const std::size_t quote = lower.find_first_of("\"'", key);
    if (quote == std::string::npos) return fault(at, "the XML declaration is not well-formed");
    if (lower.compare(quote + 1, 6, std::string("utf-8") + lower[quote]) == 0) return {};
    return fault(at, "its encoding is not UTF-8");
  }

  Done start_tag() {
    XmlElement element;
    element.begin = at_++;
    if (at_ == text_.size() || !starts_name(text_[at_])) return fault(element.begin, "a tag has no name");
    if (open_.empty() && !elements_.empty()) return fault(element.begin, "there is a second root element");
    if (open_.size() == k_deepest) return fault(element.begin, "elements are nested too deep");
    skip_name();
    element.name_end = at_;
    attributes_.clear();
    const auto closed = start_tag_rest(attributes_);
    if (!closed) return tl::unexpected(closed.error());
    if (Done done = check_attributes(); !done) return done;
    element.tag_end = element.content_end = element.end = at_;
    element.self_closed = *closed;
    if (!element.self_closed) open_.push_back(elements_.size());
    elements_.push_back(element);
    return {};
  }

  Done check_attributes() {
    for (const XmlAttribute& a : attributes_) {
      const std::string_view value = text_.substr(a.value, a.value_end - a.value);
      if (value.find('<') != std::string_view::npos) return fault(a.value, "\"<\" is in an attribute's value");
      if (Done done = check_references(a.value, a.value_end); !done) return done;
    }
    const XmlAttribute* twice = attributes_.size() > k_many ? find_twice_among_many() : find_twice();
    if (twice == nullptr) return {};
    return fault(twice->name, "an element has the attribute " + printable(name_of(*twice)) + " twice");
  }

  std::string_view name_of(const XmlAttribute& a) const { return text_.substr(a.name, a.name_end - a.name); }

  const XmlAttribute* find_twice() const {
    for (std::size_t i = 1; i < attributes_.size(); ++i) {
      const XmlAttribute& later = attributes_[i];
      const std::size_t size = later.name_end - later.name;
      for (std::size_t k = 0; k < i; ++k) {
        const XmlAttribute& first = attributes_[k];
        if (first.name_end - first.name == size && text_[first.name] == text_[later.name] &&
            name_of(first) == name_of(later)) {
          return &later;
        }
      }
    }
    return nullptr;
  }

  const XmlAttribute* find_twice_among_many() const {
    std::vector<const XmlAttribute*> sorted;
    for (const XmlAttribute& a : attributes_) sorted.push_back(&a);
    const auto name = [this](const XmlAttribute* a) { return name_of(*a); };
    std::ranges::stable_sort(sorted, {}, name);
    const auto twice = std::ranges::adjacent_find(sorted, {}, name);
    return twice == sorted.end() ? nullptr : *std::next(twice);
  }

  Done end_tag() {
    const std::size_t begin = at_ - 2;
    if (open_.empty()) return fault(begin, "an element ends that has not begun");
    XmlElement& element = elements_[open_.back()];
    const std::string_view name = text_.substr(element.begin + 1, element.name_end - element.begin - 1);
    const std::size_t name_begin = at_;
    skip_name();
    if (text_.substr(name_begin, at_ - name_begin) != name) {
      return fault(begin, "the end of <" + printable(name) + "> is missing");
    }
    skip_space();
    if (!take(">")) return fault(begin, "a tag is not well-formed");
    element.content_end = begin;
    element.end = at_;
    open_.pop_back();
    return {};
  }

  Done characters() {
    const std::size_t begin = at_;
    at_ = std::min(text_.find('<', at_), text_.size());
    if (!open_.empty()) return check_references(begin, at_);
    const std::size_t other = text_.substr(0, at_).find_first_not_of(k_space, begin);
    if (other != std::string_view::npos) return fault(other, "there is text outside the root element");
    return {};
  }

  Done check_references(std::size_t begin, std::size_t end) {
    for (std::size_t at = begin;; ++at) {
      at = text_.substr(0, end).find('&', at);
      if (at == std::string_view::npos) return {};
      const std::size_t stop = text_.substr(0, std::min(end, at + 12)).find(';', at);
      if (stop == std::string_view::npos || !is_reference(text_.substr(at + 1, stop - at - 1))) {
        return fault(at, "\"&\" begins no character that XML knows");
      }
    }
  }

  bool take(std::string_view word) {
    if (text_.compare(at_, word.size(), word) != 0) return false;
    at_ += word.size();
    return true;
  }
  void skip_space() { at_ = std::min(text_.find_first_not_of(k_space, at_), text_.size()); }
  void skip_name() {
    const char* const end = text_.data() + text_.size();
    const char* c = text_.data() + at_;
    while (c != end && goes_on_name(*c)) ++c;
    at_ = static_cast<std::size_t>(c - text_.data());
  }

  std::string_view text_;
  std::size_t at_ = 0;
  std::vector<XmlElement> elements_;
  std::vector<std::size_t> open_;
  std::vector<XmlAttribute> attributes_;  // of the tag at hand
};

}  // namespace

tl::expected<std::vector<XmlElement>, XmlFault> scan_xml(std::string_view text) { return Scanner(text).scan(); }

std::vector<XmlAttribute> scan_attributes(std::string_view text, const XmlElement& element) {
  std::vector<XmlAttribute> attributes;
  Scanner scanner(text);
  scanner.stand(element.name_end);
  static_cast<void>(scanner.start_tag_rest(attributes));
  return attributes;
}

}  // namespace helper::ide
