// A Certificate is what an authority has signed about a person's key, as OpenSSH writes it beside the key
// (FILE-cert.pub) and CertificateFile names it. Pure but for read_certificate. PROTOCOL.certkeys of OpenSSH is the
// format; the server judges the signature.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace helper::ssh {

struct Certificate {
  std::string file;
  std::string blob;   // as it is sent on the wire
  std::string plain;  // the key that it is about, as that is sent on the wire
  bool for_users = false;
  std::vector<std::string> principals;  // none: any
  std::uint64_t valid_after = 0;        // seconds since 1970
  std::uint64_t valid_before = 0;
  friend bool operator==(const Certificate&, const Certificate&) = default;
};

// The text of a file that holds one: "TYPE BASE64 comment". nullopt for anything else.
[[nodiscard]] std::optional<Certificate> parse_certificate(std::string_view text);

// nullopt when the file is not there, or holds no certificate for users.
[[nodiscard]] std::optional<Certificate> read_certificate(const std::string& file);

// What a server that refuses it may have against it: "it expired on 2026-01-31 10:00 UTC"; "" when nothing is known.
[[nodiscard]] std::string certificate_problem(const Certificate& certificate, const std::string& user,
                                              std::uint64_t now);

}  // namespace helper::ssh
