#include "base/digest.hpp"
#include "ensure/jupyter_work.hpp"
#include "support/fake_file_store.hpp"

#include <gtest/gtest.h>

namespace helper::ensure {
namespace {

const Paths k_paths{"/home/me", "/run/me", "/data/helper", "/state", "/config.json"};

TEST(JupyterToken, IsMadeOnceForATargetAndKeptForItsOwnerAlone) {
  helper::test::FakeFileStore files;
  const auto token = jupyter_token(files, k_paths, "centernet");
  ASSERT_TRUE(token);
  EXPECT_TRUE(is_token(*token));
  EXPECT_EQ(files.files().at(k_paths.jupyter_token("centernet")).mode, 0600U);
  EXPECT_EQ(*jupyter_token(files, k_paths, "centernet"), *token);
  EXPECT_NE(*jupyter_token(files, k_paths, "other"), *token);
}

TEST(JupyterToken, IsMadeAnewInPlaceOfWhatIsNone) {
  helper::test::FakeFileStore files;
  for (const std::string& bad : {std::string(), std::string("\n"), std::string("12345"), std::string(64, 'Z') + "\n"}) {
    ASSERT_TRUE(files.write(k_paths.jupyter_token("centernet"), bad, 0600));
    const auto token = jupyter_token(files, k_paths, "centernet");
    ASSERT_TRUE(token);
    EXPECT_TRUE(is_token(*token)) << bad;
    EXPECT_EQ(*jupyter_token(files, k_paths, "centernet"), *token);
  }
}

}  // namespace
}  // namespace helper::ensure
