#include "config/parse.hpp"

#include "base/text.hpp"
#include "config/complete.hpp"
#include "config/faults.hpp"
#include "config/find.hpp"
#include "config/inherit.hpp"
#include "config/json_tree.hpp"
#include "config/keys.hpp"
#include "config/local_file.hpp"
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
    case Kind::local_port:
      return node.type == Type::integer || node.type == Type::text;
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

// "container.env.NAME" in a target.
bool is_there(const JsonNode& target, std::string_view path) {
  const JsonNode* node = &target;
  for (const std::string_view name : split(path, '.')) {
    node = node->type == Type::object ? find_member(*node, name) : nullptr;
    if (node == nullptr) return false;
  }
  return true;
}

std::string join(const std::string& path, std::string_view name) {
  return path.empty() ? std::string(name) : path + "." + std::string(name);
}

// Puts the values of ${localEnv:NAME} into the texts of a target.
class Expander {
 public:
  Expander(const Surroundings& around, Faults& faults) : around_(around), faults_(faults) {}

  void expand(JsonNode& node, const std::string& path) {
    if (node.type == Type::text) return expand_text(node, path);
    for (std::size_t i = 0; i < node.items.size(); ++i) {
      const bool is_list = node.type == Type::array;
      expand(node.items[i], is_list ? path + "[" + std::to_string(i) + "]" : join(path, printable(node.names[i])));
    }
  }

 private:
  void expand_text(JsonNode& node, const std::string& path) {
    if (node.text.find("${") == std::string::npos) return;
    Expanded its = expand_environment(node.text, around_.variable, around_.unset);
    if (its.unset) {
      const std::string name = printable(*its.unset);
      faults_.add(spot_of(node), path,
                  name.empty() ? "has ${localEnv:} without the name of a variable"
                               : "needs the variable " + name + " of your environment, which is not set",
                  name.empty() ? "write ${localEnv:NAME}"
                               : "export " + name + "=VALUE, or write a default: ${localEnv:" + name + ":DEFAULT}");
    } else if (find_bad_utf8(its.text) != std::string::npos) {
      faults_.add(spot_of(node), path, "gets a value from your environment that is not UTF-8 text",
                  "set the variable to a text in UTF-8");
    }
    node.text = std::move(its.text);
  }

  const Surroundings& around_;
  Faults& faults_;
};

// Walks the tree along the table of keys. What is wrong goes into `faults`, and the walk goes on.
class Reader {
 public:
  Reader(std::filesystem::path file, const Surroundings& around, Faults& faults) : around_(around), faults_(faults) {
    config_.file = std::move(file);
  }

  void read(const JsonNode& root) { object(root, "", "", nullptr); }

  [[nodiscard]] Config& config() { return config_; }
  [[nodiscard]] const Places& places() const { return places_; }
  // Null when the target has none, or none is read.
  [[nodiscard]] const Devcontainer* devcontainer_of(const std::string& target) const {
    const auto at = devcontainers_.find(target);
    return at == devcontainers_.end() ? nullptr : &at->second;
  }

 private:
  void object(const JsonNode& node, std::string_view row_path, const std::string& path, Target* target) {
    const auto rows = children_of(row_path);
    for (std::size_t i = 0; i < node.items.size() && !faults_.is_full(); ++i) {
      const auto row =
          std::ranges::find(rows, std::string_view(node.names[i]), [](const Key* key) { return last_name(key->path); });
      if (row == rows.end()) {
        unknown(spot_of(node.items[i]), path, node.names[i], rows);
      } else {
        value(node.items[i], **row, join(path, node.names[i]), target);
      }
    }
    for (const Key* row : rows) {
      const std::string name(last_name(row->path));
      if (!row->required || find_member(node, name) != nullptr || is_given(node, *row, target)) continue;
      const std::string key = join(path, name);
      if (!faults_.touch(key)) faults_.add(spot_of(node), key, "is missing", "add " + example_of(*row));
    }
  }

