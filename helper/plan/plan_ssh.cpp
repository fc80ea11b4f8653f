#include "plan/draft.hpp"

namespace helper::plan {

void plan_ssh(Draft& draft, const Inside& inside) {
  if (draft.observed.key && !inside.key_installed) {
    draft.step(InstallKey{draft.target.ssh.user, draft.observed.key->public_line},
               "it is not in authorized_keys, or with modes that sshd refuses");
  }
  if (!inside.sshd_listening) {
    if (inside.sshd_path.empty()) {
      draft.problem(ErrorCode::inside_no_sshd, draft.container_name(), "its image has no sshd",
                    "add openssh-server to the image: RUN apt-get update && apt-get install -y openssh-server");
      return;
    }
    draft.step(StartSshd{inside.sshd_path, draft.target.ssh.user}, "it does not run");
  } else if (inside.host_keys.empty()) {
    draft.problem(ErrorCode::inside_failed, "sshd in " + draft.container_name(),
                  "its host keys are not where they can be read (/etc/ssh/ssh_host_*_key.pub)",
                  "in the container: ssh-keygen -A, then: helper restart " + draft.target.name);
  } else if (inside.host_keys != draft.observed.pinned_host_keys) {
    draft.step(PinHostKeys{inside.host_keys},
               draft.observed.pinned_host_keys.empty() ? "none are pinned yet" : "the container has other ones now");
  }
}

}  // namespace helper::plan
