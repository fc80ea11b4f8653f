#include "config/parse.hpp"

#include "base/text.hpp"
#include "config/complete.hpp"
#include "config/find.hpp"
#include "config/inherit.hpp"
#include "config/json_tree.hpp"
#include "config/keys.hpp"
#include "config/validate.hpp"
#include "config/values.hpp"

#include <algorithm>
#include <map>
#include <optional>
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
  Reader(std::filesystem::path file, const Surroundings& around) : around_(around) { config_.file = std::move(file); }

  Result<void> read(const JsonNode& root) {
    if (root.type != Type::object) {
      return fail(ErrorCode::config_invalid, config_.file.filename().string(),
                  "is " + describe(root) + ", must be an object in { }", "`helper init` writes one to start from");
    }
    return object(root, "", "", nullptr);
  }

  [[nodiscard]] Config& config() { return config_; }
  [[nodiscard]] const Places& places() const { return places_; }
  // Null when the target has none, or none is read.
  [[nodiscard]] const Devcontainer* devcontainer_of(const std::string& target) const {
    const auto at = devcontainers_.find(target);
    return at == devcontainers_.end() ? nullptr : &at->second;
  }

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
      if (row->required && find_member(node, name) == nullptr && !is_given(node, *row, target)) {
        return invalid(node.line, join(path, name), "is missing", "add " + example_of(*row));
      }
    }
    return {};
  }

  // By the key that makes it needless, or by the target's devcontainer.json.
  [[nodiscard]] bool is_given(const JsonNode& node, const Key& row, const Target* target) const {
    if (!row.unless.empty() && find_member(node, row.unless) != nullptr) return true;
    const Devcontainer* devcontainer = target == nullptr ? nullptr : devcontainer_of(target->name);
    if (devcontainer == nullptr) return false;
    return std::ranges::find(devcontainer->settings, row.path, &Setting::row) != devcontainer->settings.end();
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
      HELPER_TRY(read_target(node.items[i], row, join(path, name), target));
    }
    return {};
  }

  Result<void> read_target(const JsonNode& node, const Key& row, const std::string& path, Target& target) {
    HELPER_TRY(read_devcontainer_of(node, path, target));
    const std::vector<std::string> inherited_mounts = target.container.mounts;
    HELPER_TRY(value(node, row, path, &target));
    if (const Devcontainer* devcontainer = devcontainer_of(target.name)) {
      settle(target, *devcontainer, inherited_mounts, [&](std::string_view its_row) {
        return places_.contains(path + std::string(its_row.substr(row.path.size())));
      });
    }
    return {};
  }

  // What it says is set first, so that the target's own keys take its place.
  Result<void> read_devcontainer_of(const JsonNode& node, const std::string& path, Target& target) {
    const JsonNode* written = find_member(node, "devcontainer");
    if (written == nullptr || written->type != Type::text || !around_.open_devcontainer) return {};
    const std::string key = join(path, "devcontainer");
    if (auto bad = check_local_path(written->text)) return invalid(written->line, key, bad->cause, bad->fix);
    const auto named = resolve_local_path(written->text, config_.file.parent_path(), around_.home);
    if (!named) return invalid(written->line, key, named.error().cause, named.error().fix);
    auto opened = around_.open_devcontainer(*named);
    if (!opened)
      return fail(opened.error().code, thing_at(config_.file, written->line, key),
                  opened.error().thing + ": " + opened.error().cause, opened.error().fix);
    const JsonNode* server = find_member(node, "server");
    const DevcontainerPlace place{opened->file, opened->folder,
                                  server != nullptr && server->type == Type::text ? server->text : target.server,
                                  around_.variable};
    HELPER_TRY_ASSIGN(Devcontainer devcontainer, read_devcontainer(opened->text, place));
    HELPER_TRY(inherit(target, devcontainer));
    const JsonNode* own = find_member(node, "container");
    give_way(target,
             own != nullptr && (find_member(*own, "image") != nullptr || find_member(*own, "build") != nullptr));
    devcontainers_[target.name] = std::move(devcontainer);
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

  const Surroundings& around_;
  Config config_;
  Places places_;
  std::map<std::string, Devcontainer> devcontainers_;  // by target
};

}  // namespace

Result<Config> parse_config(std::string_view text, const std::filesystem::path& file, const Surroundings& around) {
  HELPER_TRY_ASSIGN(const JsonNode root, parse_json(text, file.filename().string()));
  Reader reader(file, around);
  HELPER_TRY(reader.read(root));
  Config& config = reader.config();
  for (auto& [name, target] : config.targets) {
    HELPER_TRY(complete(target, config, reader.places(), around.home, reader.devcontainer_of(name)));
  }
  HELPER_TRY(validate(config, reader.places()));
  return std::move(config);
}

Result<Config> parse_config(std::string_view text, const std::filesystem::path& file,
                            const std::filesystem::path& home) {
  return parse_config(text, file, Surroundings{home});
}

}  // namespace helper::config
