#include "settings/edit.hpp"

#include <algorithm>

namespace helper::settings {
namespace {

using ide::FileKind;

std::vector<FileKind> referred_to(FileKind kind) {
  switch (kind) {
    case FileKind::web_servers:
    case FileKind::recent_connections:
      return {FileKind::ssh_configs};
    case FileKind::recent_hosts:
      return {FileKind::recent_connections};
    case FileKind::jdk_table:
    case FileKind::deployment:
      return {FileKind::web_servers};
    case FileKind::misc:
    case FileKind::module:
    case FileKind::modules:
      return {FileKind::jdk_table};
    case FileKind::run_configuration:
      return {FileKind::external_tools, FileKind::jdk_table};
    case FileKind::ssh_configs:
    case FileKind::external_tools:
    case FileKind::project_model:
      break;
  }
  return {};
}

// An edit of the kind that this one refers to, when it and every other one like it is `out`; nullptr when one with that
// entry is there, or none needs it.
template <class Out>
const Edit* missing(const std::vector<Edit>& edits, const Edit& edit, FileKind kind, const Out& out) {
  const bool of_project = edit.place.owner == k_project;
  const Edit* found = nullptr;
  for (const Edit& other : edits) {
    if (other.place.kind != kind || (!of_project && other.place.owner != edit.place.owner)) continue;
    if (!out(other)) return nullptr;
    found = &other;
  }
  return found;
}

}  // namespace

void leave_what_refers_to_nothing(std::vector<Edit>& edits) {
  for (Edit& edit : edits) {
    if (edit.refused || !edit.place.kind) continue;
    for (const FileKind kind : referred_to(*edit.place.kind)) {
      const Edit* cause = missing(edits, edit, kind, [](const Edit& other) { return other.refused.has_value(); });
      if (cause == nullptr) continue;
      edit.refused =
          Error{cause->refused->code, edit.place.file.string(),
                "its entry would refer to one in " + cause->place.file.filename().string() + ", which is left as it is",
                "correct " + cause->place.file.string() + " first"};
      break;
    }
  }
}

void wait_with_what_is_referred_to(const std::vector<Edit>& edits, std::vector<bool>& waits) {
  for (std::size_t at = 0; at < edits.size(); ++at) {
    const Edit& edit = edits[at];
    if (waits[at] || !edit.changes() || !edit.place.kind || edit.place.owner != k_project) continue;
    for (const FileKind kind : referred_to(*edit.place.kind)) {
      bool any = false;
      const Edit* cause = missing(edits, edit, kind, [&](const Edit& other) {
        const bool its = waits[static_cast<std::size_t>(&other - edits.data())];
        any = any || its;
        return its || other.refused.has_value();
      });
      waits[at] = waits[at] || (cause != nullptr && any);
    }
  }
}

}  // namespace helper::settings
