#include "ide/xml_scan.hpp"

#include <gmock/gmock.h>

#include <string>
#include <vector>

namespace helper::ide {
namespace {

std::string part(std::string_view text, std::size_t begin, std::size_t end) {
  return std::string(text.substr(begin, end - begin));
}

TEST(XmlScan, EveryElementHasItsExactPlace) {
  const std::string text = "<?xml version='1.0'?>\r\n<a x = \"1>\" ><!-- <no> --><b/>t<c>&lt;</c ></a>\n";
  const auto elements = scan_xml(text);
  ASSERT_TRUE(elements) << elements.error().cause;
  ASSERT_EQ(elements->size(), 3U);
  const XmlElement& a = elements->at(0);
  EXPECT_EQ(part(text, a.begin, a.name_end), "<a");
  EXPECT_EQ(part(text, a.begin, a.tag_end), "<a x = \"1>\" >");
  EXPECT_EQ(part(text, a.tag_end, a.content_end), "<!-- <no> --><b/>t<c>&lt;</c >");
  EXPECT_EQ(part(text, a.content_end, a.end), "</a>");
  EXPECT_TRUE(elements->at(1).self_closed);
  EXPECT_EQ(part(text, elements->at(1).begin, elements->at(1).end), "<b/>");
  EXPECT_EQ(part(text, elements->at(2).begin, elements->at(2).end), "<c>&lt;</c >");
}

TEST(XmlScan, EveryAttributeHasItsExactPlace) {
  const std::string text = "<a one=\"1\"\n  two = '\"2' three=\"\"/>";
  const auto elements = scan_xml(text);
  ASSERT_TRUE(elements) << elements.error().cause;
  const auto attributes = scan_attributes(text, elements->front());
  ASSERT_EQ(attributes.size(), 3U);
  EXPECT_EQ(part(text, attributes[1].begin, attributes[1].name), "\n  ");
  EXPECT_EQ(part(text, attributes[1].name, attributes[1].name_end), "two");
  EXPECT_EQ(part(text, attributes[1].value, attributes[1].value_end), "\"2");
  EXPECT_EQ(attributes[2].value, attributes[2].value_end);
}

TEST(XmlScan, WhatIsNotWellFormedIsRefusedWithItsPlaceAndCause) {
  struct Case {
    std::string text;
    std::size_t at;
    std::string cause;
  };
  const std::vector<Case> cases{
      {"", 0, "there is no element in it"},
      {"\n<!-- only -->\n", 0, "there is no element in it"},
      {"<a>", 0, "an element has no end"},
      {"<a></b>", 3, "the end of <a> is missing"},
      {"<a/></a>", 4, "an element ends that has not begun"},
      {"<a/><b/>", 4, "there is a second root element"},
      {"<a/>x", 4, "there is text outside the root element"},
      {"<a x=\"1\" x=\"2\"/>", 9, "an element has the attribute x twice"},
      {"<a x=1/>", 5, "an attribute's value has no quotes"},
      {"<a x/>", 4, "an attribute has no value"},
      {"<a x=\"1\"y=\"2\"/>", 8, "white space is missing before an attribute"},
      {"<a x=\"1/>", 3, "an attribute's value has no end"},
      {"<a x=\"<\"/>", 6, "\"<\" is in an attribute's value"},
      {"<a>&nbsp;</a>", 3, "\"&\" begins no character that XML knows"},
      {"<a x=\"&#1;\"/>", 6, "\"&\" begins no character that XML knows"},
      {"<a>a & b</a>", 5, "\"&\" begins no character that XML knows"},
      {"<!DOCTYPE a [<!ENTITY b SYSTEM \"file:///etc/passwd\">]><a>&b;</a>", 0,
       "it has a DOCTYPE, which no IDE writes"},
      {"<!-- a -- b --><a/>", 9, "\"--\" is in a comment"},
      {"<!-- a <a/>", 4, "a comment has no end"},
      {"<a><![CDATA[ </a>", 12, "a CDATA section has no end"},
      {"<?xml version=\"1.0\" encoding=\"ISO-8859-1\"?><a/>", 0, "its encoding is not UTF-8"},
      {"<a/><?xml version=\"1.0\"?>", 4, "the XML declaration is not at the beginning"},
      {"< a/>", 0, "a tag has no name"},
      {"<a>\x01</a>", 3, "it has a control character"},
      {"<a>\xFF</a>", 3, "it is not UTF-8"},
      {std::string("\xFF\xFE<\0a\0/\0>\0", 10), 0, "it is UTF-16, not UTF-8"},
      {std::string("\0<\0a\0/\0>", 8), 0, "it is UTF-16, not UTF-8"},
  };
  for (const Case& each : cases) {
    const auto scanned = scan_xml(each.text);
    ASSERT_FALSE(scanned) << each.text;
    EXPECT_EQ(scanned.error().cause, each.cause) << each.text;
    EXPECT_EQ(scanned.error().at, each.at) << each.text;
  }
}

TEST(XmlScan, OfVeryManyAttributesTheOneThatStandsTwiceIsFound) {
  std::string many = "<a";
  for (int i = 0; i < 50'000; ++i) many += " x" + std::to_string(i) + "='1'";
  EXPECT_TRUE(scan_xml(many + "/>"));
  const auto twice = scan_xml(many + " x77='2'/>");
  ASSERT_FALSE(twice);
  EXPECT_EQ(twice.error().cause, "an element has the attribute x77 twice");
  EXPECT_EQ(twice.error().at, many.size() + 1);
}

TEST(XmlScan, WhatIsWellFormedIsAccepted) {
  for (const std::string text : {"\xEF\xBB\xBF<?xml version=\"1.0\" encoding='utf-8' standalone=\"yes\"?>\n<a/>",
                                 "<!-- before --><?keep this?><a:b xmlns:a=\"u\"/><!-- after -->\n",
                                 "<\xC3\xA4 \xC3\xB6=\"&#xE4;&#228;&apos;\"><![CDATA[ <&>]] ]]></\xC3\xA4>"}) {
    EXPECT_TRUE(scan_xml(text)) << text;
  }
}

TEST(XmlScan, ElementsThatStandTooDeepAreRefused) {
  const auto nested = [](std::size_t levels) {
    std::string text;
    for (std::size_t i = 0; i < levels; ++i) text += "<a>";
    for (std::size_t i = 0; i < levels; ++i) text += "</a>";
    return text;
  };
  EXPECT_TRUE(scan_xml(nested(256)));
  const auto bomb = scan_xml(nested(100'000));
  ASSERT_FALSE(bomb);
  EXPECT_EQ(bomb.error().cause, "elements are nested too deep");
}

}  // namespace
}  // namespace helper::ide