  // By the key that replaces it, or by the target's devcontainer.json.
  [[nodiscard]] bool is_given(const JsonNode& node, const Key& row, const Target* target) const {
    if (!row.unless.empty() && find_member(node, row.unless) != nullptr) return true;
    const Devcontainer* devcontainer = target == nullptr ? nullptr : devcontainer_of(target->name);
    if (devcontainer == nullptr) return false;
    return std::ranges::find(devcontainer->settings, row.path, &Setting::row) != devcontainer->settings.end();
  }

  void value(const JsonNode& node, const Key& row, const std::string& path, Target* target) {
    places_[path] = spot_of(node);
    if (!fits(row.kind, node)) {
      return faults_.add(spot_of(node), path, "is " + describe(node) + ", must be " + wanted(row.kind),
                         "write it like " + example_of(row));
    }
    const bool is_leaf = row.kind != Kind::object && row.kind != Kind::named;
    if (is_leaf && faults_.touch(path)) return;  // a variable in it is not set
    if (row.set != nullptr) {
      for (Misfit& bad : row.set(*target, node)) {
        faults_.add({bad.line, bad.is_local}, path + bad.where, std::move(bad.cause), std::move(bad.fix));
      }
    }
    for (std::size_t i = 0; row.kind == Kind::forwards && i < node.items.size(); ++i) {
      places_[path + "[" + std::to_string(i) + "]"] = spot_of(node.items[i]);
    }
    if (row.kind == Kind::object) object(node, row.path, path, target);
    if (row.kind == Kind::named) named(node, path);
  }

  void named(const JsonNode& node, const std::string& path) {
    const Key& row = *find_key("targets.*");
    if (node.items.empty()) {
      return faults_.add(spot_of(node), path, "has no target", "add one: \"NAME\": " + std::string(row.example));
    }
    for (std::size_t i = 0; i < node.items.size() && !faults_.is_full(); ++i) {
      const std::string& name = node.names[i];
      if (auto bad = check_target_name(name)) {
        faults_.add(spot_of(node.items[i]), join(path, printable(name)), std::move(bad->cause), std::move(bad->fix));
        continue;
      }
      Target& target = config_.targets[name];
      target.name = name;
      JsonNode its = node.items[i];
      Expander(around_, faults_).expand(its, join(path, name));
      read_target(its, row, join(path, name), target);
    }
  }

  void read_target(const JsonNode& node, const Key& row, const std::string& path, Target& target) {
    const JsonNode* written = find_member(node, "devcontainer");
    const std::string key = join(path, "devcontainer");
    std::vector<Mistake> mistakes;
    if (written != nullptr && written->type == Type::text && !faults_.touch(key)) {
      if (auto read = read_devcontainer_of(node, *written, target)) {
        mistakes = std::move(*read);
      } else {
        Error& error = read.error();
        // An error of its own has no thing.
        if (error.thing.empty()) error.thing = thing_at(config_.file, spot_of(*written), key);
        faults_.add(spot_of(*written), key, std::move(error));
      }
    }
    const std::vector<std::string> inherited_mounts = target.container.mounts;
    value(node, row, path, &target);
    const Devcontainer* devcontainer = devcontainer_of(target.name);
    if (devcontainer == nullptr) return;
    const WritesItself writes_itself = [&](std::string_view its_row) {
      return is_there(node, its_row.substr(row.path.size() + 1));
    };
    const bool has_mounts = writes_itself("targets.*.container.mounts");
    for (Error& error :
         errors_left(mistakes, has_mounts ? target.container.mounts : std::vector<std::string>{}, writes_itself))
      faults_.add(spot_of(*written), key, std::move(error));
    settle(target, *devcontainer, inherited_mounts, writes_itself);
  }

