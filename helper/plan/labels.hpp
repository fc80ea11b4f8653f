// The labels that mark a container as made by helper. A container without k_label_target, or with an empty one (a
// snapshot's, which empties what it inherited), is somebody else's.
#pragma once

namespace helper::plan {

inline constexpr const char* k_label_target = "io.helper.target";    // the target's name
inline constexpr const char* k_label_spec = "io.helper.spec";        // Desired::spec_hash at creation
inline constexpr const char* k_label_applied = "io.helper.applied";  // Desired::fields at creation, a JSON object
// On an image that helper built, and so on the containers made from it: BuildInputs::fingerprint of what it was
// built from.
inline constexpr const char* k_label_build = "io.helper.build";

// A container that is being replaced waits under its name and this, until the new one is ready.
inline constexpr const char* k_aside_suffix = ".helper-replaced";

}  // namespace helper::plan
