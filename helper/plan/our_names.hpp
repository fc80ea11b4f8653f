// The names of what is helper's: labels of containers and images, and folders in a container.
#pragma once

namespace helper::plan {

// Labels. A container without k_label_target, or with an empty one (a snapshot's, which empties what it inherited), is
// somebody else's.
inline constexpr const char* k_label_target = "io.helper.target";    // the target's name
inline constexpr const char* k_label_spec = "io.helper.spec";        // Desired::spec_hash at creation
inline constexpr const char* k_label_applied = "io.helper.applied";  // Desired::fields at creation, a JSON object
// A random text of this one container: its record (plan/record) has the same. An image that is made of the container
// has the label too, and no record.
inline constexpr const char* k_label_nonce = "io.helper.nonce";
// On an image that helper built, and so on the containers made from it: BuildInputs::fingerprint of what it was
// built from.
inline constexpr const char* k_label_build = "io.helper.build";

// On the keeper: the version of helper that started it. On its image too.
inline constexpr const char* k_label_keeper = "io.helper.keeper";
inline constexpr const char* k_keeper_image = "helper-keeper";  // its tag is that version

// A container that is being replaced waits under its name and this, until the new one is ready.
inline constexpr const char* k_aside_suffix = ".helper-replaced";

// Folders. /dev in a container is a tmpfs that stays writable and executable on a read-only root file system, is in no
// image layer, and is gone when the container stops. Where a config mounts a folder over it, our places get a tmpfs of
// their own (plan/server_mounts).
//
// They are constants and no part of a Place: each program of the bundle has the absolute paths of its loader and its
// libraries built in. A place in which nobody can write below /dev needs a bundle that is built for another folder
// (PREFIX in scripts/ssh-bundle), and the scripts of the rooms engine and inside, which name these paths, with it.
inline constexpr const char* k_helper_folder = "/dev/helper";
// Of our sshd, which keeps nothing in it (sshd(8) calls it the privilege separation folder).
inline constexpr const char* k_sshd_folder = "/dev/sshd";

// The SSH bundle: the paths of its loader and its libraries begin so.
inline constexpr const char* k_bundle_folder = "/dev/helper/ssh";
// What runs of ours, and its secrets: root's, 0755.
inline constexpr const char* k_run_folder = "/dev/helper/run";
// The same for an sshd that runs as the user; the user's, 0755 (a root without capabilities reads no
// other's folder).
inline constexpr const char* k_user_run_folder = "/dev/helper/user";

// In a shared container each person has such a folder of their own in it, by the name of their user there.
inline constexpr const char* k_people_folder = "/dev/helper/people";

// Which hooks have run in this container: root's, in its writable layer, so that the mark ends with the container.
inline constexpr const char* k_marks_folder = "/var/lib/helper";

// The volume of ide.backend_cache: not below /dev/helper, so that nothing that clears that away reaches into it. The
// user's ~/.cache/JetBrains is a link to it, because the user's home is not known before the container is made.
inline constexpr const char* k_backend_cache = "/var/cache/helper-jetbrains";

}  // namespace helper::plan
