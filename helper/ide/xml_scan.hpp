// The exact places of a well-formed XML text's elements and attributes, or why another text is not well-formed.
#pragma once

#include <tl/expected.hpp>

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace helper::ide {

// Offsets into the text: of `name="value"` with the white space before it.
struct XmlAttribute {
  std::size_t begin = 0;  // of the white space
  std::size_t name = 0;
  std::size_t name_end = 0;
  std::size_t value = 0;      // after the opening quote
  std::size_t value_end = 0;  // at the closing quote
};

struct XmlElement {
  std::size_t begin = 0;  // at '<'
  std::size_t name_end = 0;
  std::size_t tag_end = 0;      // after the start tag's '>'
  std::size_t content_end = 0;  // at the end tag's '<'; tag_end where there is none
  std::size_t end = 0;          // after the element
  bool self_closed = false;     // <a/>
};

struct XmlFault {
  std::size_t at = 0;
  std::string cause;
};

// In document order. As strict as XML 1.0, and stricter where no IDE's file ever goes: UTF-8 only, no DOCTYPE, 256
// levels at most. A byte order mark may come first.
[[nodiscard]] tl::expected<std::vector<XmlElement>, XmlFault> scan_xml(std::string_view text);

// Of a start tag in a text that scan_xml has accepted.
[[nodiscard]] std::vector<XmlAttribute> scan_attributes(std::string_view text, const XmlElement& element);

inline constexpr std::string_view k_byte_order_mark = "\xEF\xBB\xBF";

}  // namespace helper::ide
