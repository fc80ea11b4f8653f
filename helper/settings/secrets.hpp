// Passwords that a settings file of an IDE may hold, hidden from what is shown.
#pragma once

#include <string>
#include <string_view>

namespace helper::settings {

// XML with the values of attributes, options and elements whose name says password, passphrase, secret or token as
// "***", and with as many lines as before. Any text can be given; what is not XML stays.
[[nodiscard]] std::string without_secrets(std::string_view text);

}  // namespace helper::settings
