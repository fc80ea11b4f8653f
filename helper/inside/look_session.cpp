#include "inside/look_session.hpp"

#include "base/sections.hpp"
#include "base/shell.hpp"
#include "base/text.hpp"
#include "inside/scripts.hpp"

#include <charconv>

namespace helper::inside {
namespace {

constexpr Milliseconds k_limit = std::chrono::seconds(60);
constexpr std::size_t k_max_line = 200;

std::string line_at(const std::vector<std::string>& lines, std::size_t index) {
  return index < lines.size() ? printable(trimmed(lines[index]), k_max_line) : std::string();
}

// StrictModes (sshd_config(5), misc.c's safe_path): each belongs to root or the user, and nobody else may write.
void look_at_rights(const std::vector<std::string>& fields, const std::string& uid, plan::SessionTry& tried) {
  unsigned mode = 0;
  std::uint32_t owner = 0;
  const auto number = [](const std::string& text, auto& value, int base) {
    return std::from_chars(text.data(), text.data() + text.size(), value, base).ec == std::errc();
  };
  if (!number(fields[0], mode, 8) || !number(fields[1], owner, 10)) return;
  const bool is_anothers = owner != 0 && fields[1] != uid;
  if (!is_anothers && (mode & 022U) == 0) return;
  tried.loose = printable(fields[2], k_max_line);
  if (is_anothers) tried.loose_owner = std::to_string(owner);
}

}  // namespace

std::string session_script(const std::string& user, const std::vector<std::string>& folders, const std::string& nonce) {
  return script_begin(nonce) + "bash_env=$BASH_ENV\n" + shell::assign("user", user) +
         shell::assign("folders", joined(folders, " ")) + std::string(scripts::look_session);
}

void read_session(std::string_view text, const std::string& nonce, plan::SessionTry& tried) {
  const auto sections = parse_sections(text, nonce);
  tried.shell = line_at(lines_of(sections, "shell"), 0);
  const auto nologin = lines_of(sections, "nologin");
  tried.nologin = line_at(nologin, 0);
  const auto rights = lines_of(sections, "rights");
  for (std::size_t i = 1; i < rights.size() && tried.loose.empty(); ++i) {
    const auto fields = split(rights[i], ' ');
    if (fields.size() == 3) look_at_rights(fields, rights[0], tried);
  }
  tried.ending_file = line_at(lines_of(sections, "ends"), 0);
  tried.reading_file = line_at(lines_of(sections, "reads"), 0);
  const auto noise = lines_of(sections, "noise");
  tried.noisy_file = line_at(noise, 0);
  tried.noisy_line = tried.nologin.empty() || tried.command ? line_at(noise, 1) : line_at(nologin, 1);
}

Result<void> look_at_session(CommandRunner& server, const Place& place, const std::vector<std::string>& folders,
                             plan::SessionTry& tried, const std::stop_token& stop) {
  const std::string nonce = make_nonce();
  const std::string script = session_script(place.user, folders, nonce);
  HELPER_TRY_ASSIGN(const auto output, server.run({script_line(place, As::user, script) + " </dev/null",
                                                   {},
                                                   k_limit,
                                                   {},
                                                   summary_of(place, "look at its logins")},
                                                  stop));
  read_session(output.out, nonce, tried);
  return {};
}

}  // namespace helper::inside