  // What it says is set first, so that the target's own keys take its place.
  Result<std::vector<Mistake>> read_devcontainer_of(const JsonNode& node, const JsonNode& written, Target& target) {
    if (!around_.open_devcontainer) return std::vector<Mistake>{};
    if (auto bad = check_local_path(written.text)) return fail(ErrorCode::config_invalid, "", bad->cause, bad->fix);
    HELPER_TRY_ASSIGN(const auto named, resolve_local_path(written.text, config_.file.parent_path(), around_.home));
    auto opened = around_.open_devcontainer(named);
    if (!opened)
      return fail(opened.error().code, "", opened.error().thing + ": " + opened.error().cause, opened.error().fix);
    const JsonNode* server = find_member(node, "server");
    const DevcontainerPlace place{opened->file, opened->folder,
                                  server != nullptr && server->type == Type::text ? server->text : target.server,
                                  around_.variable};
    HELPER_TRY_ASSIGN(Devcontainer devcontainer, read_devcontainer(opened->text, place));
    auto mistakes = inherit(target, devcontainer);
    const JsonNode* own = find_member(node, "container");
    give_way(target,
             own != nullptr && (find_member(*own, "image") != nullptr || find_member(*own, "build") != nullptr));
    devcontainers_[target.name] = std::move(devcontainer);
    return mistakes;
  }

  void unknown(Spot spot, const std::string& object, std::string_view name, const std::vector<const Key*>& rows) {
    const std::string path = join(object, printable(name));
    std::vector<std::string_view> names;
    std::string all;
    for (const Key* row : rows) {
      names.push_back(last_name(row->path));
      all += all.empty() ? "" : ", ";
      all += names.back();
    }
    // The right name in the wrong object is the most common mistake.
    const auto elsewhere = std::ranges::find_if(keys(), [&](const Key& key) { return last_name(key.path) == name; });
    if (elsewhere != keys().end() && name != "*")
      return faults_.add(spot, path, "unknown key here", "write it as " + std::string(elsewhere->path));
    const auto meant = nearest(name, names);
    if (meant) faults_.spoil(join(object, *meant));
    faults_.add(spot, path, meant ? "unknown key; did you mean \"" + std::string(*meant) + "\"?" : "unknown key",
                "the keys here are: " + all);
  }

  const Surroundings& around_;
  Faults& faults_;
  Config config_;
  Places places_;
  std::map<std::string, Devcontainer> devcontainers_;  // by target
};

Result<JsonNode> read_object(std::string_view text, const std::string& file) {
  HELPER_TRY_ASSIGN(JsonNode root, parse_json(text, file));
  if (root.type == Type::object) return root;
  return fail(ErrorCode::config_invalid, file, "is " + describe(root) + ", must be an object in { }",
              "write one to start from: helper init");
}

}  // namespace

Result<JsonNode> read_tree(std::string_view text, const std::optional<std::string>& local,
                           const std::filesystem::path& file) {
  HELPER_TRY_ASSIGN(JsonNode root, read_object(text, file.filename().string()));
  if (!local) return root;
  HELPER_TRY_ASSIGN(JsonNode over, read_object(*local, local_file_of(file).filename().string()));
  return merged(std::move(root), std::move(over));
}

Result<Config> parse_config(std::string_view text, const std::filesystem::path& file, const Surroundings& around) {
  HELPER_TRY_ASSIGN(const JsonNode root, read_tree(text, around.local, file));
  Faults faults(file);
  Reader reader(file, around, faults);
  reader.read(root);
  Config& config = reader.config();
  for (auto& [name, target] : config.targets) {
    if (!faults.is_full()) complete(target, config, reader.places(), around.home, reader.devcontainer_of(name), faults);
  }
  validate(config, reader.places(), faults);
  if (!faults.empty()) return fail(faults.take());
  return std::move(config);
}

Result<Config> parse_config(std::string_view text, const std::filesystem::path& file,
                            const std::filesystem::path& home) {
  return parse_config(text, file, Surroundings{home});
}

}  // namespace helper::config
