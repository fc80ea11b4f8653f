// In what two wishes for one target differ, as a person would say it. Pure.
#pragma once

#include "ide/wanted.hpp"

#include <string>

namespace helper::settings {

// "Python, port": what differs in the files; "" for none. The project's folder on this machine is not compared: it is
// where the person opened it.
[[nodiscard]] std::string differences(const ide::Wanted& applied, const ide::Wanted& wanted);

}  // namespace helper::settings
