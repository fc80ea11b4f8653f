// Every kind of an IDE's file, for tests that try all of them.
#pragma once

#include "ide/files.hpp"

#include <array>

namespace helper::test {

inline constexpr std::array k_all_kinds{ide::FileKind::ssh_configs,
                                        ide::FileKind::web_servers,
                                        ide::FileKind::jdk_table,
                                        ide::FileKind::external_tools,
                                        ide::FileKind::recent_connections,
                                        ide::FileKind::recent_hosts,
                                        ide::FileKind::deployment,
                                        ide::FileKind::misc,
                                        ide::FileKind::modules,
                                        ide::FileKind::module,
                                        ide::FileKind::run_configuration,
                                        ide::FileKind::project_model};

}  // namespace helper::test
