// Every script that travels to a server or into a place is understood by each shell that may have to read it.
#include "base/process/process.hpp"
#include "support/shells.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>
#include <string>
#include <vector>

namespace helper::inside {
namespace {

namespace fs = std::filesystem;

std::vector<fs::path> scripts() {
  std::vector<fs::path> found;
  for (const char* room : {"base", "engine", "inside"}) {
    const fs::path folder = fs::path(TEST_SOURCE_DIR).parent_path() / "helper" / room / "scripts";
    for (const auto& entry : fs::directory_iterator(folder)) {
      if (entry.path().extension() == ".sh") found.push_back(entry.path());
    }
  }
  std::ranges::sort(found);
  return found;
}

TEST(Scripts, AreUnderstoodByEveryShell) {
  ASSERT_GT(scripts().size(), 25U);
  for (const auto& script : scripts()) {
    for (auto argv : test::shells()) {
      const std::string shell = argv.front();
      argv.insert(argv.end(), {"-n", script.string()});
      const auto read = run_process({argv, {}, {}, Milliseconds(20'000)}, {});
      ASSERT_TRUE(read);
      EXPECT_EQ(read->exit_status, 0) << shell << ": " << read->err;
    }
  }
}

}  // namespace
}  // namespace helper::inside
