// Reading: what Xml knows about a text before anything is changed.
#include "ide/xml_edit.hpp"

#include <algorithm>
#include <filesystem>

namespace helper::ide {
namespace {

// IDEs' files are some hundred kilobytes at most.
constexpr std::size_t k_largest = 8UL << 20U;

}  // namespace

Error Xml::error_at(std::size_t offset, std::string cause, std::string fix) const {
  const auto begin = text_.begin();
  const auto lines = std::count(begin, begin + static_cast<std::ptrdiff_t>(std::min(offset, text_.size())), '\n');
  if (fix.empty()) fix = "correct that file or move it away, then run the command again: it was left as it is";
  return {ErrorCode::settings_unreadable, name_ + ":" + std::to_string(lines + 1), std::move(cause), std::move(fix)};
}

tl::unexpected<Error> Xml::refuse(pugi::xml_node at, std::string cause, std::string fix) const {
  return fail(error_at(begin_of(at), std::move(cause), std::move(fix)));
}

Result<Xml> Xml::read(std::string_view text, std::string name, Macros macros) {
  if (text.size() > k_largest) {
    return fail(ErrorCode::settings_unreadable, std::move(name), "it is larger than 8 MiB, as no IDE's file is",
                "move it away, then run the command again: it was left as it is");
  }
  Xml xml(text, std::move(name), std::move(macros));
  auto elements = scan_xml(xml.text_);
  if (!elements) return fail(xml.error_at(elements.error().at, std::move(elements.error().cause), {}));
  xml.mark_ = xml.text_.starts_with(k_byte_order_mark) ? k_byte_order_mark.size() : 0;
  const pugi::xml_parse_result parsed = xml.document_->load_buffer(
      xml.text_.data() + xml.mark_, xml.text_.size() - xml.mark_, pugi::parse_full, pugi::encoding_utf8);
  if (!parsed) {
    return fail(xml.error_at(xml.mark_ + static_cast<std::size_t>(std::max<std::ptrdiff_t>(parsed.offset, 0)),
                             parsed.description(), {}));
  }
  if (!xml.tree_has(*elements)) return fail(xml.error_at(0, "it is not plain XML", {}));
  xml.elements_ = std::move(*elements);
  return xml;
}

// Whether the tree's elements are just these, so that each node has its place.
bool Xml::tree_has(const std::vector<XmlElement>& elements) const {
  auto place = elements.begin();
  pugi::xml_node node = document_->root();
  while (node) {
    if (node.type() == pugi::node_element) {
      if (place == elements.end() || place->begin != begin_of(node)) return false;
      ++place;
    }
    pugi::xml_node next = node.first_child();
    while (node && !next) {
      next = node.next_sibling();
      if (!next) node = node.parent();
    }
    node = next;
  }
  return place == elements.end();
}

std::size_t Xml::begin_of(pugi::xml_node element) const {
  return mark_ + static_cast<std::size_t>(std::max<std::ptrdiff_t>(element.offset_debug(), 1)) - 1;
}

const XmlElement& Xml::place(pugi::xml_node element) const {
  return *std::ranges::lower_bound(elements_, begin_of(element), {}, &XmlElement::begin);
}

Result<pugi::xml_node> Xml::only(pugi::xml_node parent, const Step& step) const {
  pugi::xml_node found;
  for (const pugi::xml_node child : parent.children()) {
    if (child.type() != pugi::node_element || child.name() != step.element) continue;
    if (!step.attribute.empty() && child.attribute(std::string(step.attribute).c_str()).value() != step.value) continue;
    if (found) {
      const std::string what = step.attribute.empty() ? "" : " " + std::string(step.value);
      return refuse(child, "it has <" + std::string(step.element) + ">" + what + " twice");
    }
    found = child;
  }
  return found;
}

Result<pugi::xml_node> Xml::find(std::span<const Step> path) const {
  pugi::xml_node node = root();
  for (const Step& step : path) {
    HELPER_TRY_ASSIGN(node, only(node, step));
    if (!node) break;
  }
  return node;
}

std::string Xml::expanded(std::string_view value) const {
  std::string text(value);
  for (const auto& [macro, meaning] : macros_) {
    const std::size_t at = text.find(macro);
    if (meaning.empty() || at == std::string::npos) continue;
    text.replace(at, macro.size(), meaning);
    if (at == 0 && text.find("/../") != std::string::npos) {
      text = std::filesystem::path(text).lexically_normal().string();
    }
  }
  return text;
}

bool Xml::says(pugi::xml_node element, const char* attribute, std::string_view value) const {
  const pugi::xml_attribute found = element.attribute(attribute);
  if (!found) return false;
  return found.value() == value || expanded(found.value()) == expanded(value);
}

bool Xml::is_folder(std::string_view path, std::string_view folder) const {
  const auto plain = [this](std::string_view value) {
    std::string text = std::filesystem::path(expanded(value)).lexically_normal().string();
    if (text.size() > 1 && text.ends_with('/')) text.pop_back();
    return text;
  };
  return plain(path) == plain(folder);
}

bool Xml::says_folder(pugi::xml_node element, const char* attribute, std::string_view folder) const {
  const pugi::xml_attribute found = element.attribute(attribute);
  return found && is_folder(found.value(), folder);
}

}  // namespace helper::ide
