// What editors and the documentation show of the table of keys: a JSON Schema and a reference table.
#pragma once

#include <string>

namespace helper::config {

// JSON Schema, draft 2020-12, as published in ide-integration/helper.schema.json, for a config and its local file. It
// allows what parse_config allows as far as a schema can say it; what is missing, what two keys may not have in common,
// and where null is allowed it cannot.
[[nodiscard]] std::string config_schema();

// docs/config.md: a Markdown table of key, value, default, meaning.
[[nodiscard]] std::string config_reference();

}  // namespace helper::config
