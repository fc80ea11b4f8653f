#include "ide/backend.hpp"

#include "base/text.hpp"
#include "ide/links.hpp"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <array>
#include <cctype>
#include <charconv>
#include <tuple>

namespace helper::ide {
namespace {

using Json = nlohmann::json;

constexpr std::size_t k_longest_path = 4096;
constexpr std::size_t k_longest_value = 256;
constexpr std::string_view k_link_start = "jetbrains-gateway://connect#";
// What a link of its own may add to ours. Not host, port, user or type: with those it could send the person
// elsewhere.
constexpr std::array<std::string_view, 2> k_passed_on{"newUi", "runFromIdeToken"};

bool is_plain(std::string_view text, std::size_t longest) {
  return !text.empty() && text.size() <= longest && find_bad_utf8(text) == std::string_view::npos &&
         std::ranges::none_of(text, [](unsigned char c) { return c < 0x20 || c == 0x7F; });
}

std::string text_at(const Json& json, const char* key, std::size_t longest = k_longest_value) {
  const auto found = json.is_object() ? json.find(key) : json.end();
  if (!json.is_object() || found == json.end() || !found->is_string()) return {};
  auto text = found->get<std::string>();
  return is_plain(text, longest) ? text : std::string();
}

// "261.22158.46" as numbers, for comparing.
std::array<int, 4> numbers_of(std::string_view build) {
  std::array<int, 4> numbers{};
  for (int& number : numbers) {
    const auto end = std::min(build.find('.'), build.size());
    std::from_chars(build.data(), build.data() + end, number);
    build.remove_prefix(std::min(end + 1, build.size()));
  }
  return numbers;
}

// The JSON object that `text` begins with, after blanks; what follows it is left out.
std::string_view first_object(std::string_view text) {
  const auto begin = text.find('{');
  if (begin == std::string_view::npos) return {};
  int depth = 0;
  bool quoted = false;
  for (std::size_t i = begin; i < text.size(); ++i) {
    const char c = text[i];
    if (quoted) {
      if (c == '\\') ++i;
      if (c == '"') quoted = false;
    } else if (c == '"') {
      quoted = true;
    } else if (c == '{' || c == '[') {
      ++depth;
    } else if ((c == '}' || c == ']') && --depth == 0) {
      return text.substr(begin, i + 1 - begin);
    }
  }
  return {};
}

bool is_safe_value(std::string_view value) {
  return !value.empty() && value.size() <= k_longest_value && std::ranges::all_of(value, [](unsigned char c) {
    return std::isalnum(c) != 0 || c == '-' || c == '_' || c == '.' || c == '~' || c == '%';
  });
}

std::map<std::string, std::string> passed_on(std::string_view link) {
  std::map<std::string, std::string> own;
  if (!link.starts_with(k_link_start)) return own;
  link.remove_prefix(k_link_start.size());
  while (!link.empty()) {
    const auto end = std::min(link.find('&'), link.size());
    const std::string_view pair = link.substr(0, end);
    link.remove_prefix(std::min(end + 1, link.size()));
    const auto equals = pair.find('=');
    if (equals == std::string_view::npos) continue;
    const auto name = pair.substr(0, equals);
    const auto value = pair.substr(equals + 1);
    if (std::ranges::find(k_passed_on, name) != k_passed_on.end() && is_safe_value(value))
      own.emplace(std::string(name), std::string(value));
  }
  return own;
}

}  // namespace

std::optional<Backend> parse_product_info(std::string_view path, std::string_view json) {
  if (!is_plain(path, k_longest_path) || path.front() != '/') return std::nullopt;
  const Json info = Json::parse(json, nullptr, false);
  if (!info.is_object()) return std::nullopt;
  Backend backend;
  backend.path = path;
  backend.product_code = text_at(info, "productCode");
  backend.build = text_at(info, "buildNumber");
  backend.name = text_at(info, "name");
  if (const auto version = text_at(info, "version"); !version.empty()) backend.name += " " + version;
  if (backend.product_code.empty() || backend.build.empty()) return std::nullopt;
  return backend;
}

std::optional<Backend> choose_backend(const std::vector<Backend>& backends) {
  const auto rank = [](const Backend& b) {
    return std::tuple(b.product_code == "PY" || b.product_code == "PC", numbers_of(b.build), b.path);
  };
  const auto best = std::ranges::max_element(backends, {}, rank);
  return best == backends.end() ? std::nullopt : std::optional(*best);
}

std::map<std::string, std::string> parse_status(std::string_view output, std::string_view project) {
  constexpr std::string_view k_mark = "STATUS:";
  const auto mark = output.find(k_mark);
  if (mark == std::string_view::npos) return {};
  const Json status = Json::parse(first_object(output.substr(mark + k_mark.size())), nullptr, false);
  if (!status.is_object() || !status.contains("projects") || !status["projects"].is_array()) return {};
  for (const Json& each : status["projects"]) {
    if (text_at(each, "projectPath", k_longest_path) == project)
      return passed_on(text_at(each, "gatewayLink", 2 * k_longest_path));
  }
  return {};
}

std::string gateway_link(const Access& access, const Backend& backend) {
  std::string link = gateway_link(access) + "&deploy=false&idePath=" + percent_encode(backend.path) +
                     "&productCode=" + percent_encode(backend.product_code) +
                     "&buildNumber=" + percent_encode(backend.build);
  for (const auto& [name, value] : backend.own) link += "&" + name + "=" + value;
  return link;
}

}  // namespace helper::ide
