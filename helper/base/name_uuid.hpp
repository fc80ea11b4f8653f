// A name's UUID is the same on every machine and in every run: RFC 9562, version 5 (SHA-1), in helper's own namespace.
#pragma once

#include <string>
#include <string_view>

namespace helper {

// 36 characters, lower case. Pure.
[[nodiscard]] std::string name_uuid(std::string_view name);

// The same in another namespace, itself a UUID's text; "" when it is not one.
[[nodiscard]] std::string name_uuid(std::string_view name, std::string_view name_space);

}  // namespace helper
