#include "config/template.hpp"

#include "base/text.hpp"
#include "config/keys.hpp"

#include <nlohmann/json.hpp>

#include <map>
#include <string_view>

namespace helper::config {
namespace {

using Json = nlohmann::ordered_json;
using Answers = std::map<std::string_view, std::string>;  // row path (of the table, or of the answers) -> JSON text

constexpr std::size_t k_max_remark = 600;

// JSON on one line, with a space behind commas and colons. A string can hold no line end and so end no comment.
std::string json_text(const Json& value) {
  if (value.is_array()) {
    std::string text;
    for (const Json& item : value) text += (text.empty() ? "" : ", ") + json_text(item);
    return "[" + text + "]";
  }
  return value.dump(-1, ' ', false, Json::error_handler_t::replace);
}

Json forwards_json(const std::vector<PortPair>& forwards) {
  Json list = Json::array();
  for (const PortPair& pair : forwards)
    list.push_back(std::to_string(pair.local) + ":" + std::to_string(pair.container));
  return list;
}

Answers answers_by_key(const TemplateAnswers& a) {
  Answers by_key;
  const auto put = [&](std::string_view key, const Json& value) { by_key[key] = json_text(value); };
  const auto put_text = [&](std::string_view key, const std::optional<std::string>& text) {
    if (text) put(key, *text);
  };
  const auto put_list = [&](std::string_view key, const Json& list) {
    if (!list.empty()) put(key, list);
  };
  for (const auto& [row, json] : a.others) by_key[row] = json;
  put_text("targets.*.server", a.server);
  put_text("targets.*.container.name", a.container_name);
  if (!a.image.empty()) put("targets.*.container.image", a.image);
  put_text("targets.*.container.gpus", a.gpus);
  put_text("targets.*.container.shm_size", a.shm_size);
  put_list("targets.*.container.mounts", a.mounts);
  put_list("targets.*.container.ports", a.ports);
  put_text("targets.*.ssh.user", a.ssh_user);
  put_text("targets.*.ssh.key", a.ssh_key);
  put("targets.*.ssh.local_port", a.ssh_local_port);
  if (a.jupyter) {
    if (!a.jupyter->dir.empty()) put("targets.*.jupyter.dir", a.jupyter->dir);
    put("targets.*.jupyter.port", a.jupyter->port);
    if (a.jupyter->install) put("targets.*.jupyter.install", true);
    put("targets.*.jupyter.local_port", a.jupyter->local_port);
  }
  put_list("targets.*.forwards", forwards_json(a.forwards));
  if (a.project_remote) {
    put_text("targets.*.project.local", a.project_local);
    put("targets.*.project.remote", *a.project_remote);
  }
  put("targets.*.python", a.python);
  return by_key;
}

class Writer {
 public:
  explicit Writer(const Answers& answers) : answers_(answers) {}

  // The rows under `path`. Whatever is a comment can be made live by removing its "// ": each line but an object's last
  // ends with a comma, and the last is never a comment.
  void members(std::string_view path, const std::string& indent) {
    const auto rows = children_of(path);
    for (const Key* row : rows) {
      const std::string comma = row == rows.back() ? "" : ",";
      if (row->kind == Kind::object) {
        object(*row, indent, comma);
      } else {
        member(*row, indent, comma, row == rows.back());
      }
    }
  }

  void line(const std::string& text) { text_ += text + "\n"; }
  [[nodiscard]] std::string take() { return std::move(text_); }

 private:
  static std::string name_of(const Key& row) { return "\"" + std::string(last_name(row.path)) + "\": "; }

  void member(const Key& row, const std::string& indent, const std::string& comma, bool last) {
    const auto answer = answers_.find(row.path);
    const std::string_view shown = row.default_json.empty() ? row.example : row.default_json;
    const std::string value(answer == answers_.end() ? shown : std::string_view(answer->second));
    line(indent + "// " + std::string(row.help) + ".");
    line(indent + (answer == answers_.end() && !last ? "// " : "") + name_of(row) + value + comma);
  }

  void object(const Key& row, const std::string& indent, const std::string& comma) {
    line("");
    line(indent + "// " + std::string(row.help) + ".");
    const std::string prefix = std::string(row.path) + ".";
    const auto below = answers_.lower_bound(prefix);
    if (below == answers_.end() || !below->first.starts_with(prefix)) {
      line(indent + "// " + name_of(row) + std::string(row.example) + comma);
      return;
    }
    line(indent + name_of(row) + "{");
    members(row.path, indent + "  ");
    line(indent + "}" + comma);
  }

  const Answers& answers_;
  std::string text_;
};

}  // namespace

std::string target_template(const TemplateAnswers& answers) {
  const Answers by_key = answers_by_key(answers);
  Writer writer(by_key);
  writer.line("{");
  writer.members("targets.*", "      ");
  return writer.take() + "    }";
}

std::string config_template(const TemplateAnswers& answers) {
  const Answers by_key = answers_by_key(answers);
  Writer writer(by_key);
  writer.line("// The config of helper: JSON with comments. `helper ensure` makes the target below ready.");
  writer.line("// Lines that are comments show a default, or an example: remove the slashes to change it.");
  for (const std::string& remark : answers.remarks) writer.line("// " + printable(remark, k_max_remark));
  writer.line("{");
  writer.line("  \"targets\": {");
  writer.line("    " + json_text(answers.target) + ": {");
  writer.members("targets.*", "      ");
  writer.line("    }");
  writer.line("  }");
  writer.line("}");
  return writer.take();
}

}  // namespace helper::config
