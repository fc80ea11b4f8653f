#include "config/parse.hpp"

#include "base/text.hpp"
#include "config/image_name.hpp"
#include "config/json_tree.hpp"
#include "config/keys.hpp"
#include "config/local_path.hpp"
#include "config/validate.hpp"
#include "config/values.hpp"

#include <algorithm>
#include <string>
#include <vector>

namespace helper::config {
namespace {

using Type = JsonNode::Type;

bool fits(Kind kind, const JsonNode& node) {
  switch (kind) {
    case Kind::text:
      return node.type == Type::text;
    case Kind::text_or_number:
      return node.type == Type::text || (node.type == Type::integer && node.integer >= 1);
    case Kind::flag:
      return node.type == Type::boolean;
    case Kind::port:
      return node.type == Type::integer;
    case Kind::texts:
    case Kind::forwards:
      return node.type == Type::array;
    case Kind::object:
    case Kind::named:
    case Kind::env:
    case Kind::ulimits:
      break;
  }
  return node.type == Type::object;
}

std::string example_of(const Key& row) {
  return "\"" + std::string(last_name(row.path)) + "\": " + std::string(row.example);
}

std::string join(const std::string& path, std::string_view name) {
  return path.empty() ? std::string(name) : path + "." + std::string(name);
}

// Walks the tree along the table of keys.
class Reader {
 public:
  explicit Reader(std::filesystem::path file) { config_.file = std::move(file); }

  Result<void> read(const JsonNode& root) {
    if (root.type != Type::object) {
      return fail(ErrorCode::config_invalid, config_.file.filename().string(),
                  "is " + describe(root) + ", must be an object in { }", "`helper init` writes one to start from");
    }
    return object(root, "", "", nullptr);
  }

  [[nodiscard]] Config& config() { return config_; }
  [[nodiscard]] const Places& places() const { return places_; }

 private:
  tl::unexpected<Error> invalid(int line, const std::string& path, std::string cause, std::string fix) const {
    return fail(ErrorCode::config_invalid, thing_at(config_.file, line, path), std::move(cause), std::move(fix));
  }

  Result<void> object(const JsonNode& node, std::string_view row_path, const std::string& path, Target* target) {
    const auto rows = children_of(row_path);
    for (std::size_t i = 0; i < node.items.size(); ++i) {
      const auto row =
          std::ranges::find(rows, std::string_view(node.names[i]), [](const Key* key) { return last_name(key->path); });
      if (row == rows.end())
        return unknown(node.items[i].line, join(path, printable(node.names[i])), node.names[i], rows);
      HELPER_TRY(value(node.items[i], **row, join(path, node.names[i]), target));
    }
    for (const Key* row : rows) {
      const std::string name(last_name(row->path));
      if (row->required && std::ranges::find(node.names, name) == node.names.end()) {
        return invalid(node.line, join(path, name), "is missing", "add " + example_of(*row));
      }
    }
    return {};
  }

  Result<void> value(const JsonNode& node, const Key& row, const std::string& path, Target* target) {
    places_[path] = node.line;
    if (!fits(row.kind, node)) {
      return invalid(node.line, path, "is " + describe(node) + ", must be " + wanted(row.kind),
                     "write it like " + example_of(row));
    }
    if (row.set != nullptr) {
      if (auto bad = row.set(*target, node))
        return invalid(bad->line, path + bad->where, std::move(bad->cause), std::move(bad->fix));
    }
    for (std::size_t i = 0; row.kind == Kind::forwards && i < node.items.size(); ++i) {
      places_[path + "[" + std::to_string(i) + "]"] = node.items[i].line;
    }
    if (row.kind == Kind::object) return object(node, row.path, path, target);
    if (row.kind == Kind::named) return named(node, path);
    return {};
  }

