// A random token is a secret that cannot be guessed: 256 bits from the system, as text.
#pragma once

#include <string>
#include <string_view>

namespace helper {

// 64 hexadecimal digits; "" when the system gives no random numbers.
[[nodiscard]] std::string random_token();

// Whether this is the text of such a token. Pure.
[[nodiscard]] bool is_token(std::string_view text);

}  // namespace helper
