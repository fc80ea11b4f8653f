// Xml is a settings file's text with the tree that pugixml reads in it, and the few changes that are asked for. Nothing
// is rewritten: each change is a splice into the text, and every byte outside of them stays.
#pragma once

#include "base/result.hpp"
#include "ide/xml_scan.hpp"

#include <pugixml.hpp>

#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace helper::ide {

// An element to be written, in the style of the IDEs: <name a="1" b="2" /> and children on lines of their own.
struct Element {
  std::string name;
  std::vector<std::pair<std::string, std::string>> attributes{};
  std::vector<Element> children{};
};

// <option name="NAME" value="VALUE" />
[[nodiscard]] Element option(std::string name, std::string value);

// One step down a tree: the child of that name, and where an attribute is named, with that value.
struct Step {
  std::string_view element;
  std::string_view attribute{};
  std::string_view value{};
};

// Path macros of the IDEs and what they mean: an IDE writes "$USER_HOME$/x" where "/home/me/x" was read.
using Macros = std::vector<std::pair<std::string, std::string>>;

class Xml {
 public:
  // `name` is what errors call the file. Error: settings_unreadable with the line.
  [[nodiscard]] static Result<Xml> read(std::string_view text, std::string name, Macros macros);

  [[nodiscard]] pugi::xml_node root() const { return document_->document_element(); }

  // The one child of that kind, or a null node. Error: settings_unreadable when there are two.
  [[nodiscard]] Result<pugi::xml_node> only(pugi::xml_node parent, const Step& step) const;
  // The same from the root downwards; a null node when a step is missing.
  [[nodiscard]] Result<pugi::xml_node> find(std::span<const Step> path) const;

  // Whether the attribute says `value`, written with path macros or without.
  [[nodiscard]] bool says(pugi::xml_node element, const char* attribute, std::string_view value) const;

  // The same of folders, whose paths may end in '/' or have "." in them.
  [[nodiscard]] bool is_folder(std::string_view path, std::string_view folder) const;
  [[nodiscard]] bool says_folder(pugi::xml_node element, const char* attribute, std::string_view folder) const;

  // All of these refer to the text as it was read; an element is changed by one of them at most, `set` aside.
  void set(pugi::xml_node element, const char* attribute, std::string_view value);  // nothing when it says so already
  // The same; an attribute that is missing comes before the one called `next`, where IDEs write it.
  void set_before(pugi::xml_node element, const char* next, const char* attribute, std::string_view value);
  void unset(pugi::xml_node element, const char* attribute);
  void append(pugi::xml_node parent, std::span<const Element> children);  // after the others, indented as they are
  Result<void> append(std::span<const Step> path, std::span<const Element> children);  // makes the missing steps
  void replace(pugi::xml_node element, const Element& by);
  void remove(pugi::xml_node parent, std::span<const pugi::xml_node> children);  // with their lines

  [[nodiscard]] std::string text() const;  // with all changes in it

  // settings_unreadable at that element's line.
  [[nodiscard]] tl::unexpected<Error> refuse(pugi::xml_node at, std::string cause, std::string fix = {}) const;

 private:
  struct Splice {
    std::size_t at = 0;
    std::size_t length = 0;
    std::string by;
  };

  Xml(std::string_view text, std::string name, Macros macros)
      : text_(text), name_(std::move(name)), macros_(std::move(macros)) {}

  [[nodiscard]] Error error_at(std::size_t offset, std::string cause, std::string fix) const;
  [[nodiscard]] bool tree_has(const std::vector<XmlElement>& elements) const;
  [[nodiscard]] std::size_t begin_of(pugi::xml_node element) const;
  [[nodiscard]] const XmlElement& place(pugi::xml_node element) const;
  [[nodiscard]] std::size_t start_tag_content_end(const XmlElement& element) const;
  [[nodiscard]] std::string line_end() const;
  [[nodiscard]] std::size_t run_before(std::size_t at) const;
  [[nodiscard]] std::string separator_before(pugi::xml_node element) const;
  [[nodiscard]] std::string child_separator(pugi::xml_node parent) const;
  [[nodiscard]] std::string indent_unit(pugi::xml_node element) const;
  [[nodiscard]] std::string expanded(std::string_view value) const;
  void splice(std::size_t at, std::size_t length, std::string by);

  std::string text_;
  std::string name_;
  Macros macros_;
  std::size_t mark_ = 0;  // bytes of the byte order mark
  std::unique_ptr<pugi::xml_document> document_ = std::make_unique<pugi::xml_document>();
  std::vector<XmlElement> elements_;  // in document order
  std::vector<Splice> splices_;
};

}  // namespace helper::ide
