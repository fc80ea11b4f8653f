// KnownHosts is what the known_hosts files say about one server, and the judgement of the key that it shows. Pure but
// for read(); sshd(8), "SSH_KNOWN_HOSTS FILE FORMAT", is the format.
#pragma once

#include "base/result.hpp"
#include "ssh/host_config.hpp"

#include <string>
#include <string_view>
#include <vector>

namespace helper::ssh {

// One line that speaks about the server. A line marked @cert-authority has the key of who signs certificates of hosts.
struct KnownHostEntry {
  std::string file;
  std::size_t line = 0;
  bool revoked = false;
  std::string type;    // "ssh-ed25519"
  std::string base64;  // the key
  bool authority = false;
  friend bool operator==(const KnownHostEntry&, const KnownHostEntry&) = default;
};

// The lines of one file that match `name` ("host", "[host]:port" or an alias).
[[nodiscard]] std::vector<KnownHostEntry> matching_entries(std::string_view name, const std::string& file,
                                                           std::string_view text);

// Whether a host name matches one field of patterns: commas, * and ?, ! negates, |1|salt|hash is a hashed name.
[[nodiscard]] bool host_matches(std::string_view name, const std::string& patterns);

// The name under which a server's key is looked up and kept.
[[nodiscard]] std::string lookup_name(const HostConfig& host);

enum class KeyVerdict { known, unknown, other_type, changed, revoked };

class KnownHosts {
 public:
  KnownHosts() = default;
  // `portless` are the lines for the bare host name of a server on another port than 22: they may confirm a key only.
  KnownHosts(std::vector<KnownHostEntry> entries, std::vector<KnownHostEntry> portless);

  [[nodiscard]] static Result<KnownHosts> read(const HostConfig& host);

  struct Judgement {
    KeyVerdict verdict = KeyVerdict::unknown;
    KnownHostEntry entry;  // the line behind it, unless the verdict is `unknown`
  };
  [[nodiscard]] Judgement judge(std::string_view type, std::string_view base64) const;

  // The host key algorithms to ask for, comma separated: that of the `wanted` type ("" for none) first, then those of
  // known keys, so that a server with two keys shows the one that is known.
  [[nodiscard]] std::string algorithms(std::string_view wanted = {}) const;

  // Somebody may vouch for the server's key by a certificate.
  [[nodiscard]] bool has_authorities() const { return has_authorities_; }
  [[nodiscard]] std::vector<KnownHostEntry> revoked() const;

 private:
  std::vector<KnownHostEntry> entries_;
  std::vector<KnownHostEntry> portless_;
  bool has_authorities_ = false;
};

// "SHA256:...", as ssh shows it, of a key in base64; "" for what is none.
[[nodiscard]] std::string fingerprint_of(std::string_view base64);

}  // namespace helper::ssh
