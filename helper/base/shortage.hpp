// What an error says when its cause is a shortage: a process, or a machine, that may open no more descriptors fails in
// whatever it does next, and the text of that failure helps nobody.
#pragma once

#include "base/error.hpp"

namespace helper {

// `error` with the system's words for `error_number` behind its cause: "cannot be started (No such file or directory)".
// EMFILE and ENFILE are an internal error instead, with the limit and the way to raise it.
[[nodiscard]] Error by_errno(Error error, int error_number);

// For the failure of a library that does not say why: `error` itself, unless this process has next to no descriptor
// left now.
[[nodiscard]] Error or_shortage(Error error);

}  // namespace helper
