// The block under "ready": what to type, click or open next, in short.
#pragma once

#include "cli/style.hpp"
#include "ide/interpreter.hpp"

#include <string>

namespace helper::cli {

[[nodiscard]] std::string render_ready_block(const Style& style, const ide::Interpreter& interpreter);

}  // namespace helper::cli
