#include "plan/session_env.hpp"

#include "base/shell.hpp"
#include "config/values.hpp"

#include <algorithm>
#include <cctype>

namespace helper::plan {
namespace {

bool has_line_end(const std::string& entry) { return entry.find_first_of("\r\n") != std::string::npos; }

std::string name_of(const std::string& entry) { return entry.substr(0, entry.find('=')); }

// What Docker and Podman set when neither image nor config does; inspecting the container does not show it.
constexpr const char* k_engines_path = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";

// "" when there is none.
std::string value_in(const std::vector<std::string>& env, const std::string& name) {
  const auto at = std::ranges::find(env, name, name_of);
  if (at == env.end()) return name == "PATH" ? k_engines_path : "";
  return at->size() == name.size() ? std::string() : at->substr(name.size() + 1);
}

bool is_shell_name(const std::string& name) {
  return !name.empty() && std::isdigit(static_cast<unsigned char>(name.front())) == 0 &&
         std::ranges::all_of(name, [](unsigned char c) { return std::isalnum(c) != 0 || c == '_'; });
}

}  // namespace

std::vector<EnvPiece> env_pieces(std::string_view value) {
  constexpr std::string_view k_begin = "${containerEnv:";
  std::vector<EnvPiece> pieces;
  std::size_t from = 0;
  for (std::size_t at = value.find(k_begin); at != std::string_view::npos; at = value.find(k_begin, at + 1)) {
    const std::size_t name = at + k_begin.size();
    const std::size_t end = value.find('}', name);
    if (end == std::string_view::npos) break;
    if (config::check_env_name(value.substr(name, end - name))) continue;
    if (at > from) pieces.push_back({std::string(value.substr(from, at - from)), false});
    pieces.push_back({std::string(value.substr(name, end - name)), true});
    from = end + 1;
  }
  if (from < value.size()) pieces.push_back({std::string(value.substr(from)), false});
  return pieces;
}

std::vector<std::string> not_carried(const std::vector<std::string>& env) {
  std::vector<std::string> names;
  for (const auto& entry : env) {
    if (has_line_end(entry)) names.push_back(name_of(entry));
  }
  return names;
}

std::string set_env_line(const std::vector<std::string>& env) {
  std::string line;
  for (const auto& entry : env) {
    if (has_line_end(entry) || entry.find('=') == std::string::npos) continue;
    line += " \"";
    for (const char c : entry) {
      if (c == '"' || c == '\\') line += '\\';
      line += c;
    }
    line += '"';
  }
  return line.empty() ? line : "SetEnv" + line + "\n";
}

std::vector<std::string> session_env(const config::SshConfig& ssh, const std::vector<std::string>& containers) {
  std::vector<std::string> env;
  for (const auto& entry : containers) {
    if (entry == "HOME=/root" && ssh.user != "root") continue;
    if (!ssh.env.contains(entry.substr(0, entry.find('=')))) env.push_back(entry);
  }
  for (const auto& [name, value] : ssh.env) {
    std::string entry = name + "=";
    for (const auto& piece : env_pieces(value)) entry += piece.is_name ? value_in(containers, piece.text) : piece.text;
    env.push_back(std::move(entry));
  }
  return env;
}

std::string profile_text(const std::vector<std::string>& env) {
  std::string text;
  for (const auto& entry : env) {
    const auto name = name_of(entry);
    if (has_line_end(entry) || !is_shell_name(name) || entry.size() == name.size()) continue;
    text += "export " + name + "=" + shell::quote(entry.substr(name.size() + 1)) + "\n";
  }
  return text;
}

}  // namespace helper::plan
