#include "config/setters.hpp"

#include "base/text.hpp"
#include "config/extra_args.hpp"

#include <charconv>

namespace helper::config {
namespace {

using Type = JsonNode::Type;

Misfit one(const JsonNode& value, Flaw flaw, std::string where = {}) {
  return {std::move(where), value.line, std::move(flaw.cause), std::move(flaw.fix), value.is_local};
}

Misfits misfit(const JsonNode& value, Flaw flaw, std::string where = {}) {
  return {one(value, std::move(flaw), std::move(where))};
}

std::string index(std::size_t i) { return "[" + std::to_string(i) + "]"; }
std::string member(const std::string& name) { return "." + printable(name); }

Misfit wrong_type(const JsonNode& value, const std::string& want, std::string where) {
  std::string fix;
  if (value.type == Type::integer && want == "text in quotes")
    fix = "write it in quotes: \"" + std::to_string(value.integer) + "\"";
  return one(value, {"is " + describe(value) + ", must be " + want, fix}, std::move(where));
}

std::optional<std::uint16_t> port_of(const JsonNode& value) {
  if (value.type != Type::integer || value.integer < 1 || value.integer > 65535) return std::nullopt;
  return static_cast<std::uint16_t>(value.integer);
}

std::optional<PortPair> port_pair_of(const JsonNode& value) {
  if (const auto port = port_of(value)) return PortPair{*port, *port};
  return value.type == Type::text ? parse_port_pair(value.text) : std::nullopt;
}

// The members of {"soft": N, "hard": N}: both needed, no other.
std::optional<Ulimit> ulimit_members(const JsonNode& value) {
  Ulimit limit;
  if (value.names.size() != 2) return std::nullopt;
  for (std::size_t i = 0; i < value.names.size(); ++i) {
    if (value.items[i].type != Type::integer) return std::nullopt;
    if (value.names[i] == "soft") {
      limit.soft = value.items[i].integer;
    } else if (value.names[i] == "hard") {
      limit.hard = value.items[i].integer;
    } else {
      return std::nullopt;
    }
  }
  return limit;
}

std::optional<Ulimit> ulimit_of(const JsonNode& value) {
  switch (value.type) {
    case Type::integer:
      return Ulimit{value.integer, value.integer};
    case Type::text:
      return parse_ulimit(value.text);
    case Type::object:
      return ulimit_members(value);
    default:
      return std::nullopt;
  }
}

}  // namespace

Misfits set_text(std::string& field, const JsonNode& value, CheckText check) {
  std::string text = value.type == Type::integer ? std::to_string(value.integer) : value.text;
  if (auto bad = check(text)) return misfit(value, *bad);
  field = std::move(text);
  return {};
}

Misfits set_path(std::filesystem::path& field, const JsonNode& value) {
  std::string text;
  if (auto bad = set_text(text, value, check_local_path); !bad.empty()) return bad;
  field = text;
  return {};
}

Misfits set_flag(bool& field, const JsonNode& value) {
  field = value.boolean;
  return {};
}

Misfits set_port(std::uint16_t& field, const JsonNode& value) {
  const auto port = port_of(value);
  if (!port) return misfit(value, {"is " + describe(value) + ", must be " + wanted(Kind::port), ""});
  field = *port;
  return {};
}

Misfits set_local_port(std::uint16_t& field, const JsonNode& value) {
  JsonNode number = value;
  if (value.type == Type::text) {  // what a variable of the environment gives
    number.type = Type::integer;
    const auto [end, problem] =
        std::from_chars(value.text.data(), value.text.data() + value.text.size(), number.integer);
    if (problem != std::errc() || end != value.text.data() + value.text.size()) number.integer = 0;
  }
  const auto port = value.text == "auto" ? std::optional<std::uint16_t>(0) : port_of(number);
  if (!port)
    return misfit(value, {"is " + describe(value) + ", must be " + wanted(Kind::local_port),
                          "write \"local_port\": 2223, or another number"});
  field = *port;
  return {};
}

Misfits set_texts(std::vector<std::string>& field, const JsonNode& value, CheckText check) {
  std::vector<std::string> texts;
  Misfits misfits;
  for (std::size_t i = 0; i < value.items.size(); ++i) {
    const JsonNode& item = value.items[i];
    if (item.type != Type::text) {
      misfits.push_back(wrong_type(item, "text in quotes", index(i)));
    } else if (auto bad = check(item.text)) {
      misfits.push_back(one(item, *bad, index(i)));
    } else {
      texts.push_back(item.text);
    }
  }
  if (misfits.empty()) field = std::move(texts);
  return misfits;
}

Misfits set_mounts(std::vector<std::string>& field, const JsonNode& value) {
  if (auto bad = set_texts(field, value, check_mount); !bad.empty()) return bad;
  std::map<std::string_view, std::size_t> places;
  Misfits misfits;
  for (std::size_t i = 0; i < field.size(); ++i) {
    const auto [first, fresh] = places.emplace(mount_point(field[i]), i);
    if (fresh) continue;
    misfits.push_back(
        one(value.items[i],
            {"is at " + printable(first->first) + " in the container, as mounts" + index(first->second) + " is",
             "give one of them another place"},
            index(i)));
  }
  return misfits;
}

Misfits set_imports(std::vector<std::string>& field, const JsonNode& value) {
  constexpr std::size_t k_most = 32;
  if (auto bad = set_texts(field, value, check_module); !bad.empty()) return bad;
  if (field.size() <= k_most) return {};
  return misfit(value.items[k_most], {"is one more than the 32 that are looked for", "name those that tell most"},
                index(k_most));
}

Misfits set_command(std::optional<std::vector<std::string>>& field, const JsonNode& value) {
  std::vector<std::string> words;
  if (auto bad = set_texts(words, value, check_plain); !bad.empty()) return bad;
  if (words.empty()) return misfit(value, {"is an empty list", "leave the key out for the image's own command"});
  if (words.front().empty())
    return misfit(value.items.front(), {"is empty, and names no program", "write the program's name"}, index(0));
  field = std::move(words);
  return {};
}

Misfits set_extra_args(std::vector<std::string>& field, const JsonNode& value) {
  if (auto bad = set_texts(field, value, check_plain); !bad.empty()) return bad;
  if (auto bad = check_extra_args(field)) return misfit(value.items[bad->at], bad->flaw, index(bad->at));
  return {};
}

Misfits set_env(std::map<std::string, std::string>& field, const JsonNode& value) {
  Misfits misfits;
  for (std::size_t i = 0; i < value.items.size(); ++i) {
    const JsonNode& item = value.items[i];
    if (auto bad = check_env_name(value.names[i])) {
      misfits.push_back(one(item, *bad, member(value.names[i])));
    } else if (item.type != Type::text) {
      misfits.push_back(wrong_type(item, "text in quotes", member(value.names[i])));
    } else if (auto not_plain = check_plain(item.text)) {
      misfits.push_back(one(item, *not_plain, member(value.names[i])));
    } else {
      field[value.names[i]] = item.text;
    }
  }
  return misfits;
}

Misfits set_ulimits(std::map<std::string, Ulimit>& field, const JsonNode& value) {
  Misfits misfits;
  for (std::size_t i = 0; i < value.items.size(); ++i) {
    const JsonNode& item = value.items[i];
    const auto limit = ulimit_of(item);
    if (auto bad = check_ulimit_name(value.names[i])) {
      misfits.push_back(one(item, *bad, member(value.names[i])));
    } else if (!limit) {
      misfits.push_back(
          wrong_type(item, R"(-1, a number, "SOFT:HARD" or {"soft": N, "hard": N})", member(value.names[i])));
    } else if (auto not_ordered = check_ulimit(*limit)) {
      misfits.push_back(one(item, *not_ordered, member(value.names[i])));
    } else {
      field[value.names[i]] = *limit;
    }
  }
  return misfits;
}

Misfits set_forwards(std::vector<PortPair>& field, const JsonNode& value) {
  std::vector<PortPair> pairs;
  Misfits misfits;
  for (std::size_t i = 0; i < value.items.size(); ++i) {
    if (const auto pair = port_pair_of(value.items[i])) {
      pairs.push_back(*pair);
    } else {
      misfits.push_back(
          wrong_type(value.items[i], "\"LOCAL:CONTAINER\" or one port number, each from 1 to 65535", index(i)));
    }
  }
  if (misfits.empty()) field = std::move(pairs);
  return misfits;
}

Misfits begin_jupyter(Target& target) {
  target.jupyter.emplace();
  return {};
}

Misfits begin_build(Target& target) {
  target.container.build.emplace();
  return {};
}

}  // namespace helper::config
