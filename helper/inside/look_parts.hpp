// The look into a place is made of parts, one for each thing that is looked at: the piece of sh that asks, and how its
// sections are read. Every piece may use what comes before it: $user, $uid, $home, $shell, and the functions of
// base/scripts/lib.sh.
#pragma once

#include "base/sections.hpp"
#include "inside/look.hpp"
#include "plan/observed.hpp"

#include <string>
#include <vector>

namespace helper::inside {

// The user's entry, and which hooks have run. Before the others, which use it.
[[nodiscard]] std::string look_user();
[[nodiscard]] std::string look_ssh();
// After that one.
[[nodiscard]] std::string look_root_password();
[[nodiscard]] std::string look_jupyter(const std::string& folder);
// What they ask, and the function ask_as_the_user.
[[nodiscard]] std::string look_pythons(const Question& question, const std::string& nonce);
[[nodiscard]] std::string look_known_python(const Question& question, const std::string& nonce,
                                            const plan::Python& known);

void read_user(const std::vector<Section>& sections, plan::Inside& inside);
void read_ssh(const std::vector<Section>& sections, plan::Inside& inside);
void read_places(const std::vector<Section>& sections, plan::Inside& inside);
void read_jupyter(const std::vector<Section>& sections, const Question& question, plan::Inside& inside);
void read_pythons(const std::vector<Section>& sections, plan::Inside& inside);

}  // namespace helper::inside
