#include "engine/describe.hpp"

#include "base/sections.hpp"
#include "base/shell.hpp"
#include "base/text.hpp"
#include "config/docker_run/docker_run.hpp"
#include "config/docker_run/left_out.hpp"
#include "config/docker_run/shell_words.hpp"
#include "engine/engine_cli.hpp"
#include "engine/read.hpp"
#include "engine/scripts.hpp"
#include "plan/our_names.hpp"

#include <algorithm>
#include <array>

namespace helper::engine {
namespace {

using config::Devcontainer;
using config::JsonNode;

constexpr std::array<std::string_view, 2> k_programs{"docker", "podman"};
constexpr std::size_t k_most_names = 20;

JsonNode node(JsonNode::Type type, std::string text = {}) {
  JsonNode its;
  its.type = type;
  its.text = std::move(text);
  return its;
}

// The settings of a container that helper made: the texts of plan/fields, read back.
class Applied {
 public:
  explicit Applied(const plan::Container& container) : container_(container) {}

  Devcontainer settings(const std::string& name) {
    set("container.name", name);
    for (const char* row : {"container.image", "container.hostname", "container.gpus", "container.runtime",
                            "container.shm_size", "container.restart"}) {
      if (const std::string text = applied(row); !text.empty()) set(row, text);
    }
    if (applied("container.privileged") == "true") flag("container.privileged");
    if (applied("ide.backend_cache") == "true") flag("ide.backend_cache");
    list("container.mounts", split_list(applied("container.mounts")));
    list("container.ports", split_list(applied("container.ports")));
    if (const std::string command = applied("container.command"); !command.starts_with('('))
      list("container.command", words_of(command));
    list("container.extra_args", words_of(applied("container.extra_args")));
    ulimits();
    env();
    its_.unsupported.push_back({"container " + printable(name), 1,
                                "helper made it, and it keeps neither ssh.user nor python nor hooks",
                                "write these as in its config; helper list shows whose it is"});
    return std::move(its_);
  }

 private:
  [[nodiscard]] std::string applied(const std::string& row) const {
    const auto at = container_.applied.find(row);
    return at == container_.applied.end() ? std::string() : at->second;
  }

  static std::vector<std::string> split_list(const std::string& text) {
    std::vector<std::string> items;
    for (std::size_t at = 0; at < text.size();) {
      const std::size_t end = std::min(text.find(", ", at), text.size());
      items.push_back(text.substr(at, end - at));
      at = end + 2;
    }
    return items;
  }

  // What shell::quote made one text of.
  static std::vector<std::string> words_of(const std::string& text) {
    std::vector<std::string> words;
    if (const auto read = config::shell_words(text)) {
      for (const auto& word : *read) words.push_back(config::as_written(word));
    }
    return words;
  }

  void put(const std::string& row, JsonNode value, std::size_t items) {
    its_.settings.push_back({"targets.*." + row, std::move(value), std::vector<std::string>(items, row)});
  }
  void set(const std::string& row, const std::string& text) { put(row, node(JsonNode::Type::text, text), 1); }
  void flag(const std::string& row) {
    JsonNode yes = node(JsonNode::Type::boolean);
    yes.boolean = true;
    put(row, std::move(yes), 1);
  }
  void list(const std::string& row, const std::vector<std::string>& items) {
    if (items.empty()) return;
    JsonNode all = node(JsonNode::Type::array);
    for (const auto& item : items) all.items.push_back(node(JsonNode::Type::text, item));
    put(row, std::move(all), items.size());
  }

  void ulimits() {
    JsonNode all = node(JsonNode::Type::object);
    for (const auto& limit : split_list(applied("container.ulimits"))) {
      const auto equals = std::min(limit.find('='), limit.size() - 1);
      all.names.push_back(limit.substr(0, equals));
      all.items.push_back(node(JsonNode::Type::text, limit.substr(equals + 1)));
    }
    const auto items = all.items.size();
    if (items > 0) put("container.ulimits", std::move(all), items);
  }

