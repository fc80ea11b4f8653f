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
      break;
  }
  return {};
}

// The refused edit that prevents this one; nullptr when one with that entry is there, or none needs it.
const Edit* missing(const std::vector<Edit>& edits, const Edit& edit, FileKind kind) {
  const bool of_project = edit.place.owner == k_project;
  const Edit* refused = nullptr;
  for (const Edit& other : edits) {
    if (other.place.kind != kind || (!of_project && other.place.owner != edit.place.owner)) continue;
    if (!other.refused) return nullptr;
    refused = &other;
  }
  return refused;
}

}  // namespace

void leave_what_refers_to_nothing(std::vector<Edit>& edits) {
  for (Edit& edit : edits) {
    if (edit.refused || !edit.place.kind) continue;
    for (const FileKind kind : referred_to(*edit.place.kind)) {
      const Edit* cause = missing(edits, edit, kind);
      if (cause == nullptr) continue;
      edit.refused =
          Error{cause->refused->code, edit.place.file.string(),
                "its entry would refer to one in " + cause->place.file.filename().string() + ", which is left as it is",
                "correct " + cause->place.file.string() + " first"};
      break;
    }
  }
}

}  // namespace helper::settings
