#include "plan/actual.hpp"

#include "base/text.hpp"
#include "plan/fields.hpp"

#include <algorithm>
#include <cctype>
#include <charconv>

namespace helper::plan {
namespace {

using config::Target;

std::string text_of(std::string_view field, const Target& target) { return find_field(field)->text(target); }

std::string shm_text(const Target& wanted, const EngineSettings& is) {
  if (bytes_of(wanted.container.shm_size) == is.shm_size) return wanted.container.shm_size;
  return std::to_string(is.shm_size);
}

std::string ulimits_text(const Target& wanted, const EngineSettings& is) {
  Target actual = wanted;
  for (auto& [name, limit] : actual.container.ulimits) {
    const auto found = is.ulimits.find(name);
    limit = found == is.ulimits.end() ? config::Ulimit{} : found->second;
  }
  return text_of("container.ulimits", actual);
}

// SOURCE:DESTINATION[:ro], each path without the slashes at its end.
std::string plain_mount(std::string_view mount) {
  std::vector<std::string> parts{""};
  for (const char c : mount) {
    if (c == ':') {
      parts.emplace_back();
    } else {
      parts.back() += c;
    }
  }
  for (auto& part : parts) {
    while (part.size() > 1 && part.back() == '/') part.pop_back();
  }
  const bool read_only = parts.size() > 2 && parts[2] == "ro";
  return parts[0] + ":" + (parts.size() > 1 ? parts[1] : std::string()) + (read_only ? ":ro" : "");
}

bool has(const std::vector<std::string>& list, const std::string& text) {
  return std::ranges::find(list, text) != list.end();
}

std::string mounts_text(const Target& wanted, const EngineSettings& is) {
  std::vector<std::string> actual;
  for (const auto& mount : is.mounts) actual.push_back(plain_mount(mount));
  const bool all =
      std::ranges::all_of(wanted.container.mounts, [&](const auto& mount) { return has(actual, plain_mount(mount)); });
  return all ? text_of("container.mounts", wanted) : joined(actual);
}

struct Port {
  std::string address;  // "127.0.0.1" when none is written
  std::string outside;  // "" when the engine chooses
  std::string inside;
  friend bool operator==(const Port&, const Port&) = default;
};

// [ADDRESS:][PORT:]CONTAINER_PORT[/PROTOCOL]
Port parse_port(std::string text) {
  Port port{"127.0.0.1", {}, {}};
  if (text.find('/') == std::string::npos) text += "/tcp";
  const auto last = text.rfind(':');
  port.inside = text.substr(last == std::string::npos ? 0 : last + 1);
  if (last == std::string::npos) return port;
  text.resize(last);
  const auto bracket = text.rfind(']');
  const auto colon = text.rfind(':');
  const bool addressed = colon != std::string::npos && (bracket == std::string::npos || colon > bracket);
  port.outside = text.substr(addressed ? colon + 1 : 0);
  if (addressed) port.address = text.substr(0, colon);
  std::erase_if(port.address, [](char c) { return c == '[' || c == ']'; });
  return port;
}

// Nullopt when a range is wanted: the engine tells its ports one by one.
std::optional<std::string> ports_text(const Target& wanted, const EngineSettings& is) {
  std::vector<Port> actual;
  for (const auto& text : is.ports) actual.push_back(parse_port(text));
  for (const auto& text : wanted.container.ports) {
    const Port port = parse_port(text);
    if (port.inside.find('-') != std::string::npos) return std::nullopt;
    if (std::ranges::find(actual, port) == actual.end()) return joined(is.ports);
  }
  return text_of("container.ports", wanted);
}

}  // namespace

std::optional<std::string> actual_text(std::string_view field, const Target& wanted, const Container& container) {
  if (!container.settings) return std::nullopt;
  const EngineSettings& settings = *container.settings;
  if (field == "container.restart") return settings.restart;
  if (field == "container.privileged") return settings.privileged ? "true" : "false";
  if (field == "container.shm_size" && !wanted.container.shm_size.empty()) return shm_text(wanted, settings);
  if (field == "container.ulimits") return ulimits_text(wanted, settings);
  if (field == "container.mounts") return mounts_text(wanted, settings);
  if (field == "container.ports") return ports_text(wanted, settings);
  return std::nullopt;
}

std::int64_t bytes_of(std::string_view size) {
  std::int64_t number = 0;
  const auto* const end = size.data() + size.size();
  const auto* unit = std::from_chars(size.data(), end, number).ptr;
  double fraction = 0;  // "1.5 GB"; engines cut what is left of a byte
  if (unit != end && *unit == '.') unit = std::from_chars(unit, end, fraction, std::chars_format::fixed).ptr;
  if (unit != end && *unit == ' ') ++unit;
  if (unit == end) return number;
  const int letter = std::tolower(static_cast<unsigned char>(*unit));
  const std::size_t power = std::string_view("bkmgt").find(static_cast<char>(letter));
  if (power == std::string_view::npos) return number;
  const std::int64_t one = std::int64_t{1} << (10 * power);
  return number * one + static_cast<std::int64_t>(fraction * static_cast<double>(one));
}

}  // namespace helper::plan
