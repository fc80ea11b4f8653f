// Any bytes may be where an IDE's settings should be: they are refused, or a target goes in twice as once and comes
// out again, into a text that can be read.
#include "ide/files.hpp"
#include "support/ide_kinds.hpp"

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data,
                                      std::size_t size) {  // NOLINT(readability-identifier-naming)
  using namespace helper::ide;                             // NOLINT(google-build-using-namespace)
  static const Wanted wanted = [] {
    Access i;
    i.target = i.ssh_name = "t";
    i.host = "127.0.0.1";
    i.port = 2222;
    i.user = "root";
    i.key_file = "/home/me/.ssh/id";
    i.python = "/usr/bin/python3";
    i.python_version = "3.11.2";
    i.project_local = "/home/me/p";
    i.project_remote = "/w/p";
    i.jupyter_port = 8888;
    Wanted made = make_wanted(i, "/usr/bin/helper", "/home/me/p/helper.json", "/home/me");
    // Short, so that a fuzzer finds them.
    made.ssh_id = "A";
    made.server_id = "B";
    made.sdk_id = "C";
    made.script = "a.py";
    return made;
  }();
  if (size == 0) return 0;
  const FileKind kind = helper::test::k_all_kinds.at((data[0] >> 1U) % helper::test::k_all_kinds.size());
  const Product product{Kind::pycharm, (data[0] & 1U) != 0 ? Version{2026, 1} : Version{2020, 3}, {}};
  const std::string_view text(reinterpret_cast<const char*>(data) + 1, size - 1);

  static_cast<void>(project_files(text, wanted));
  static_cast<void>(without_target(kind, text, wanted));
  const auto once = with_target(kind, text, wanted, product);
  if (!once) return 0;
  const auto twice = with_target(kind, *once, wanted, product);
  if (!twice || *twice != *once) __builtin_trap();
  const auto back = without_target(kind, *once, wanted);
  if (!back) __builtin_trap();
  if (*back && !with_target(kind, **back, wanted, product)) __builtin_trap();
  return 0;
}