  void env() {
    JsonNode all = node(JsonNode::Type::object);
    for (const auto& name : split_list(applied("container.env"))) {
      const auto variable =
          std::ranges::find_if(container_.env, [&](const std::string& each) { return each.starts_with(name + "="); });
      if (variable == container_.env.end()) continue;
      const std::string value = variable->substr(name.size() + 1);
      if (config::looks_secret(name, value)) {
        its_.unsupported.push_back(
            {"-e " + printable(name), 1, "its value looks like a secret, and was not written",
             R"(without it the container differs from the config: write "env": {")" + name + R"(": VALUE})"});
        continue;
      }
      all.names.push_back(name);
      all.items.push_back(node(JsonNode::Type::text, value));
    }
    const auto items = all.items.size();
    if (items > 0) put("container.env", std::move(all), items);
  }

  const plan::Container& container_;
  Devcontainer its_;
};

bool is_keepers_name(const std::string& name) { return name.starts_with(std::string(plan::k_keeper_image) + "-"); }

Error is_a_keeper(const std::string& container, const std::string& server) {
  return {ErrorCode::usage, "container " + printable(container),
          "it is helper's own keeper on " + server + ", which starts services in other containers: nobody works in it",
          "helper init"};
}

// None of that name: what is there, or why no engine tells.
Error absent(const std::vector<Section>& sections, const std::string& container, const std::string& server) {
  std::vector<std::string> names;
  std::optional<Error> trouble;
  bool any = false;
  for (const auto program : k_programs) {
    const std::string section = "names_" + std::string(program);
    const Section* its = find_section(sections, section);
    if (its == nullptr) continue;
    any = true;
    if (its->status != 0) {
      if (!trouble) trouble = engine_trouble(its->body, program);
      continue;
    }
    for (const auto& name : lines_of(sections, section)) {
      if (!is_keepers_name(name)) names.push_back(printable(name));
    }
  }
  if (!any) {
    return {ErrorCode::engine_missing, "engine", "neither Docker nor Podman is installed on the server",
            "on the server: sudo apt-get install -y docker.io"};
  }
  if (trouble && names.empty()) return *trouble;
  std::ranges::sort(names);
  const bool all = names.size() <= k_most_names;
  if (!all) names.resize(k_most_names);
  const std::string there = names.empty() ? std::string("the server has no container")
                                          : "these are there: " + joined(names) + (all ? "" : ", ...");
  return {ErrorCode::container_failed, "container " + printable(container),
          "there is no container of that name on " + server + "; " + there,
          names.empty() ? std::string("write a config for a new one: helper init")
                        : "helper init --from-container " + shell::quote(names.front())};
}

}  // namespace

std::string describe_script(const std::string& container, const std::string& nonce) {
  return k_engine_path + std::string("\n") + script_begin(nonce) + shell::assign("container", container) +
         shell::assign("engines", "docker podman") + std::string(scripts::describe);
}

Result<Devcontainer> read_description(std::string_view text, const std::string& nonce, const std::string& container,
                                      const std::string& server) {
  const auto sections = parse_sections(text, nonce);
  if (find_section(sections, "end") == nullptr) {
    return fail(ErrorCode::server_command, "server " + server, "its shell gave no whole answer",
                "see whether this prints ok: ssh " + shell::quote(server) + " echo ok");
  }
  for (const auto program : k_programs) {
    const Section* its = find_section(sections, "container_" + std::string(program));
    if (its == nullptr) continue;
    HELPER_TRY_ASSIGN(const auto words, [&] {
      const Section* image = find_section(sections, "image");
      return run_words(its->body, image == nullptr ? std::string_view() : std::string_view(image->body));
    }());
    HELPER_TRY_ASSIGN(const plan::Container found, read_container(its->body));
    if (found.labels.contains(plan::k_label_keeper)) return fail(is_a_keeper(container, server));
    HELPER_TRY_ASSIGN(Devcontainer settings, config::read_described(words, server));
    const auto label = found.labels.find(plan::k_label_target);
    const bool is_ours = label != found.labels.end() && !label->second.empty();
    if (is_ours && !found.applied.empty()) {
      const auto name = std::ranges::find(settings.settings, "targets.*.container.name", &config::Setting::row);
      settings = Applied(found).settings(name == settings.settings.end() ? container : name->value.text);
    }
    if (found.auto_remove) {
      settings.unsupported.push_back({"--rm", 1, "the engine deletes the container when it stops",
                                      "helper never stops it; helper snapshot keeps a copy"});
    }
    if (program == "podman")
      settings.settings.push_back({"targets.*.engine", node(JsonNode::Type::text, "podman"), {"podman"}});
    return settings;
  }
  return fail(absent(sections, container, server));
}

}  // namespace helper::engine
