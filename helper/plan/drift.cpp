#include "plan/drift.hpp"

#include "base/text.hpp"
#include "plan/actual.hpp"
#include "plan/choose_gpu.hpp"
#include "plan/our_names.hpp"

#include <algorithm>
#include <array>
#include <cstdint>
#include <string_view>

namespace helper::plan {
namespace {

constexpr const char* k_config_changed = "the config has changed";

// "sha256:cda6f1..." as `docker images` shows it.
std::string short_id(std::string_view id) {
  id.remove_prefix(id.starts_with("sha256:") ? 7 : 0);
  return std::string(id.substr(0, 12));
}

std::string value_of(const std::map<std::string, std::string>& texts, const std::string& key) {
  const auto found = texts.find(key);
  return found == texts.end() ? std::string() : found->second;
}

// What can be changed while the container is there is compared with what is. All else cannot change under a container,
// so what was applied decides, however an engine words what is.
std::optional<Drift> drift_of(const Field& field, const Desired& desired, const Container& container) {
  const std::string key(field.key);
  const std::string wanted = value_of(desired.fields, key);
  const std::string applied = value_of(container.applied, key);
  const auto actual = actual_text(field.key, desired.target, container);
  const bool applied_fits = applied == wanted;
  const bool fits = field.need == Need::recreate ? applied_fits : actual.value_or(applied) == wanted;
  if (fits) return std::nullopt;
  return Drift{key,     field.need,          wanted,
               applied, actual.value_or(""), applied_fits ? "changed on the server" : k_config_changed};
}

// "67108864" -> "64 MB", in steps of 1024 as the engines take sizes; what is not such a whole number stays.
std::string plain_size(const std::string& text) {
  if (text.empty() || text.size() > 18 || text.find_first_not_of("0123456789") != std::string::npos) return text;
  constexpr std::array<const char*, 4> k_units{" bytes", " kB", " MB", " GB"};
  std::int64_t number = bytes_of(text);
  std::size_t unit = 0;
  while (number >= 1024 && number % 1024 == 0 && unit + 1 < k_units.size()) {
    number /= 1024;
    ++unit;
  }
  return std::to_string(number) + k_units.at(unit);
}

// The image of the same name may be another one by now: pulled, built or tagged again.
std::optional<Drift> image_drift(const Desired& desired, const Observed& observed) {
  const Container& container = *observed.server.container;
  const std::string key = "container.image";
  const std::string wanted = value_of(desired.fields, key);
  if (wanted != value_of(container.applied, key) || !observed.server.image || container.image_id.empty())
    return std::nullopt;
  if (observed.server.image->id == container.image_id) return std::nullopt;
  return Drift{key,
               Need::recreate,
               wanted + " (" + short_id(observed.server.image->id) + ")",
               wanted,
               short_id(container.image_id),
               "the server now has another image of that name"};
}

// The names of "A, B". Containers of older versions have a fingerprint of the value behind each: "A=#0123, B=#4567".
std::vector<std::string> names_in(std::string_view text) {
  std::vector<std::string> names;
  while (!text.empty()) {
    const auto end = text.find(", ");
    const auto word = text.substr(0, end);
    names.emplace_back(word.substr(0, word.rfind("=#")));
    text.remove_prefix(end == std::string_view::npos ? text.size() : end + 2);
  }
  return names;
}

// The container keeps the names that were applied, and the engine tells the values that are: they are compared here,
// and shown nowhere.
std::optional<Drift> env_drift(const Field& field, const Desired& desired, const Container& container) {
  const std::string key(field.key);
  const auto& wanted = desired.target.container.env;
  const auto applied = names_in(value_of(container.applied, key));
  bool fits = applied.size() == wanted.size();
  std::vector<std::string> shown;
  for (const auto& [name, value] : wanted) {
    const bool was_applied = std::ranges::find(applied, name) != applied.end();
    const bool is_there = std::ranges::find(container.env, name + "=" + value) != container.env.end();
    fits = fits && was_applied && is_there;
    shown.push_back(was_applied && !is_there ? name + " with another value" : name);
  }
  if (fits) return std::nullopt;
  return Drift{key, field.need, joined(shown), joined(applied), {}, k_config_changed};
}

std::optional<Drift> build_drift(const Observed& observed) {
  if (!observed.local.build || observed.local.build->error) return std::nullopt;
  const auto label = observed.server.container->labels.find(k_label_build);
  const std::string applied = label == observed.server.container->labels.end() ? std::string() : label->second;
  if (is_as_built(observed, applied)) return std::nullopt;
  return Drift{
      "container.build",
      Need::recreate,
      observed.local.build->fingerprint,
      applied,
      applied,
      applied.empty() ? "its image was not built from there" : "the files that the image is built from changed"};
}

// How the container was given its GPUs works no longer, and another way may.
std::optional<Drift> start_drift(const Desired& desired, const Observed& observed) {
  const Container& container = *observed.server.container;
  const auto failed = observed.attempts.failed_ways.find(container.gpu_way);
  if (failed == observed.attempts.failed_ways.end() || container.state != ContainerState::exited) return std::nullopt;
  if (!has_another_way(desired, observed)) return std::nullopt;
  return Drift{"container.runtime",
               Need::recreate,
               {},
               {},
               {},
               "the engine cannot start the container as it was created: " + failed->second};
}

}  // namespace

bool has_another_way(const Desired& desired, const Observed& observed) {
  const Container& container = *observed.server.container;
  const auto failed = observed.attempts.failed_ways.find(container.gpu_way);
  if (failed == observed.attempts.failed_ways.end() || !is_about_gpus(failed->second)) return false;
  const auto choice =
      choose_gpu(desired.target.container, observed.server.engine.value_or(Engine{}), observed.attempts);
  return choice && choice->way != container.gpu_way;
}

std::vector<Drift> find_drifts(const Desired& desired, const Observed& observed) {
  std::vector<Drift> drifts;
  const Container& container = *observed.server.container;
  if (auto drift = start_drift(desired, observed)) drifts.push_back(std::move(*drift));
  if (container.applied.empty()) {
    if (const auto spec = container.labels.find(k_label_spec);
        spec != container.labels.end() && spec->second != desired.spec_hash && spec->second != desired.older_spec_hash)
      drifts.push_back({"container", Need::recreate, {}, {}, {}, k_config_changed});
    return drifts;
  }
  for (const Field& field : fields()) {
    if (field.text == nullptr) continue;
    const auto compare = field.key == "container.env" ? env_drift : drift_of;
    if (auto drift = compare(field, desired, container)) drifts.push_back(std::move(*drift));
  }
  if (auto drift = build_drift(observed)) {
    drifts.push_back(std::move(*drift));
  } else if (auto other = image_drift(desired, observed)) {
    drifts.push_back(std::move(*other));
  }
  return drifts;
}

bool is_as_built(const Observed& observed, const std::string& fingerprint) {
  const std::string& built = observed.attempts.built;
  return fingerprint == observed.local.build->fingerprint || (!built.empty() && fingerprint == built);
}

std::string to_text(const Drift& drift) {
  const bool has_values = !drift.wanted.empty() || !drift.applied.empty();
  if (!has_values || drift.field == "container.build") return drift.field + ": " + drift.cause;
  const bool is_size = drift.field == "container.shm_size";
  const auto shown = [](const std::string& value) { return value.empty() ? std::string("not set") : value; };
  std::string is = drift.actual.empty() ? drift.applied : drift.actual;
  if (is_size) is = plain_size(is);
  if (is_size && drift.applied.empty() && !is.empty()) is += " (engine's default)";
  const std::string text = drift.field + ": config: " + shown(drift.wanted) + "; container: " + shown(is);
  return drift.cause == k_config_changed ? text : text + " (" + drift.cause + ")";
}

}  // namespace helper::plan
