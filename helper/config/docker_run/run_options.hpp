// The options that `docker run` and `podman run` have: without them nobody can tell an option's value from the image.
#pragma once

#include <span>
#include <string_view>

namespace helper::config {

struct OptionLetter {
  char letter;
  std::string_view name;  // the long form
  bool has_value = true;
};

struct OptionNames {
  std::span<const std::string_view> switches;    // a value of theirs follows '='
  std::span<const std::string_view> with_value;  // their value is in the same word, after '=', or is the next word
  std::span<const OptionLetter> letters;
};

// docker-run(1) of 27, podman-run(1) of 5.
[[nodiscard]] OptionNames options_of_run();
// Of the program itself, before "run".
[[nodiscard]] OptionNames options_of_the_client();

}  // namespace helper::config
