// The labels that mark a container as made by helper. A container without k_label_target is somebody else's.
#pragma once

namespace helper::plan {

inline constexpr const char* k_label_target = "io.helper.target";  // the target's name
inline constexpr const char* k_label_spec = "io.helper.spec";      // Desired::spec_hash at creation

}  // namespace helper::plan
