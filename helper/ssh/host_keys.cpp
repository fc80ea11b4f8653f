#include "ssh/host_keys.hpp"

#include "base/fd.hpp"
#include "base/log.hpp"
#include "base/shell.hpp"

#include <cerrno>
#include <cstring>
#include <fcntl.h>
#include <filesystem>
#include <memory>
#include <sys/stat.h>
#include <unistd.h>

namespace helper::ssh {

namespace {

struct ServerKey {
  std::string type;
  std::string base64;
  std::string fingerprint;  // "SHA256:..."
};

using KeyPtr = std::unique_ptr<ssh_key_struct, decltype(&ssh_key_free)>;
using TextPtr = std::unique_ptr<char, decltype(&ssh_string_free_char)>;

Result<ServerKey> server_key(const std::string& name, ssh_session session) {
  const auto unreadable = [&] { return fail(ErrorCode::server_host_key, name, "its host key cannot be read"); };
  ssh_key raw_key = nullptr;
  if (ssh_get_server_publickey(session, &raw_key) != SSH_OK) return unreadable();
  const KeyPtr key(raw_key, ssh_key_free);
  char* raw_text = nullptr;
  if (ssh_pki_export_pubkey_base64(key.get(), &raw_text) != SSH_OK) return unreadable();
  const TextPtr base64(raw_text, ssh_string_free_char);
  unsigned char* hash = nullptr;
  std::size_t length = 0;
  if (ssh_get_publickey_hash(key.get(), SSH_PUBLICKEY_HASH_SHA256, &hash, &length) != 0) return unreadable();
  const TextPtr fingerprint(ssh_get_fingerprint_hash(SSH_PUBLICKEY_HASH_SHA256, hash, length), ssh_string_free_char);
  ssh_clean_pubkey_hash(&hash);
  if (!fingerprint) return unreadable();
  return ServerKey{ssh_key_type_to_char(ssh_key_type(key.get())), base64.get(), fingerprint.get()};
}

std::string place(const KnownHostEntry& entry) { return entry.file + ":" + std::to_string(entry.line); }

tl::unexpected<Error> refuse_changed(const HostConfig& host, const ServerKey& key, const KnownHostEntry& entry) {
  return fail(ErrorCode::server_host_key, host.alias,
              "its host key is not the one in " + place(entry) + " (it shows " + key.type + " " + key.fingerprint +
                  "): the server was set up again, or someone is in between",
              "if the server's administrator confirms the new key: " +
                  shell::quote({"ssh-keygen", "-f", entry.file, "-R", lookup_name(host)}));
}

// What OpenSSH, if it was asked, says about a key that it does not know.
std::string said(const std::optional<HostKeyCheck>& check) {
  return check && !check->words.empty() ? "OpenSSH, which was asked too, says: " + check->words : std::string();
}

tl::unexpected<Error> refuse_unknown(const HostConfig& host, const ServerKey& key, const std::string& why,
                                     const std::optional<HostKeyCheck>& check) {
  const std::string words = said(check);
  return fail(ErrorCode::server_host_key, host.alias,
              "its host key (" + key.type + " " + key.fingerprint + ") is not known, and " + why +
                  (words.empty() ? "" : ". " + words),
              "connect once by hand, comparing the fingerprint: " + ssh_by_hand(host.alias));
}

tl::unexpected<Error> cannot_look_for_revocation(const HostConfig& host, const std::optional<HostKeyCheck>& check) {
  const bool saw_another = check && !check->fingerprint.empty();
  return fail(ErrorCode::server_host_key, host.alias,
              saw_another ? "it shows OpenSSH another host key (" + check->fingerprint + ") than helper"
                          : "OpenSSH could not see whether its host key is in RevokedHostKeys: " +
                                (check ? check->words : std::string("it said nothing")),
              "check with: " + ssh_by_hand(host.alias, {"-v"}, "true"));
}

Result<void> ask(const HostConfig& host, const ServerKey& key, const std::vector<std::string>& details,
                 const std::optional<HostKeyCheck>& check, const ConnectOptions& options, const std::stop_token& stop) {
  if (!options.prompter) return refuse_unknown(host, key, "there is nobody to ask", check);
  Question question{Question::Kind::confirm, "Trust this key and connect to " + host.alias + "?", details};
  auto answer = options.prompter->ask(question, stop);
  if (!answer && answer.error().code == ErrorCode::not_ready)
    return refuse_unknown(host, key, "there is nobody to ask", check);
  if (!answer) return fail(std::move(answer).error());
  if (*answer != "yes") return refuse_unknown(host, key, "it was not confirmed", check);
  return {};
}

Result<void> keep(const HostConfig& host, const ServerKey& key) {
  for (const auto& file : host.user_known_hosts) {
    if (file.empty() || file == "none" || file == "/dev/null") continue;
    log_info("{}: host key {} {} added to {}", host.alias, key.type, key.fingerprint, file);
    return append_known_host(file, lookup_name(host) + " " + key.type + " " + key.base64);
  }
  return {};
}

tl::unexpected<Error> cannot_write(const std::string& file) {
  return fail(ErrorCode::file_failed, file, std::string("cannot be written (") + std::strerror(errno) + ")",
              "look at its owner and mode: ls -ld " + shell::quote(file));
}

}  // namespace

Result<void> append_known_host(const std::string& file, const std::string& line) {
  const std::filesystem::path folder = std::filesystem::path(file).parent_path();
  if (!folder.empty() && ::mkdir(folder.c_str(), 0700) != 0 && errno != EEXIST) return cannot_write(folder.string());
  const Fd fd(::open(file.c_str(), O_RDWR | O_APPEND | O_CREAT | O_CLOEXEC, 0600));
  if (!fd) return cannot_write(file);
  struct stat info {};
  if (::fstat(fd.get(), &info) != 0) return cannot_write(file);
  char last = '\n';
  if (info.st_size > 0 && ::pread(fd.get(), &last, 1, info.st_size - 1) != 1) return cannot_write(file);
  const std::string bytes = (last == '\n' ? "" : "\n") + line + "\n";
  // One write, so that two processes that append at the same time do not mix their lines.
  const ssize_t written = ::write(fd.get(), bytes.data(), bytes.size());
  if (written == static_cast<ssize_t>(bytes.size())) return {};
  if (written >= 0) {  // a disk that filled up: remove the incomplete line
    errno = ENOSPC;
    static_cast<void>(::ftruncate(fd.get(), info.st_size) == 0);
    errno = ENOSPC;
  }
  return cannot_write(file);
}

Result<void> check_host_key(const HostConfig& host, const KnownHosts& known, const std::optional<HostKeyCheck>& check,
                            const ConnectOptions& options, ssh_session session, const std::stop_token& stop) {
  HELPER_TRY_ASSIGN(const ServerKey key, server_key(host.alias, session));
  auto judgement = known.judge(key.type, key.base64);
  const bool was_seen = check && check->fingerprint == key.fingerprint;
  // A list of revoked keys is OpenSSH's to read, and only of the key that it saw does it say anything.
  if (host.revokes_host_keys && judgement.verdict != KeyVerdict::revoked && !was_seen)
    return cannot_look_for_revocation(host, check);
  if (was_seen && check->verdict == HostKeyCheck::Verdict::accepted && judgement.verdict != KeyVerdict::revoked)
    judgement.verdict = KeyVerdict::known;
  const std::string& strict = host.strict_host_key_checking;
  std::vector<std::string> details{"The host key of " + lookup_name(host) + " is not known yet.",
                                   key.type + " key, fingerprint " + key.fingerprint};
  if (const std::string words = said(check); !words.empty()) details.push_back(words);
  switch (judgement.verdict) {
    case KeyVerdict::known:
      return {};
    case KeyVerdict::revoked:
      return fail(ErrorCode::server_host_key, host.alias,
                  "its host key is marked @revoked in " + place(judgement.entry),
                  "ask the server's administrator; the key " + key.fingerprint + " must not be trusted");
    case KeyVerdict::changed:
      return refuse_changed(host, key, judgement.entry);
    case KeyVerdict::other_type:
      // An attacker could offer just the type that nobody has on file, so this is never accepted without a person's
      // word.
      details.push_back("A key of another type (" + judgement.entry.type + ") is on file in " + place(judgement.entry) +
                        ", and the server no longer shows it.");
      if (strict == "yes" || strict == "true") return refuse_changed(host, key, judgement.entry);
      HELPER_TRY(ask(host, key, details, check, options, stop));
      return keep(host, key);
    case KeyVerdict::unknown:
      break;
  }
  if (strict == "yes" || strict == "true") return refuse_unknown(host, key, "StrictHostKeyChecking is on", check);
  // "no" would let a changed key pass: here it means no more than accept-new.
  const bool accept_new = strict == "accept-new" || strict == "no" || strict == "off" || strict == "false";
  if (!accept_new) HELPER_TRY(ask(host, key, details, check, options, stop));
  return keep(host, key);
}

}  // namespace helper::ssh
