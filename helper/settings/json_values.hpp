// The values of this room as JSON, for our own files: the ledger, and what waits for an IDE to close.
#pragma once

#include "base/result.hpp"
#include "settings/edit.hpp"

#include <nlohmann/json.hpp>

#include <filesystem>
#include <string>
#include <string_view>

namespace helper::settings {

using Json = nlohmann::json;

// What cannot be read throws nlohmann's exceptions; parse_document() turns them into an error.
[[nodiscard]] Json to_json(const ide::Wanted& wanted);
[[nodiscard]] ide::Wanted wanted_from_json(const Json& json);
[[nodiscard]] Json to_json(const Place& place);
[[nodiscard]] Place place_from_json(const Json& json);

[[nodiscard]] std::string to_document(const Json& json);

// Error: file_failed for what is no JSON, has another "version", or throws in `read`.
[[nodiscard]] Error unreadable(const std::filesystem::path& file, const std::string& cause);

template <class T, class Read>
[[nodiscard]] Result<T> parse_document(std::string_view text, const std::filesystem::path& file, int version,
                                       const Read& read) {
  try {
    const Json json = Json::parse(text);
    if (const int its = json.at("version").get<int>(); its != version)
      return fail(unreadable(file, "it is of version " + std::to_string(its)));
    return read(json);
  } catch (const Json::exception& problem) {
    return fail(unreadable(file, problem.what()));
  }
}

}  // namespace helper::settings
