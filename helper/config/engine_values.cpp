// The checks of what is handed to the container engine: image, GPUs, sizes, mounts, ports, limits.
#include "base/digest.hpp"
#include "config/characters.hpp"
#include "config/values.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <filesystem>

namespace helper::config {
namespace {

// The resources of setrlimit(2) as the engine names them.
constexpr std::array<std::string_view, 15> k_ulimits{"core",    "cpu",      "data",   "fsize",      "locks",
                                                     "memlock", "msgqueue", "nice",   "nofile",     "nproc",
                                                     "rss",     "rtprio",   "rttime", "sigpending", "stack"};

// A repository's path: lower case components joined by '/'.
bool is_repository_path(std::string_view path) {
  const std::string first = std::string(k_lower) + std::string(k_digits);
  return std::ranges::all_of(split(path, '/'), [&](std::string_view part) {
    return !part.empty() && all_of(part.substr(0, 1), first) && all_of(part.substr(part.size() - 1), first) &&
           all_of(part, first + "._-");
  });
}

bool is_registry(std::string_view part) {
  return part == "localhost" || part.find_first_of(".:") != std::string_view::npos;
}

bool is_digest(std::string_view text) {
  const std::size_t colon = text.find(':');
  if (colon == std::string_view::npos || colon == 0) return false;
  const std::string_view hex = text.substr(colon + 1);
  return hex.size() >= 32 && hex.size() <= 128 && is_hex(hex) &&
         all_of(text.substr(0, colon), std::string(k_lower) + std::string(k_digits) + "+._-");
}

bool is_tag(std::string_view text) {
  return !text.empty() && text.size() <= 128 && text.front() != '.' && text.front() != '-' &&
         all_of(text, std::string(k_letters) + std::string(k_digits) + "_.-");
}

// "8000" or "8000-8010": how many ports that is; 0 when it is neither.
int port_span(std::string_view text) {
  const auto parts = split(text, '-');
  if (parts.size() > 2) return 0;
  const auto low = parse_port(parts.front());
  const auto high = parse_port(parts.back());
  if (!low || !high || *low > *high) return 0;
  return *high - *low + 1;
}

std::optional<std::int64_t> parse_limit(std::string_view text) {
  if (text == "-1") return -1;
  if (!is_number(text)) return std::nullopt;
  std::int64_t value = 0;
  std::from_chars(text.data(), text.data() + text.size(), value);
  return value;
}

bool is_gpu_device(std::string_view text) {
  if (is_number(text)) return text.size() <= 4;
  const bool uuid = text.starts_with("GPU-") || text.starts_with("MIG-");
  const bool mig = text.find(':') != std::string_view::npos && all_of(text, std::string(k_digits) + ":");
  return (uuid && text.size() <= 128 && all_of(text, std::string(k_letters) + std::string(k_digits) + "-/")) ||
         (mig && text.size() <= 16);
}

}  // namespace

Check check_image(std::string_view text) {
  static const std::string k_form = "write it as `docker images` shows it: NAME:TAG, such as \"centernet:1.2\"";
  if (text.empty()) return Flaw{"is empty", k_form};
  if (text.size() > 512) return flaw(text, "is too long for an image", k_form);
  if (is_digest(text)) return std::nullopt;
  std::string_view name = text;
  if (const std::size_t at = name.find('@'); at != std::string_view::npos) {
    if (!is_digest(name.substr(at + 1))) return flaw(text, "has something after '@' that is not a digest", k_form);
    name = name.substr(0, at);
  }
  const std::size_t slash = name.rfind('/');
  const std::size_t colon = name.find(':', slash == std::string_view::npos ? 0 : slash);
  if (colon != std::string_view::npos) {
    if (!is_tag(name.substr(colon + 1))) return flaw(text, "has something after ':' that is not a tag", k_form);
    name = name.substr(0, colon);
  }
  if (const std::size_t first = name.find('/'); first != std::string_view::npos && is_registry(name.substr(0, first))) {
    if (!all_of(name.substr(0, first), std::string(k_letters) + std::string(k_digits) + ".:-[]")) {
      return flaw(text, "names a registry that no host can be", k_form);
    }
    name = name.substr(first + 1);
  }
  if (is_repository_path(name)) return std::nullopt;
  if (name.find_first_of("ABCDEFGHIJKLMNOPQRSTUVWXYZ") != std::string_view::npos) {
    return flaw(text, "has a capital letter, which no engine takes in an image's name (only in its tag)", k_form);
  }
  return flaw(text, "is not an image's name", k_form);
}

Check check_dockerfile(std::string_view text) {
  static const std::string k_form = "write its path within the context, such as \"docker/Dockerfile\"";
  if (text.empty()) return Flaw{"is empty", k_form};
  if (has_control(text)) return flaw(text, "has a control character in it", k_form);
  if (text.front() == '/')
    return flaw(text, "is an absolute path, and what is outside of the context is not sent", k_form);
  if (text.front() == '-') return flaw(text, "begins like a flag", k_form);
  const bool plain = std::ranges::all_of(
      split(text, '/'), [](std::string_view part) { return !part.empty() && part != "." && part != ".."; });
  if (plain) return std::nullopt;
  return flaw(text, "is not a plain path", k_form);
}

Check check_stage(std::string_view text) {
  if (text.empty() || is_engine_name(text)) return std::nullopt;
  return flaw(text, "is not a stage's name", "write a name that follows AS in the Dockerfile");
}

Check check_gpus(std::string_view text) {
  static const std::string k_form =
      "write \"all\", \"none\", a count such as 2, one GPU as \"device=0\", several as \"0,1\", or \"amd\" or "
      "\"intel\"";
  if (text == "all" || text == "none" || text == "amd" || text == "intel") return std::nullopt;
  if (is_number(text)) {
    if (all_of(text, "0"))
      return flaw(text, "is a count, and a count of 0 gives no GPU",
                  "write \"none\", or \"device=0\" for the GPU with index 0");
    if (text.size() <= 3) return std::nullopt;
    return flaw(text, "is more GPUs than any machine has", k_form);
  }
  const bool named = text.starts_with("device=");
  const auto devices = split(named ? text.substr(7) : text, ',');
  if (std::ranges::all_of(devices, is_gpu_device)) return std::nullopt;
  return flaw(text, "is not a choice of GPUs", k_form);
}

Check check_runtime(std::string_view text) {
  if (is_engine_name(text) && text.size() <= 128) return std::nullopt;
  return flaw(text, "cannot be a runtime",
              "write \"auto\", \"gpus\", or a name that `docker info` lists under Runtimes, such as \"nvidia\"");
}

Check check_engine(std::string_view text) {
  if (text == "auto" || text == "docker" || text == "podman") return std::nullopt;
  return flaw(text, "is not an engine", "write \"auto\", \"docker\" or \"podman\"");
}

Check check_project_model(std::string_view text) {
  if (text == "keep" || text == "off") return std::nullopt;
  return flaw(text, "is not a project model", "write \"keep\" or \"off\"");
}

Check check_command_line(std::string_view text) {
  if (text.find_first_not_of(" \t\r\n") != std::string_view::npos && text.find('\0') == std::string_view::npos)
    return std::nullopt;
  return flaw(text, "is not a command", "write what sh takes: \"pip install -e .\"");
}

Check check_size(std::string_view text) {
  static const std::string k_form = "write a number of bytes, or one with a unit: \"512m\", \"1.5g\"";
  if (text.empty()) return std::nullopt;
  std::size_t end = std::min(text.find_first_not_of(k_digits), text.size());
  const std::string_view digits = text.substr(0, end);
  std::string_view fraction;
  if (end < text.size() && text[end] == '.') {
    const std::size_t after = std::min(text.find_first_not_of(k_digits, end + 1), text.size());
    fraction = text.substr(end + 1, after - end - 1);
    if (fraction.empty()) return flaw(text, "is not a size", k_form);
    end = after;
  }
  // As the engines read it, one space may be before the unit.
  if (end + 1 < text.size() && text[end] == ' ') ++end;
  std::string unit(text.substr(end));
  std::ranges::transform(unit, unit.begin(),
                         [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; });
  constexpr std::array<std::string_view, 14> k_units{"",    "b", "k",  "kb",  "kib", "m",  "mb",
                                                     "mib", "g", "gb", "gib", "t",   "tb", "tib"};
  if (!is_number(digits) || std::ranges::find(k_units, unit) == k_units.end())
    return flaw(text, "is not a size", k_form);
  if (all_of(digits, "0") && all_of(fraction, "0")) return flaw(text, "is no memory at all", k_form);
  // Two digits fewer for each unit of 2^10 and the product stays below 2^63.
  const std::size_t thousands = unit.empty() ? 0 : std::string_view("bkmgt").find(unit.front());
  if (digits.size() > 18 - 3 * thousands) return flaw(text, "is more memory than any machine has", k_form);
  return std::nullopt;
}

Check check_restart(std::string_view text) {
  constexpr std::array<std::string_view, 4> k_policies{"no", "always", "unless-stopped", "on-failure"};
  if (std::ranges::find(k_policies, text) != k_policies.end()) return std::nullopt;
  if (text.starts_with("on-failure:") && is_number(text.substr(11)) && text.size() <= 16) return std::nullopt;
  const auto meant = nearest(text, k_policies);
  return flaw(
      text,
      meant ? "is not a restart policy; did you mean \"" + std::string(*meant) + "\"?" : "is not a restart policy",
      "write \"no\", \"always\", \"unless-stopped\", \"on-failure\" or \"on-failure:N\"");
}

Check check_mount(std::string_view text) {
  static const std::string k_form =
      "write HOST:CONTAINER or HOST:CONTAINER:ro, both absolute paths: \"/home/me/project:/workspace/project\"";
  if (has_control(text)) return flaw(text, "has a control character in it", k_form);
  const auto parts = split(text, ':');
  if (text.size() > 2 && all_of(text.substr(0, 1), k_letters) && text[1] == ':' &&
      (text[2] == '\\' || (text[2] == '/' && parts.size() > 2 && parts[2].starts_with('/'))))
    return flaw(text, "begins with a path of Windows, and the path is one of the server",
                "write the absolute path that the folder has on the server: \"/home/me/project:/workspace/project\"");
  if (parts.size() < 2) return flaw(text, "does not say where in the container it will appear", k_form);
  if (parts.size() > 3) return flaw(text, "has more than three parts between ':'", k_form);
  if (parts.size() == 3 && parts[2] != "ro" && parts[2] != "rw") {
    return flaw(text, "ends with \"" + printable(parts[2]) + "\", where only ro or rw is allowed",
                "for other options put \"--volume\" and its value in extra_args");
  }
  const std::string_view source = parts[0];
  if (source.empty()) return flaw(text, "has no path before ':'", k_form);
  if (source.front() == '~')
    return flaw(text, "begins with '~', which nobody expands: the path is on the server",
                "write the absolute path that it has on the server");
  if (source.front() != '/' && !is_engine_name(source)) return flaw(text, "begins with a relative path", k_form);
  if (parts[1].empty() || parts[1].front() != '/') return flaw(text, "has no absolute path after ':'", k_form);
  const std::string place = std::filesystem::path(parts[1]).lexically_normal().string() + "/";
  for (const std::string_view kept : {"/dev/helper/", "/dev/sshd/"}) {
    if (place.starts_with(kept))
      return flaw(text, "has a place that helper keeps for itself in each container", "choose another place");
  }
  if (all_of(parts[1], "/")) return flaw(text, "would cover the container's whole file system", k_form);
  return std::nullopt;
}

Check check_port_mapping(std::string_view text) {
  static const std::string k_form = "write it as for docker run -p: \"8080:80\", \"80\" or \"0.0.0.0:8080:80\"";
  if (text.size() > 128 || has_control(text)) return flaw(text, "is not a port mapping", k_form);
  std::string_view rest = text;
  if (const std::size_t slash = rest.find('/'); slash != std::string_view::npos) {
    const std::string_view protocol = rest.substr(slash + 1);
    if (protocol != "tcp" && protocol != "udp" && protocol != "sctp")
      return flaw(text, "has an unknown protocol after '/'", "write /tcp, /udp or /sctp, or nothing for tcp");
    rest = rest.substr(0, slash);
  }
  const std::size_t last = rest.rfind(':');
  const std::string_view inside = last == std::string_view::npos ? rest : rest.substr(last + 1);
  const int ports_inside = port_span(inside);
  if (ports_inside == 0) return flaw(text, "has no port of the container (1 to 65535) at its end", k_form);
  if (last == std::string_view::npos) return std::nullopt;
  rest = rest.substr(0, last);
  // An IPv6 address holds ':' too: what follows its bracket, or the last ':', is the port.
  const std::size_t bracket = rest.rfind(']');
  const std::size_t colon = rest.rfind(':');
  const bool with_address = colon != std::string_view::npos && (bracket == std::string_view::npos || colon > bracket);
  const std::string_view outside = with_address ? rest.substr(colon + 1) : rest;
  if (with_address && !is_ip(rest.substr(0, colon))) return flaw(text, "does not begin with an IP address", k_form);
  if (with_address && outside.empty()) return std::nullopt;
  const int ports_outside = port_span(outside);
  if (ports_outside == 0) return flaw(text, "has no port (1 to 65535) before its last ':'", k_form);
  if (ports_inside != 1 || ports_outside != 1) {
    if (ports_inside != ports_outside) return flaw(text, "has two ranges of unlike length", k_form);
  }
  return std::nullopt;
}

Check check_env_name(std::string_view text) {
  if (text == "IFS")
    return flaw(text, "changes how each shell in the container splits words, and some of them crash over it",
                "remove it; set it in the script that needs it");
  const std::string first = std::string(k_letters) + "_";
  if (!text.empty() && text.size() <= 256 && all_of(text.substr(0, 1), first) &&
      all_of(text, first + std::string(k_digits)))
    return std::nullopt;
  return flaw(text, "cannot be the name of an environment variable",
              "use letters, digits and '_', not beginning with a digit");
}

std::span<const std::string_view> ulimit_names() { return k_ulimits; }

Check check_ulimit_name(std::string_view text) {
  if (std::ranges::find(k_ulimits, text) != k_ulimits.end()) return std::nullopt;
  const auto meant = nearest(text, k_ulimits);
  return flaw(text, meant ? "is not a limit; did you mean \"" + std::string(*meant) + "\"?" : "is not a limit",
              "use a name that docker run --ulimit takes: memlock, nofile, stack, ...");
}

std::optional<Ulimit> parse_ulimit(std::string_view text) {
  const auto parts = split(text, ':');
  if (parts.size() > 2) return std::nullopt;
  const auto soft = parse_limit(parts.front());
  const auto hard = parse_limit(parts.back());
  if (!soft || !hard) return std::nullopt;
  return Ulimit{*soft, *hard};
}

Check check_ulimit(const Ulimit& limit) {
  if (limit.soft < -1 || limit.hard < -1) return Flaw{"is below -1", "-1 means no limit; else write 0 or more"};
  const bool above = limit.hard != -1 && (limit.soft == -1 || limit.soft > limit.hard);
  if (!above) return std::nullopt;
  return Flaw{"has a soft limit above its hard limit", "make \"hard\" at least as large as \"soft\" (-1 is no limit)"};
}

std::string_view mount_point(std::string_view mount) {
  std::string_view rest = mount.substr(mount.find(':') + 1);
  return rest.substr(0, rest.find(':'));
}

}  // namespace helper::config
