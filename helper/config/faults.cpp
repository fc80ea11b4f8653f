#include "config/faults.hpp"

#include "config/local_file.hpp"

#include <algorithm>
#include <string_view>
#include <tuple>

namespace helper::config {
namespace {

constexpr std::size_t k_most_shown = 20;
constexpr std::size_t k_most_kept = 200;

bool is_within(std::string_view path, std::string_view object) {
  if (!path.starts_with(object)) return false;
  return path.size() == object.size() || path[object.size()] == '.' || path[object.size()] == '[';
}

}  // namespace

Spot spot_of(const Places& places, std::string path) {
  for (;;) {
    if (const auto place = places.find(path); place != places.end()) return place->second;
    const std::size_t dot = path.find_last_of(".[");
    if (dot == std::string::npos) return {};
    path.resize(dot);
  }
}

std::string thing_at(const std::filesystem::path& file, int line, const std::string& path) {
  return file.filename().string() + ":" + std::to_string(line) + ": " + path;
}

std::string thing_at(const std::filesystem::path& file, Spot spot, const std::string& path) {
  return thing_at(spot.is_local ? local_file_of(file) : file, spot.line, path);
}

void Faults::add(Spot spot, const std::string& path, std::string cause, std::string fix) {
  add(spot, path, Error{ErrorCode::config_invalid, thing_at(file_, spot, path), std::move(cause), std::move(fix)});
}

void Faults::add(Spot spot, const std::string& path, Error error) {
  if (is_full()) return;
  spoil(path);
  faults_.push_back({spot, std::move(error)});
}

bool Faults::touch(const std::string& path) const {
  return std::ranges::any_of(
      spoiled_, [&](const std::string& known) { return is_within(known, path) || is_within(path, known); });
}

bool Faults::is_full() const { return faults_.size() == k_most_kept; }

Error Faults::take() {
  std::ranges::stable_sort(faults_, {},
                           [](const Fault& fault) { return std::tuple(fault.spot.is_local, fault.spot.line); });
  if (faults_.size() == 1) return std::move(faults_.front().error);
  const bool all_local = std::ranges::all_of(faults_, [](const Fault& fault) { return fault.spot.is_local; });
  Error error{ErrorCode::config_invalid, (all_local ? local_file_of(file_) : file_).filename().string(),
              "it has " + std::to_string(faults_.size()) + (is_full() ? " errors or more" : " errors"),
              "correct what each of them names"};
  if (faults_.size() > k_most_shown) error.cause += "; the first " + std::to_string(k_most_shown) + " are";
  error.cause += ":";
  for (std::size_t i = 0; i < std::min(faults_.size(), k_most_shown); ++i)
    error.cause += "\n" + to_text(faults_[i].error);
  return error;
}

}  // namespace helper::config
