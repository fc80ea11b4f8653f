#include "ssh/certificate.hpp"

#include "base/digest.hpp"
#include "base/files.hpp"
#include "base/text.hpp"
#include "ssh/fields.hpp"

#include <algorithm>
#include <array>
#include <ctime>

namespace helper::ssh {
namespace {

constexpr std::string_view k_suffix = "-cert-v01@openssh.com";
constexpr std::uint32_t k_for_users = 1;

// Plain type and how many fields its public half has.
struct Form {
  std::string_view certificate;
  std::string_view plain;
  int fields;
};
constexpr std::array<Form, 7> k_forms{{
    {"ssh-ed25519-cert-v01@openssh.com", "ssh-ed25519", 1},
    {"ssh-rsa-cert-v01@openssh.com", "ssh-rsa", 2},
    {"ecdsa-sha2-nistp256-cert-v01@openssh.com", "ecdsa-sha2-nistp256", 2},
    {"ecdsa-sha2-nistp384-cert-v01@openssh.com", "ecdsa-sha2-nistp384", 2},
    {"ecdsa-sha2-nistp521-cert-v01@openssh.com", "ecdsa-sha2-nistp521", 2},
    {"sk-ssh-ed25519-cert-v01@openssh.com", "sk-ssh-ed25519@openssh.com", 2},
    {"sk-ecdsa-sha2-nistp256-cert-v01@openssh.com", "sk-ecdsa-sha2-nistp256@openssh.com", 3},
}};

std::string_view word(std::string_view text, int number) {
  for (; number >= 0; --number) {
    text.remove_prefix(std::min(text.find_first_not_of(" \t\r\n"), text.size()));
    const std::size_t end = std::min(text.find_first_of(" \t\r\n"), text.size());
    if (number == 0) return text.substr(0, end);
    text.remove_prefix(end);
  }
  return {};
}

std::string when(std::uint64_t seconds) {
  constexpr std::uint64_t k_last = 253'402'300'799;  // of the year 9999
  const auto time = static_cast<std::time_t>(std::min(seconds, k_last));
  std::tm parts{};
  std::array<char, 32> text{};
  if (::gmtime_r(&time, &parts) == nullptr) return "an unknown date";
  return {text.data(), std::strftime(text.data(), text.size(), "%Y-%m-%d %H:%M UTC", &parts)};
}

}  // namespace

std::optional<Certificate> parse_certificate(std::string_view text) {
  const std::string_view type = word(text, 0);
  if (!type.ends_with(k_suffix)) return std::nullopt;
  const auto* form = std::ranges::find(k_forms, type, &Form::certificate);
  auto blob = decode_base64(word(text, 1));
  if (form == k_forms.end() || !blob) return std::nullopt;
  Certificate certificate;
  std::string_view rest = *blob;
  if (take_string(rest) != std::string(type) || !take_string(rest)) return std::nullopt;  // and a nonce
  certificate.plain = string_field(form->plain);
  for (int i = 0; i < form->fields; ++i) {
    const auto field = take_string(rest);
    if (!field) return std::nullopt;
    certificate.plain += string_field(*field);
  }
  const auto serial = take_number<std::uint64_t>(rest);
  const auto role = take_number<std::uint32_t>(rest);
  const auto id = take_string(rest);
  const auto principals = take_string(rest);
  const auto after = take_number<std::uint64_t>(rest);
  const auto before = take_number<std::uint64_t>(rest);
  if (!serial || !role || !id || !principals || !after || !before) return std::nullopt;
  for (std::string_view names = *principals; !names.empty();) {
    auto name = take_string(names);
    if (!name) return std::nullopt;
    certificate.principals.push_back(std::move(*name));
  }
  certificate.for_users = *role == k_for_users;
  certificate.valid_after = *after;
  certificate.valid_before = *before;
  certificate.blob = std::move(*blob);
  return certificate;
}

std::optional<Certificate> read_certificate(const std::string& file) {
  DiskFileStore files;
  const auto text = files.read(file);
  if (!text || !*text) return std::nullopt;
  auto certificate = parse_certificate(**text);
  if (!certificate || !certificate->for_users) return std::nullopt;
  certificate->file = file;
  return certificate;
}

std::string certificate_problem(const Certificate& certificate, const std::string& user, std::uint64_t now) {
  if (now >= certificate.valid_before) return "it expired on " + when(certificate.valid_before);
  if (now < certificate.valid_after) return "it is not valid before " + when(certificate.valid_after);
  if (certificate.principals.empty() || std::ranges::find(certificate.principals, user) != certificate.principals.end())
    return {};
  std::string names;
  for (const auto& name : certificate.principals) names += (names.empty() ? "" : ", ") + printable(name, 100);
  return "it is for " + names + ", and not for " + user;
}

}  // namespace helper::ssh
