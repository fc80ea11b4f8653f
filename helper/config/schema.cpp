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

Json name_schema(std::string_view pattern) {
  Json schema{{"type", "string"}};
  if (!pattern.empty()) schema["pattern"] = pattern;
  return schema;
}

// No schema knows the final text where a variable of the environment is in it.
std::string or_variable(std::string_view pattern) {
  return pattern.empty() ? std::string() : std::string(pattern) + R"(|\$\{localEnv:[^}]+\})";
}

Json text_schema(std::string_view pattern) { return name_schema(or_variable(pattern)); }

// In the local file null takes a key away.
Json or_null(Json schema) {
  if (!schema.contains("type")) {
    schema["anyOf"].push_back({{"type", "null"}});
  } else if (schema["type"].is_array()) {
    schema["type"].push_back("null");
  } else {
    schema["type"] = Json::array({schema["type"], "null"});
  }
  return schema;
}

Json ulimits_schema() {
  const Json limit{{"type", "integer"}, {"minimum", -1}};
  const Json both{
      {"type", "object"}, {"properties", {{"soft", limit}, {"hard", limit}}}, {"additionalProperties", false}};
  const Json value{{"anyOf", Json::array({limit, text_schema("^(-1|[0-9]{1,18})(:(-1|[0-9]{1,18}))?$"), both})}};
  Json names = Json::array();
  for (const std::string_view name : ulimit_names()) names.push_back(name);
  return {{"type", "object"}, {"propertyNames", {{"enum", names}}}, {"additionalProperties", or_null(value)}};
}

// What the JSON value of a row must be.
Json shape_of(const Key& row) {
  switch (row.kind) {
    case Kind::object:
      return object_of(row.path);
    case Kind::named:
      return {{"type", "object"},
              {"propertyNames", name_schema(row.pattern)},
              {"additionalProperties", or_null(object_of(std::string(row.path) + ".*"))}};
    case Kind::text:
      return text_schema(row.pattern);
    case Kind::text_or_number: {
      Json schema{{"type", {"string", "integer"}}, {"minimum", 1}};
      schema["pattern"] = or_variable(row.pattern);
      return schema;
    }
    case Kind::flag:
      return {{"type", "boolean"}};
    case Kind::port:
      return port_schema();
    case Kind::local_port:
      return {
          {"anyOf", Json::array({port_schema(),
                                 {{"type", "string"}, {"pattern", R"(^(auto|[0-9]{1,5}|\$\{localEnv:[^}]+\})$)"}}})}};
    case Kind::texts:
      return {{"type", "array"}, {"items", text_schema(row.pattern)}};
    case Kind::forwards:
      return {{"type", "array"}, {"items", {{"anyOf", Json::array({port_schema(), text_schema(row.pattern)})}}}};
    case Kind::env:
      return {{"type", "object"},
              {"propertyNames", name_schema(row.pattern)},
              {"additionalProperties", or_null({{"type", "string"}})}};
    case Kind::ulimits:
      break;
  }
  return ulimits_schema();
}

Json described(const Key& row) {
  Json schema{{"description", row.help}};
  schema.update(or_null(shape_of(row)));
  if (!row.default_json.empty()) schema["default"] = Json::parse(row.default_json);
  schema["examples"] = Json::array({Json::parse(row.example)});
  return schema;
}

// Nothing is required: a local file has only what differs, and the rest is in the config. helper says what is
// missing.
Json object_of(std::string_view path) {
  Json properties = Json::object();
  for (const Key* row : children_of(path)) properties[std::string(last_name(row->path))] = described(*row);
  return {{"type", "object"}, {"properties", properties}, {"additionalProperties", false}};
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
              {"description",
               "The config of helper: containers on servers and the access to them. Also for "
               "the local file beside it (helper.local.json), where null removes a key"}};
  schema.update(object_of(""));
  return schema.dump(2) + "\n";
}

std::string config_reference() {
  std::string text =
      "# The keys of helper.json\n\nJSON with comments, UTF-8. `helper init` writes a file to start from; an editor "
      "that is given\n"
      "`ide-integration/helper.schema.json` completes and checks it, and `helper.local.json` too. Made from the table "
      "of "
      "keys: a test keeps it so.\n\n"
      "All errors of a file are reported at once, each with its line and key (the first 20).\n\n"
      "## Values from the environment\n\n"
      "`${localEnv:NAME}` in any text of a target is the variable NAME of the shell in which you type the "
      "command, and\n"
      "`${localEnv:NAME:DEFAULT}` is DEFAULT where NAME is not set. A variable that is not set and has no default is "
      "an error. helper\n"
      "never writes the value into these files. Any other `${...}` stays as it is.\n\n"
      "    \"server\": \"${localEnv:GPU_SERVER:gpu1}\",\n"
      "    \"container\": { \"image\": \"centernet:1.2\", \"env\": { \"WANDB_API_KEY\": \"${localEnv:WANDB_API_KEY}\" "
      "} }\n\n"
      "The command sends the values of the variables that the config names to the daemon, with each request. What the "
      "daemon does later by\n"
      "itself (it looks after a target, opens its ports again) it does with the values of the last command. A program "
      "that asks the daemon without\n"
      "`environment` (the plugin) gets the values of the last command too, and before the first one those of the "
      "environment in which the daemon\nwas started.\n\n"
      "## helper.local.json\n\n"
      "What only you change of a `helper.json` that others share is in `helper.local.json` beside it (beside "
      "`NAME.json` "
      "it is `NAME.local.json`).\n"
      "It is laid over the config key by key: objects are joined, anything else (a list too) replaces what was there, "
      "and `null` removes a key.\n\n"
      "    { \"targets\": { \"centernet\": {\n"
      "        \"server\": \"gpu7\", \"ssh\": { \"local_port\": 2322 }, \"jupyter\": null } } }\n\n"
      "Errors name the file in which the line is. A command that writes a setting (`helper python use`) writes it into "
      "the "
      "file that has the key.\n"
      "`helper config` shows each value with its file and line. `helper init` adds the name to `.gitignore` in a git "
      "work "
      "tree. The file counts as\n"
      "part of the config for your approval, and for who can change it (docs/trust.md).\n\n"
      "## The keys\n\n"
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
