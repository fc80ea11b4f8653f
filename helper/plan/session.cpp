#include "plan/session.hpp"

#include "base/digest.hpp"
#include "base/shell.hpp"
#include "plan/draft.hpp"

#include <algorithm>

namespace helper::plan {
namespace {

constexpr std::string_view k_refused = "Permission denied";
constexpr int k_own_failure = 255;  // ssh(1), EXIT STATUS: of ssh itself, and not of the command

// A shell that is there to refuse (nologin(8), false(1)).
bool refuses(const std::string& shell) {
  const auto name = shell.substr(shell.rfind('/') + 1);
  return name == "nologin" || name == "false" || name == "true" || name == "sync" || name == "halt" ||
         name == "shutdown";
}

std::string quoted(const std::string& line) { return line.empty() ? std::string("nothing") : "\"" + line + "\""; }

std::string inside_command(const Observed& observed, const Desired& desired, const std::string& command) {
  return "on the server: " + observed.place.current.value_or(Place{}).by_hand + " " + command +
         "; then: helper ensure " + desired.target.name;
}

// How a start file of that shell prints nothing where no person sees it.
std::string quiet(const std::string& file) {
  const std::string how = file.ends_with(".fish")           ? "status is-interactive; or exit"
                          : file.ends_with("zshenv")        ? "[[ -o interactive ]] || return"
                          : file.find("cshrc") != file.npos ? "if ( ! $?prompt ) exit"
                          : file.ends_with("rc") && file.find(".ssh/") == file.npos && file.find("sshrc") == file.npos
                              ? "case $- in *i*) ;; *) return ;; esac"
                              : std::string();
  return how.empty() ? "let " + file + " print nothing" : "let " + file + " print nothing, or begin it with: " + how;
}

}  // namespace

std::optional<Error> key_problem(const LocalKey& key) {
  const std::string file = shell::quote(key.private_file);
  if (key.open_to_others && !key.in_agent) {
    return Error{ErrorCode::file_failed, key.private_file,
                 "other users may read this private key, so ssh does not use it (UNPROTECTED PRIVATE KEY FILE)",
                 "chmod 600 " + file};
  }
  if (key.is_another) {
    const std::string beside = shell::quote(key.private_file + ".pub");
    return Error{ErrorCode::file_failed, key.private_file + ".pub", "it is not the public half of " + key.private_file,
                 "keep it aside and write it again: mv -i " + beside + " " +
                     shell::quote(key.private_file + ".pub.old") + " && ssh-keygen -y -f " + file + " > " + beside};
  }
  return std::nullopt;
}

std::string why_untried(const LocalKey& key) {
  if (key.public_line.starts_with("sk-"))
    return "the key " + key.private_file + " is on a security key, which wants a touch for each session";
  if (key.has_passphrase && !key.in_agent)
    return "the key " + key.private_file + " has a passphrase, and no agent holds the key; with one, ssh-add it";
  return {};
}

bool shows_another_key(const Observed& observed, std::uint16_t local_port) {
  const auto tunnel = std::ranges::find(observed.local.tunnels, local_port, &Tunnel::local_port);
  const auto keys = host_keys(observed);
  if (tunnel == observed.local.tunnels.end() || keys.empty()) return false;
  return std::ranges::any_of(tunnel->host_keys,
                             [&](const auto& key) { return std::ranges::find(keys, key) == keys.end(); });
}

std::string proven_server(const Observed& observed, std::uint16_t local_port, const std::string& before,
                          const std::string& proven) {
  if (!observed.place.inside) return {};
  const std::string& now = observed.place.inside->ssh_server;
  if (now == proven) return proven;
  const auto tunnel = std::ranges::find(observed.local.tunnels, local_port, &Tunnel::local_port);
  const bool shown =
      tunnel != observed.local.tunnels.end() && !tunnel->host_keys.empty() && !host_keys(observed).empty();
  return shown && now == before && !shows_another_key(observed, local_port) ? now : std::string();
}

std::string session_key(const Desired& desired, const Observed& observed) {
  if (!observed.server.container || !observed.place.inside || !observed.local.key ||
      observed.place.inside->sshd_fingerprint.empty())
    return {};
  Fingerprint fingerprint;
  for (const auto& text :
       {observed.server.container->id, observed.server.container->started_at, desired.target.ssh.user,
        observed.place.inside->sshd_fingerprint, observed.place.inside->login, observed.local.key->private_file,
        observed.local.key->public_line, why_untried(*observed.local.key)}) {
    fingerprint.add(text);
  }
  return fingerprint.hex();
}

std::string session_note(const Desired& desired, const Observed& observed) {
  if (observed.local.session && observed.local.session->works() && observed.local.session->no_home) {
    const std::string& home = observed.place.inside ? observed.place.inside->user_home : std::string();
    return "user " + desired.target.ssh.user + " cannot write into the home folder" + (home.empty() ? "" : " " + home) +
           ", where PyCharm, Gateway and VS Code keep what they bring: give the user a home folder in the image, mount "
           "a "
           "volume there, or set another user in helper.json: \"ssh\": {\"user\": ...}";
  }
  if (!observed.local.session || observed.local.session->works() || !observed.local.key) return {};
  if (const auto why = why_untried(*observed.local.key); !why.empty()) return "no SSH session was tried: " + why;
  if (!observed.local.session->undecided || !observed.local.session->ending_file.empty()) return {};
  return "it is not known whether an SSH session works: " + observed.local.session->words +
         "; where your agent asks for a confirmation, give it, then: helper ensure " + desired.target.name;
}

std::optional<Error> session_problem(const Desired& desired, const Observed& observed) {
  if (!observed.local.session || observed.local.session->works()) return std::nullopt;
  const SessionTry& tried = *observed.local.session;
  const std::string& user = desired.target.ssh.user;
  const auto problem = [&](std::string cause, std::string fix) {
    return Error{ErrorCode::inside_failed, "SSH session of " + user + " in container " + desired.target.container.name,
                 std::move(cause), std::move(fix)};
  };
  const std::string again = "; then: helper ensure " + desired.target.name;
  if (!tried.command) {
    if (!tried.nologin.empty() && user != "root") {
      return problem(
          "the file " + tried.nologin + " lets only root log in; it says " + quoted(tried.noisy_line),
          inside_command(observed, desired, shell::quote({"mv", "-n", tried.nologin, tried.nologin + ".off"})));
    }
    if (!tried.loose_owner.empty()) {
      return problem(tried.loose + " belongs to user id " + tried.loose_owner + ", who is neither root nor " + user +
                         ", so sshd does not trust the keys below it",
                     inside_command(observed, desired, shell::quote({"chown", "0:0", tried.loose})));
    }
    if (!tried.loose.empty()) {
      return problem("other users may change " + tried.loose + ", so sshd does not trust the keys in it",
                     inside_command(observed, desired, "chmod go-w " + shell::quote(tried.loose)));
    }
    const bool was_tried = !observed.local.key || why_untried(*observed.local.key).empty();
    const bool is_kept_out = tried.words.find(k_refused) != std::string::npos;
    if (!is_kept_out && !tried.ending_file.empty()) {
      return problem(tried.ending_file + " ends the shell, or waits for something, before any command runs",
                     "in the container, correct " + tried.ending_file + again);
    }
    const bool never_got_in = tried.undecided || (tried.exit_status == k_own_failure && tried.stray.empty());
    if (refuses(tried.shell) || (was_tried && !tried.shell.empty() && !is_kept_out && !never_got_in)) {
      const std::string& said = tried.stray.empty() ? tried.words : tried.stray;
      return problem("its shell " + tried.shell + " runs no command; it says " + quoted(said),
                     "give " + user + " a shell such as /bin/sh in /etc/passwd of the image, or set \"ssh\": " +
                         "{\"user\": ...} in helper.json to a user that has one" + again);
    }
    if (!was_tried) return std::nullopt;
    if (is_kept_out && !tried.undecided) {
      return problem("sshd refuses the key " + (observed.local.key ? observed.local.key->private_file : std::string()) +
                         ": " + tried.words,
                     "helper restart " + desired.target.name);
    }
    if (!tried.undecided) {
      return problem("ssh could not connect through the tunnel, or lost its connection; it says " + quoted(tried.words),
                     "try again: helper ensure " + desired.target.name);
    }
  }
  if (!tried.noisy_file.empty()) {
    return problem(tried.noisy_file + " prints " + quoted(tried.noisy_line) +
                       " in every session, which sftp, scp and IDEs take for data",
                   "in the container, " + quiet(tried.noisy_file) + again);
  }
  if (!tried.reading_file.empty()) {
    return problem(
        tried.reading_file + " reads what every session is sent, which sftp, scp and IDEs send to their server",
        "in the container, let what " + tried.reading_file + " runs read </dev/null" + again);
  }
  if (!tried.stray.empty()) {
    return problem("something that a login of its shell " + tried.shell + " reads prints " + quoted(tried.stray) +
                       " in every session, which sftp, scp and IDEs take for data",
                   "find it in the start files of " + tried.shell + ", and let it print nothing" + again);
  }
  if (tried.undecided) return std::nullopt;
  return problem("commands work, and sftp does not: " + tried.words, "helper restart " + desired.target.name);
}

}  // namespace helper::plan
