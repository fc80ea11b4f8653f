#include "engine/look_session.hpp"

#include "base/shell.hpp"
#include "base/text.hpp"
#include "engine/act_run.hpp"
#include "engine/look.hpp"
#include "engine/sections.hpp"

#include <charconv>

namespace helper::engine {
namespace {

constexpr Milliseconds k_limit = std::chrono::seconds(60);
constexpr std::size_t k_max_line = 200;

// The files are those of bash(1) when sshd starts it, zsh(1), csh(1), tcsh(1), fish(1), and of sshd(8). `alone` runs a
// shell without any of its start files.
constexpr const char* k_script = R"sh(
# The accounts as sshd sees them, where it has its own copy.
entry=$(grep -hs "^$user:" /dev/helper/run/passwd /dev/helper/user/passwd | head -n 1)
[ -n "$entry" ] || entry=$(getent passwd "$user" 2>/dev/null || grep "^$user:" /etc/passwd 2>/dev/null)
IFS=: read -r _ _ uid _ _ home shell <<EOF
$entry
EOF
sec shell 0
printf '%s\n' "${shell:-/bin/sh}"
for file in /etc/nologin /run/nologin; do
  [ -e "$file" ] || continue
  sec nologin 0
  printf '%s\n' "$file"
  [ ! -r "$file" ] || head -n 1 "$file"
  break
done
sec rights 0
printf '%s\n' "${uid:-0}"
for folder in /dev/helper/run /dev/helper/user; do
  [ -e "$folder/authorized_keys" ] || continue
  stat -c '%a %u %n' "$folder/authorized_keys" "$folder" /dev/helper /dev 2>/dev/null
done
[ -n "$home" ] && [ -d "$home" ] && cd "$home" 2>/dev/null
HOME=${home:-/}; export HOME
unset BASH_ENV ENV SSH_CLIENT SSH_CONNECTION
found=''
mark=helper-goes-on
# FILE COMMAND SHELL...: the shell reads the file, as COMMAND says, and goes on.
starts() {
  [ -z "$found" ] || return 0
  file=$1 read_it=$2; shift 2
  [ -r "$file" ] || return 0
  said=$(limited_to 5 "$@" "$read_it; echo $mark" </dev/null 2>/dev/null)
  case $said in
    *"$mark") ;;
    *) sec ends 0; printf '%s\n' "$file" ;;
  esac
  told "$file" "$(printf '%s\n' "${said%"$mark"}" | grep -m 1 .)"
}
noise() {
  [ -z "$found" ] && [ -r "$1" ] || return 0
  told "$1" "$(limited_to 5 sh "$1" </dev/null 2>/dev/null | grep -m 1 .)"
}
told() {
  file=$1 said=$2
  [ -n "$said" ] || return 0
  found=$file
  sec noise 0
  printf '%s\n%s\n' "$file" "$said"
}
case ${shell##*/} in
  bash)
    for each in "$bash_env" /etc/bash.bashrc /etc/bashrc "$HOME/.bashrc"; do starts "$each" ". '$each'" "$shell" --norc --noprofile -c; done ;;
  zsh)
    for each in /etc/zsh/zshenv /etc/zshenv "$HOME/.zshenv"; do starts "$each" ". '$each'" "$shell" -f -c; done ;;
  csh | tcsh)
    for each in /etc/csh.cshrc /etc/csh/csh.cshrc "$HOME/.tcshrc" "$HOME/.cshrc"; do starts "$each" "source '$each'" "$shell" -f -c; done ;;
  fish)
    for each in /etc/fish/conf.d/*.fish /etc/fish/config.fish "$HOME"/.config/fish/conf.d/*.fish "$HOME/.config/fish/config.fish"; do
      starts "$each" "source '$each'" "$shell" --no-config -c
    done ;;
esac
noise "$HOME/.ssh/rc"
noise /etc/ssh/sshrc
sec end 0
)sh";

std::string line_at(const std::vector<std::string>& lines, std::size_t index) {
  return index < lines.size() ? printable(trimmed(lines[index]), k_max_line) : std::string();
}

// StrictModes (sshd_config(5), misc.c's safe_path): each belongs to root or the user, and nobody else may write.
bool is_loose(const std::vector<std::string>& fields, const std::string& uid) {
  unsigned mode = 0;
  const auto [end, error] = std::from_chars(fields[0].data(), fields[0].data() + fields[0].size(), mode, 8);
  if (error != std::errc()) return false;
  return (mode & 022U) != 0 || (fields[1] != "0" && fields[1] != uid);
}

}  // namespace

std::string session_script(const std::string& user, const std::string& nonce) {
  return section_function(nonce) + "bash_env=$BASH_ENV\nuser=" + shell::quote(user) + "\n" +
         std::string(look_limits()) + k_script;
}

void read_session(std::string_view text, const std::string& nonce, plan::SessionTry& tried) {
  const auto sections = parse_sections(text, nonce);
  tried.shell = line_at(lines_of(sections, "shell"), 0);
  const auto nologin = lines_of(sections, "nologin");
  tried.nologin = line_at(nologin, 0);
  const auto rights = lines_of(sections, "rights");
  for (std::size_t i = 1; i < rights.size() && tried.loose.empty(); ++i) {
    const auto fields = split(rights[i], ' ');
    if (fields.size() == 3 && is_loose(fields, rights[0])) tried.loose = printable(fields[2], k_max_line);
  }
  tried.ending_file = line_at(lines_of(sections, "ends"), 0);
  const auto noise = lines_of(sections, "noise");
  tried.noisy_file = line_at(noise, 0);
  tried.noisy_line = tried.nologin.empty() || tried.command ? line_at(noise, 1) : line_at(nologin, 1);
}

Result<void> look_at_session(CommandRunner& server, const EngineCli& cli, const std::string& container,
                             const std::string& user, plan::SessionTry& tried, const std::stop_token& stop) {
  const std::string nonce = make_nonce();
  const std::string choose =
      "b=/dev/helper/ssh/bin/busybox; if [ -x $b ]; then exec $b sh -c \"$0\"; else eval \"$0\"; fi";
  const auto argv =
      cli.argv({"exec", "--user", user, "--", container, "sh", "-c", choose, session_script(user, nonce)});
  HELPER_TRY_ASSIGN(const auto output, server.run(command(argv, k_limit), stop));
  read_session(output.out, nonce, tried);
  return {};
}

}  // namespace helper::engine
