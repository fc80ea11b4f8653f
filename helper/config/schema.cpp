#include "config/schema.hpp"

#include "config/keys.hpp"
#include "config/values.hpp"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <string_view>

namespace helper::config {
namespace {

using Json = nlohmann::ordered_json;

constexpr int k_max_port = 65535;

Json object_of(std::string_view path);

Json port_schema() { return {{"type", "integer"}, {"minimum", 1}, {"maximum", k_max_port}}; }

Json text_schema(std::string_view pattern) {
  Json schema{{"type", "string"}};
  if (!pattern.empty()) schema["pattern"] = pattern;
  return schema;
}

Json ulimits_schema() {
  const Json limit{{"type", "integer"}, {"minimum", -1}};
  const Json both{{"type", "object"},
                  {"properties", {{"soft", limit}, {"hard", limit}}},
                  {"required", {"soft", "hard"}},
                  {"additionalProperties", false}};
  const Json value{{"anyOf", Json::array({limit, text_schema("^(-1|[0-9]{1,18})(:(-1|[0-9]{1,18}))?$"), both})}};
  Json names = Json::array();
  for (const std::string_view name : ulimit_names()) names.push_back(name);
  return {{"type", "object"}, {"propertyNames", {{"enum", names}}}, {"additionalProperties", value}};
}

// What the JSON value of a row must be.
Json shape_of(const Key& row) {
  switch (row.kind) {
    case Kind::object:
      return object_of(row.path);
    case Kind::named:
      return {{"type", "object"},
              {"minProperties", 1},
              {"propertyNames", text_schema(row.pattern)},
              {"additionalProperties", object_of(std::string(row.path) + ".*")}};
    case Kind::text:
      return text_schema(row.pattern);
    case Kind::text_or_number: {
      Json schema{{"type", {"string", "integer"}}, {"minimum", 1}};
      schema["pattern"] = row.pattern;
      return schema;
    }
    case Kind::flag:
      return {{"type", "boolean"}};
    case Kind::port:
      return port_schema();
    case Kind::texts:
      return {{"type", "array"}, {"items", text_schema(row.pattern)}};
    case Kind::forwards:
      return {{"type", "array"}, {"items", {{"anyOf", Json::array({port_schema(), text_schema(row.pattern)})}}}};
    case Kind::env:
      return {{"type", "object"},
              {"propertyNames", text_schema(row.pattern)},
              {"additionalProperties", {{"type", "string"}}}};
    case Kind::ulimits:
      break;
  }
  return ulimits_schema();
}

Json described(const Key& row) {
  Json schema{{"description", row.help}};
  schema.update(shape_of(row));
  if (!row.default_json.empty()) schema["default"] = Json::parse(row.default_json);
  schema["examples"] = Json::array({Json::parse(row.example)});
  return schema;
}

Json object_of(std::string_view path) {
  Json properties = Json::object();
  Json required = Json::array();
  Json either = Json::array();
  for (const Key* row : children_of(path)) {
    const std::string name(last_name(row->path));
    properties[name] = described(*row);
    if (!row->required) continue;
    if (row->unless.empty()) {
      required.push_back(name);
    } else {
      for (const std::string& one : {name, std::string(row->unless)})
        either.push_back({{"required", Json::array({one})}});
    }
  }
  Json schema{{"type", "object"}, {"properties", properties}};
  if (!required.empty()) schema["required"] = required;
  if (!either.empty()) schema["anyOf"] = either;
  schema["additionalProperties"] = false;
  return schema;
}

// A '|' would end the cell of a Markdown table.
std::string cell(std::string_view text) {
  std::string out;
  for (const char c : text) {
    if (c == '|') out += '\\';
    out += c;
  }
  return out;
}

std::string code(std::string_view text) { return text.empty() ? std::string() : "`" + cell(text) + "`"; }

}  // namespace

std::string config_schema() {
  Json schema{{"$schema", "https://json-schema.org/draft/2020-12/schema"},
              {"title", "helper.json"},
              {"description", "The config of helper: containers on servers, and how they come within reach"}};
  schema.update(object_of(""));
  return schema.dump(2) + "\n";
}

std::string config_reference() {
  std::string text =
      "# The keys of helper.json\n\nJSON with comments, UTF-8. `helper init` writes a file to start from; an editor "
      "that is given\n"
      "`ide-integration/helper.schema.json` completes and checks it. Made from the table of keys: a test keeps it "
      "so.\n\n"
      "| key | value | default | meaning |\n|---|---|---|---|\n";
  for (const Key& row : keys()) {
    std::string path(row.path);
    if (const std::size_t star = path.find('*'); star != std::string::npos) path.replace(star, 1, "NAME");
    const std::string standard = !row.required        ? code(row.default_json)
                                 : row.unless.empty() ? "required"
                                                      : "required without " + code(row.unless);
    text += fmt::format("| `{}` | {}, such as {} | {} | {} |\n", path, wanted(row.kind), code(row.example), standard,
                        cell(row.help));
  }
  return text;
}

}  // namespace helper::config
