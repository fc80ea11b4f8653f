#include "plan/drift.hpp"

#include "plan/actual.hpp"
#include "plan/labels.hpp"

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
               applied, actual.value_or(""), applied_fits ? "it was changed on the server" : k_config_changed};
}

// The image of the same name may be another one by now: pulled, built or tagged anew.
std::optional<Drift> image_drift(const Desired& desired, const Observed& observed) {
  const Container& container = *observed.container;
  const std::string key = "container.image";
  const std::string wanted = value_of(desired.fields, key);
  if (wanted != value_of(container.applied, key) || !observed.image || container.image_id.empty()) return std::nullopt;
  if (observed.image->id == container.image_id) return std::nullopt;
  return Drift{key,
               Need::recreate,
               wanted + " (" + short_id(observed.image->id) + ")",
               wanted,
               short_id(container.image_id),
               "the server has another image of that name now"};
}

std::optional<Drift> build_drift(const Observed& observed) {
  if (!observed.build || observed.build->error) return std::nullopt;
  const auto label = observed.container->labels.find(k_label_build);
  const std::string applied = label == observed.container->labels.end() ? std::string() : label->second;
  if (applied == observed.build->print) return std::nullopt;
  return Drift{
      "container.build",
      Need::recreate,
      observed.build->print,
      applied,
      applied,
      applied.empty() ? "its image was not built from there" : "the files that the image is built from changed"};
}

}  // namespace

std::vector<Drift> find_drifts(const Desired& desired, const Observed& observed) {
  std::vector<Drift> drifts;
  const Container& container = *observed.container;
  if (container.applied.empty()) {
    if (const auto spec = container.labels.find(k_label_spec);
        spec != container.labels.end() && spec->second != desired.spec_hash)
      drifts.push_back({"container", Need::recreate, {}, {}, {}, k_config_changed});
    return drifts;
  }
  for (const Field& field : fields()) {
    if (field.text == nullptr) continue;
    if (auto drift = drift_of(field, desired, container)) drifts.push_back(std::move(*drift));
  }
  if (auto drift = build_drift(observed)) {
    drifts.push_back(std::move(*drift));
  } else if (auto other = image_drift(desired, observed)) {
    drifts.push_back(std::move(*other));
  }
  return drifts;
}

std::string to_text(const Drift& drift) {
  std::string text = drift.field + ": " + drift.cause;
  if (drift.wanted.empty() && drift.applied.empty()) return text;
  const auto shown = [](const std::string& value) { return value.empty() ? std::string("nothing") : value; };
  text += " (" + shown(drift.wanted) + " wanted, " + shown(drift.applied) + " applied";
  if (!drift.actual.empty() && drift.actual != drift.applied) text += ", " + drift.actual + " is";
  return text + ")";
}

}  // namespace helper::plan
