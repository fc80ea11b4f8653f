#include "keeper/records.hpp"

#include "keeper/http.hpp"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <array>
#include <set>

namespace helper::keeper {
namespace {

using Json = nlohmann::json;

constexpr std::size_t k_services_limit = 16;
constexpr std::size_t k_words_limit = 64;
constexpr std::size_t k_word_limit = 64 * 1024;
constexpr int k_longest_s = 3600;
constexpr int k_tries_shown = 1000;

tl::unexpected<Error> wrong(std::string cause) {
  return fail(ErrorCode::config_invalid, "the record", std::move(cause));
}

// Parsing throws nothing; it gives a discarded value, which is no object.
Json parse(std::string_view text) { return Json::parse(text, nullptr, false); }

std::string dump(const Json& json) {
  try {
    return json.dump(-1, ' ', false, Json::error_handler_t::replace);
  } catch (const Json::exception&) {
    return {};
  }
}

// A member of an object, of the type that is wanted; null when it is not there or of another type.
const std::string* text_at(const Json& json, const char* name) {
  const auto found = json.find(name);
  return found == json.end() ? nullptr : found->get_ptr<const std::string*>();
}

std::optional<bool> yes_no_at(const Json& json, const char* name, bool otherwise) {
  const auto found = json.find(name);
  if (found == json.end()) return otherwise;
  const auto* value = found->get_ptr<const bool*>();
  return value == nullptr ? std::nullopt : std::optional<bool>(*value);
}

std::optional<std::int64_t> number_at(const Json& json, const char* name, std::int64_t least, std::int64_t most) {
  const auto found = json.find(name);
  if (found == json.end() || !found->is_number_integer()) return std::nullopt;
  // A value that does not fit a signed number wraps: it is then below every minimum, or refused as too large.
  if (found->is_number_unsigned() && found->get<std::uint64_t>() > static_cast<std::uint64_t>(most))
    return std::nullopt;
  const auto value = found->get<std::int64_t>();
  return value < least || value > most ? std::nullopt : std::optional(value);
}

bool is_plain(std::string_view text, std::size_t limit) {
  return text.size() <= limit && std::all_of(text.begin(), text.end(), [](char c) { return c > ' ' && c <= '~'; });
}

bool is_name(std::string_view text) {
  return !text.empty() && text.size() <= 32 && std::all_of(text.begin(), text.end(), [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-' || c == '_';
  });
}

// Nothing but members of these names.
bool has_only(const Json& json, std::initializer_list<std::string_view> names) {
  return std::all_of(json.items().begin(), json.items().end(), [&](const auto& member) {
    return std::find(names.begin(), names.end(), member.key()) != names.end();
  });
}

Result<std::vector<std::string>> parse_words(const Json& json) {
  const auto found = json.find("words");
  if (found == json.end() || !found->is_array() || found->empty() || found->size() > k_words_limit) {
    return wrong("its words are not a list of 1 to " + std::to_string(k_words_limit));
  }
  std::vector<std::string> words;
  for (const auto& item : *found) {
    const auto* word = item.get_ptr<const std::string*>();
    if (word == nullptr || word->size() > k_word_limit || word->find('\0') != std::string::npos) {
      return wrong("a word is not a text, is too long or holds a zero");
    }
    words.push_back(*word);
  }
  if (words.front().empty()) return wrong("the first word is empty");
  return words;
}

Result<Service> parse_service(const Json& json) {
  if (!json.is_object() ||
      !has_only(json, {"name", "user", "privileged", "words", "input", "detach", "independent", "limit_s"})) {
    return wrong("it is not an object, or has an unknown member");
  }
  const auto* name = text_at(json, "name");
  const auto* user = text_at(json, "user");
  const auto* input = text_at(json, "input");
  const auto privileged = yes_no_at(json, "privileged", false);
  const auto detach = yes_no_at(json, "detach", false);
  const auto independent = yes_no_at(json, "independent", false);
  const auto limit = number_at(json, "limit_s", 1, k_longest_s);
  if (name == nullptr || !is_name(*name)) return wrong("its name is not of 1 to 32 small letters, digits, - and _");
  if (user == nullptr || !is_plain(*user, 64)) return wrong("its user is not a text of at most 64 plain characters");
  if (!privileged || !detach || !independent) return wrong("privileged, detach and independent are true or false");
  if (!limit) return wrong("limit_s is not a number from 1 to " + std::to_string(k_longest_s));
  HELPER_TRY_ASSIGN(auto words, parse_words(json));
  if (input == nullptr || !from_base64(*input)) return wrong("its input is not base64");
  if (*detach && !input->empty()) return wrong("a service that is detached has no input");
  return Service{*name, *user, *privileged, std::move(words), *input, *detach, *independent, static_cast<int>(*limit)};
}

Json to_json(const Service& service) {
  return {{"name", service.name},
          {"user", service.user},
          {"privileged", service.privileged},
          {"words", service.words},
          {"input", service.input},
          {"detach", service.detach},
          {"independent", service.independent},
          {"limit_s", service.limit_s}};
}

constexpr std::array<const char*, 3> k_outcomes{"waiting", "started", "failed"};

Json to_json(const Tried& tried) {
  Json json{{"name", tried.name},   {"status", k_outcomes.at(static_cast<std::size_t>(tried.outcome))},
            {"tries", tried.tries}, {"line", tried.line},
            {"when", tried.when},   {"due", tried.due}};
  json["exit_code"] = tried.exit_code ? Json(*tried.exit_code) : Json();
  return json;
}

std::optional<Tried> parse_tried(const Json& json) {
  if (!json.is_object()) return std::nullopt;
  Tried tried;
  const auto* name = text_at(json, "name");
  const auto* line = text_at(json, "line");
  const auto* status = text_at(json, "status");
  const auto tries = number_at(json, "tries", 0, k_tries_shown);
  const auto when = number_at(json, "when", 0, INT64_MAX);
  const auto due = number_at(json, "due", 0, INT64_MAX);
  if (name == nullptr || !is_name(*name) || line == nullptr || status == nullptr || !tries || !when || !due)
    return std::nullopt;
  const auto outcome = std::find(k_outcomes.begin(), k_outcomes.end(), *status);
  if (outcome == k_outcomes.end()) return std::nullopt;
  tried.name = *name;
  tried.outcome = static_cast<Outcome>(outcome - k_outcomes.begin());
  tried.tries = static_cast<int>(*tries);
  if (const auto code = number_at(json, "exit_code", INT32_MIN, INT32_MAX)) tried.exit_code = static_cast<int>(*code);
  tried.line = one_line(*line);
  tried.when = *when;
  tried.due = *due;
  return tried;
}

}  // namespace

std::optional<std::string> from_base64(std::string_view text) {
  constexpr std::string_view k_letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  if (text.size() % 4 != 0) return std::nullopt;
  std::size_t padding = 0;
  while (padding < 2 && !text.empty() && text.back() == '=') {
    text.remove_suffix(1);
    ++padding;
  }
  std::string out;
  out.reserve(text.size() * 3 / 4);
  std::uint32_t bits = 0;
  unsigned held = 0;
  for (const char c : text) {
    const auto value = k_letters.find(c);
    if (value == std::string_view::npos) return std::nullopt;
    bits = (bits << 6 | static_cast<std::uint32_t>(value)) & 0xffff;
    held += 6;
    if (held >= 8) {
      held -= 8;
      out += static_cast<char>(bits >> held & 0xff);
    }
  }
  return out;
}

Result<Record> parse_record(std::string_view text) {
  if (text.size() > k_file_limit) return wrong("it is too large");
  const auto json = parse(text);
  if (!json.is_object()) return wrong("it is not a JSON object");
  if (!has_only(json, {"version", "container", "handled", "services", "written"}))
    return wrong("it has a member that is unknown");
  if (!number_at(json, "version", k_protocol, k_protocol))
    return wrong("its version is not " + std::to_string(k_protocol));
  const auto* container = text_at(json, "container");
  const auto* handled = text_at(json, "handled");
  const auto services = json.find("services");
  if (container == nullptr || container->size() != 64 || !is_hex(*container))
    return wrong("its container is not an id of 64 hex digits");
  if (handled == nullptr || !is_plain(*handled, 64))
    return wrong("its handled run is not a text of at most 64 plain characters");
  if (services == json.end() || !services->is_array() || services->empty() || services->size() > k_services_limit) {
    return wrong("its services are not a list of 1 to " + std::to_string(k_services_limit));
  }
  Record record{*container, *handled, {}, {}};
  std::set<std::string> names;
  for (const auto& item : *services) {
    auto service = parse_service(item);
    if (!service) return wrong("service " + std::to_string(record.services.size() + 1) + ": " + service.error().cause);
    if (!names.insert(service->name).second) return wrong("two of its services have one name");
    record.services.push_back(std::move(*service));
  }
  if (const auto* written = text_at(json, "written"); written != nullptr && is_plain(*written, 64))
    record.written = *written;
  return record;
}

std::string to_text(const Record& record) {
  Json json{{"version", k_protocol},
            {"container", record.container},
            {"handled", record.handled},
            {"written", record.written}};
  json["services"] = Json::array();
  for (const auto& service : record.services) json["services"].push_back(to_json(service));
  return dump(json) + "\n";
}

Result<State> parse_state(std::string_view text) {
  const auto json = parse(text);
  const auto broken = [] { return fail(ErrorCode::config_invalid, "the state", "it is not as it was written"); };
  if (!json.is_object()) return broken();
  const auto* run = text_at(json, "run");
  const auto* written = text_at(json, "written");
  const auto services = json.find("services");
  if (run == nullptr || written == nullptr || services == json.end() || !services->is_array()) return broken();
  if (!is_plain(*run, 64) || !is_plain(*written, 64) || services->size() > k_services_limit) return broken();
  State state{*run, *written, {}};
  for (const auto& item : *services) {
    auto tried = parse_tried(item);
    if (!tried) return broken();
    state.services.push_back(std::move(*tried));
  }
  return state;
}

std::string to_text(const State& state) {
  Json json{{"run", state.run}, {"written", state.written}};
  json["services"] = Json::array();
  for (const auto& tried : state.services) json["services"].push_back(to_json(tried));
  return dump(json) + "\n";
}

std::string Store::list() const {
  Json all{{"protocol", k_protocol}, {"containers", Json::array()}, {"broken", Json::array()}};
  for (const auto& id : ids()) {
    const auto found = record(id);
    if (!found) {
      all["broken"].push_back(id);
      continue;
    }
    if (!*found) continue;
    Json one{{"container", id}, {"handled", (*found)->handled}, {"services", Json::array()}, {"last", Json()}};
    for (const auto& service : (*found)->services) one["services"].push_back(service.name);
    if (const auto last = state(id); last && last->written == (*found)->written) {
      one["last"] = Json{{"run", last->run}, {"services", Json::array()}};
      for (const auto& tried : last->services) one["last"]["services"].push_back(to_json(tried));
    }
    all["containers"].push_back(std::move(one));
  }
  return dump(all) + "\n";
}

}  // namespace helper::keeper