  Result<void> named(const JsonNode& node, const std::string& path) {
    const Key& row = *find_key("targets.*");
    if (node.items.empty())
      return invalid(node.line, path, "has no target", "add one: \"NAME\": " + std::string(row.example));
    for (std::size_t i = 0; i < node.items.size(); ++i) {
      const std::string& name = node.names[i];
      if (auto bad = check_target_name(name)) {
        return invalid(node.items[i].line, join(path, printable(name)), std::move(bad->cause), std::move(bad->fix));
      }
      Target& target = config_.targets[name];
      target.name = name;
      HELPER_TRY(value(node.items[i], row, join(path, name), &target));
    }
    return {};
  }

  Result<void> unknown(int line, const std::string& path, std::string_view name,
                       const std::vector<const Key*>& rows) const {
    std::vector<std::string_view> names;
    std::string all;
    for (const Key* row : rows) {
      names.push_back(last_name(row->path));
      all += all.empty() ? "" : ", ";
      all += names.back();
    }
    const auto elsewhere = std::ranges::find_if(keys(), [&](const Key& key) { return last_name(key.path) == name; });
    if (elsewhere != keys().end() && name != "*") {
      return invalid(line, path, "unknown key here", "write it as " + std::string(elsewhere->path));
    }
    if (const auto meant = nearest(name, names)) {
      return invalid(line, path, "unknown key; did you mean \"" + std::string(*meant) + "\"?",
                     "the keys here are: " + all);
    }
    return invalid(line, path, "unknown key", "the keys here are: " + all);
  }

  Config config_;
  Places places_;
};

// What depends on the file's folder and on other keys of the target.
Result<void> complete(Target& target, const Config& config, const Places& places, const std::filesystem::path& home) {
  const std::string path = "targets." + target.name;
  const auto resolved = [&](const std::filesystem::path& written,
                            const std::string& key) -> Result<std::filesystem::path> {
    auto absolute = resolve_local_path(written, config.file.parent_path(), home);
    if (absolute) return absolute;
    return fail(ErrorCode::config_invalid, thing_at(config.file, places, path + key), absolute.error().cause,
                absolute.error().fix);
  };
  if (target.container.name.empty()) {
    target.container.name = target.name;
    if (auto bad = check_container_name(target.name)) {
      return fail(ErrorCode::config_invalid, thing_at(config.file, places, path + ".container.name"), bad->cause,
                  R"(add "name" to "container")");
    }
  }
  if (auto& build = target.container.build) {
    const auto written = build->context.empty() ? std::filesystem::path(".") : build->context;
    HELPER_TRY_ASSIGN(build->context, resolved(written, ".container.build.context"));
    if (target.container.image.empty()) target.container.image = image_name(target.name);
  }
  if (target.container.image.empty()) {
    return fail(ErrorCode::config_invalid, thing_at(config.file, places, path + ".container.image"), "is missing",
                "add " + example_of(*find_key("targets.*.container.image")) + R"(, or "build" with a Dockerfile)");
  }
  if (!target.project.remote.empty()) {
    const auto written = target.project.local.empty() ? std::filesystem::path(".") : target.project.local;
    HELPER_TRY_ASSIGN(target.project.local, resolved(written, ".project.local"));
  }
  if (target.ssh.key != "auto") {
    HELPER_TRY_ASSIGN(const std::filesystem::path key, resolved(target.ssh.key, ".ssh.key"));
    target.ssh.key = key.string();
  }
  return {};
}

}  // namespace

Result<Config> parse_config(std::string_view text, const std::filesystem::path& file,
                            const std::filesystem::path& home) {
  HELPER_TRY_ASSIGN(const JsonNode root, parse_json(text, file.filename().string()));
  Reader reader(file);
  HELPER_TRY(reader.read(root));
  Config& config = reader.config();
  for (auto& [name, target] : config.targets) HELPER_TRY(complete(target, config, reader.places(), home));
  HELPER_TRY(validate(config, reader.places()));
  return std::move(config);
}

}  // namespace helper::config
