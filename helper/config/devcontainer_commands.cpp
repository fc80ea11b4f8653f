// The commands of a devcontainer.json as lines of sh.
#include "base/shell.hpp"
#include "config/devcontainer_draft.hpp"

namespace helper::config {
namespace {

using Type = JsonNode::Type;

constexpr std::string_view k_container_env = "${containerEnv:";

// In sh the container's variables are the shell's own.
std::string with_shell_variables(std::string text) {
  for (std::size_t at = text.find(k_container_env); at != std::string::npos; at = text.find(k_container_env, at)) {
    text.replace(at, k_container_env.size(), "${");
  }
  return text;
}

bool is_blank(const std::string& text) { return text.find_first_not_of(" \t\r\n") == std::string::npos; }

// A string is a line of sh, a list a command with its words as they are; nullopt: there is nothing to run.
Result<std::optional<std::string>> one_command(DevcontainerDraft& draft, const JsonNode& node, const std::string& key) {
  if (node.type == Type::text) {
    HELPER_TRY_ASSIGN(auto line, draft.text(node, key, true));
    if (!line || is_blank(*line)) return std::nullopt;
    return with_shell_variables(std::move(*line));
  }
  if (node.type != Type::array) return draft.wrong(node, key, "text in quotes, or a list of texts in [ ]");
  std::vector<std::string> words;
  for (std::size_t i = 0; i < node.items.size(); ++i) {
    HELPER_TRY_ASSIGN(auto word, draft.text(node.items[i], item_key(key, i), true));
    if (!word) return std::nullopt;
    if (word->find(k_container_env) != std::string::npos) {
      draft.unsupported({item_key(key, i), node.items[i].line,
                         "no shell runs this list, and so none knows the container's variables",
                         "write the command as one text"});
    }
    words.push_back(std::move(*word));
  }
  if (words.empty()) return std::nullopt;
  return shell::quote(words);
}

// All at once; fails when one of them does, once all have ended.
std::string parallel(const std::vector<std::string>& lines) {
  std::string text = "pids=\n";
  for (const std::string& line : lines) text += "sh -c " + shell::quote(line) + " & pids=\"$pids $!\"\n";
  return text + "status=0\nfor pid in $pids; do wait \"$pid\" || status=$?; done\nexit \"$status\"";
}

Result<void> read_command(DevcontainerDraft& draft, std::string_view row, const JsonNode& node,
                          const std::string& key) {
  if (node.type != Type::object) {
    HELPER_TRY_ASSIGN(auto line, one_command(draft, node, key));
    if (line) draft.add_text(row, key, node.line, std::move(*line));
    return {};
  }
  std::vector<std::string> lines;
  for (std::size_t i = 0; i < node.items.size(); ++i) {
    HELPER_TRY_ASSIGN(auto line, one_command(draft, node.items[i], member_key(key, node.names[i])));
    if (line) lines.push_back(std::move(*line));
  }
  if (!lines.empty()) draft.add_text(row, key, node.line, lines.size() == 1 ? lines.front() : parallel(lines));
  return {};
}

}  // namespace

Result<void> read_create_command(DevcontainerDraft& draft, const JsonNode& node, const std::string& key) {
  return read_command(draft, "post_create", node, key);
}

Result<void> read_start_command(DevcontainerDraft& draft, const JsonNode& node, const std::string& key) {
  return read_command(draft, "post_start", node, key);
}

}  // namespace helper::config
