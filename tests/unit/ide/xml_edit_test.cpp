#include "ide/xml_edit.hpp"

#include <gtest/gtest.h>

#include <array>
#include <functional>
#include <string>

namespace helper::ide {
namespace {

constexpr std::array<Step, 2> k_list{{{"component", "name", "C"}, {"list"}}};
const Element k_new{"e", {{"id", "n"}}, {{"f", {{"v", "<&>\"'"}}}}};
const std::string k_line = "<e id=\"n\">";
const std::string k_inner = "<f v=\"&lt;&amp;&gt;&quot;'\" />";

Xml read(const std::string& text) {
  auto xml = Xml::read(text, "f.xml", {{"$USER_HOME$", "/home/me"}});
  if (!xml) throw std::runtime_error(to_text(xml.error()));
  return std::move(*xml);
}

std::string appended(const std::string& text) {
  Xml xml = read(text);
  const Result<void> done = xml.append(k_list, std::array{k_new});
  EXPECT_TRUE(done);
  return xml.text();
}

std::string removed(const std::string& text) {
  Xml xml = read(text);
  const pugi::xml_node list = xml.find(k_list).value();
  xml.remove(list, std::array{xml.only(list, {"e", "id", "n"}).value()});
  return xml.text();
}

TEST(XmlEdit, AChildIsAppendedAsItsSiblingsAreIndentedAndTakenOutAgain) {
  for (const std::string end : {"\n", "\r\n"}) {
    for (const std::string tab : {"  ", "\t", "    "}) {
      const std::string sep = end + tab + tab + tab;
      const std::string head = "<r>" + end + tab + "<component name='C'>" + end + tab + tab + "<list>" + sep;
      const std::string before = head + "<e id=\"a\"/> <!-- of a -->";
      const std::string after = end + tab + tab + "</list>" + end + tab + "</component>" + end + "</r>";
      const std::string ours = sep + k_line + sep + tab + k_inner + sep + "</e>";
      EXPECT_EQ(appended(before + after), before + ours + after);
      EXPECT_EQ(removed(before + ours + after), before + after);
    }
  }
}

TEST(XmlEdit, AnEmptyListIsOpenedAndClosedAgain) {
  const std::string text = "<r>\n  <component name=\"C\">\n    <list />\n  </component>\n</r>";
  const std::string opened = "<r>\n  <component name=\"C\">\n    <list>\n      " + k_line + "\n        " + k_inner +
                             "\n      </e>\n    </list>\n  </component>\n</r>";
  EXPECT_EQ(appended(text), opened);
  EXPECT_EQ(removed(opened), text);
}

TEST(XmlEdit, WhatIsMissingOnTheWayIsMade) {
  const std::string made = "<component name=\"C\">\n    <list>\n      " + k_line + "\n        " + k_inner +
                           "\n      </e>\n    </list>\n  </component>\n</r>";
  EXPECT_EQ(appended("<r/>"), "<r>\n  " + made);
  EXPECT_EQ(appended("<r></r>"), "<r>\n  " + made);
  EXPECT_EQ(appended("<r>\n</r>"), "<r>\n  " + made);
  EXPECT_EQ(appended("<r>\n  <component name=\"C\"/>\n</r>"), "<r>\n  " + made);
  EXPECT_EQ(appended("<r>\n  <x/>\n</r>"), "<r>\n  <x/>\n  " + made);
}

TEST(XmlEdit, WhereAllStandsOnOneLineSoDoesWhatIsNew) {
  const std::string ours = k_line + k_inner + "</e>";
  const std::string before = "<r><component name=\"C\"><list><e id=\"a\"/>";
  const std::string after = "</list></component></r>";
  EXPECT_EQ(appended(before + after), before + ours + after);
  EXPECT_EQ(removed(before + ours + after), before + after);
  EXPECT_EQ(appended("<r><component name=\"C\"><list/></component></r>"),
            "<r><component name=\"C\"><list>" + ours + after);
}

TEST(XmlEdit, WhereNoSiblingHasALineOfItsOwnButTheListEndsOnOneWhatIsNewHasToo) {
  const std::string before = "<r>\n <component name=\"C\">\n  <list><!-- a --> <e id=\"a\"/>";
  const std::string after = "\n  </list>\n </component>\n</r>";
  const std::string ours = "\n   " + k_line + "\n    " + k_inner + "\n   </e>";
  EXPECT_EQ(appended(before + after), before + ours + after);
  EXPECT_EQ(removed(before + ours + after), before + after);
}

TEST(XmlEdit, AnAttributeIsSetWhereItStandsOrBehindTheLast) {
  const auto set = [](const std::string& text, const char* name, const std::string& value) {
    Xml xml = read(text);
    xml.set(xml.root(), name, value);
    return xml.text();
  };
  EXPECT_EQ(set("<r b = '1'  a=\"2\" />", "b", "x'\"&"), "<r b = 'x&apos;&quot;&amp;'  a=\"2\" />");
  EXPECT_EQ(set("<r b='1'  a=\"2\" />", "c", "\"3"), "<r b='1'  a=\"2\" c=\"&quot;3\" />");
  EXPECT_EQ(set("<r/>", "c", "3"), "<r c=\"3\"/>");
  EXPECT_EQ(set("\xEF\xBB\xBF<r>\r\n</r>", "c", "3"), "\xEF\xBB\xBF<r c=\"3\">\r\n</r>");
}

TEST(XmlEdit, AnAttributeThatSaysItAlreadyStaysAsItIsWritten) {
  Xml xml = read("<r a='&#x31;' b=\"$USER_HOME$/x\" c=\"$USER_HOME$/../you/y\"/>");
  xml.set(xml.root(), "a", "1");
  xml.set(xml.root(), "b", "/home/me/x");
  xml.set(xml.root(), "c", "/home/you/y");
  EXPECT_EQ(xml.text(), "<r a='&#x31;' b=\"$USER_HOME$/x\" c=\"$USER_HOME$/../you/y\"/>");
}

TEST(XmlEdit, AnAttributeIsTakenOutWithTheWhiteSpaceBeforeIt) {
  Xml xml = read("<r a=\"1\"\n  b='2' c=\"3\"/>");
  xml.unset(xml.root(), "b");
  xml.unset(xml.root(), "none");
  EXPECT_EQ(xml.text(), "<r a=\"1\" c=\"3\"/>");
}

TEST(XmlEdit, AnElementIsReplacedWhereItStands) {
  Xml xml = read("<r>\n\t<a><b/></a> <!-- c -->\n</r>");
  xml.replace(xml.root().child("a"), {"a", {{"x", "1"}}, {{"b"}}});
  EXPECT_EQ(xml.text(), "<r>\n\t<a x=\"1\">\n\t\t<b />\n\t</a> <!-- c -->\n</r>");
}

TEST(XmlEdit, ABlankLineBeforeWhatIsTakenOutStays) {
  EXPECT_EQ(removed("<r><component name=\"C\"><list>\n <e id=\"a\"/>\n\n <e id=\"n\"/>\n</list></component></r>"),
            "<r><component name=\"C\"><list>\n <e id=\"a\"/>\n\n</list></component></r>");
}

TEST(XmlEdit, WhatStandsTwiceIsRefusedWithItsLine) {
  Xml xml = read("<r>\n<component name=\"C\"/>\n<component name=\"D\"/>\n<component name=\"C\"/></r>");
  const auto found = xml.find(k_list);
  ASSERT_FALSE(found);
  EXPECT_EQ(found.error().code, ErrorCode::settings_unreadable);
  EXPECT_EQ(found.error().thing, "f.xml:4");
  EXPECT_EQ(found.error().cause, "it has <component> C twice");
  EXPECT_FALSE(found.error().fix.empty());
}

TEST(XmlEdit, ATextThatIsTooLargeIsNotRead) {
  const auto big = Xml::read(std::string((8U << 20U) + 1, ' '), "f.xml", {});
  ASSERT_FALSE(big);
  EXPECT_EQ(big.error().code, ErrorCode::settings_unreadable);
}

}  // namespace
}  // namespace helper::ide
