// Sections are how one script brings many answers back in one round trip: a line "NONCE name status" opens each, raw
// bytes follow. The nonce is new each time, so that nothing that the remote prints can be taken for a heading.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace helper {

struct Section {
  std::string name;
  int status = 0;
  std::string body;
  friend bool operator==(const Section&, const Section&) = default;
};

[[nodiscard]] std::string make_nonce();

// Of a script that runs another one inside the container. What runs inside sees only the inner one, in its argv, so
// that no root of a container can open a section of the outer script.
struct Nonces {
  std::string outer;
  std::string inner;
};
[[nodiscard]] Nonces make_nonces();

// Pure. What is before the first heading (banners, noise of start files) is dropped; so is a heading that is
// malformed.
[[nodiscard]] std::vector<Section> parse_sections(std::string_view text, std::string_view nonce);

// The first section of that name; nullptr when there is none.
[[nodiscard]] const Section* find_section(const std::vector<Section>& sections, std::string_view name);

// The status of a command that a script gave a limit of time, when its time was up (base/scripts/lib.sh).
inline constexpr int k_time_was_up = 124;

// What is put before every script that answers in sections: the nonce, and the functions of base/scripts/lib.sh.
[[nodiscard]] std::string script_begin(std::string_view nonce);

// Non-empty lines of a section's body; none when there is no such section.
[[nodiscard]] std::vector<std::string> lines_of(const std::vector<Section>& sections, std::string_view name);
// There is such a section and its status is 0.
[[nodiscard]] bool is_zero(const std::vector<Section>& sections, std::string_view name);

}  // namespace helper
