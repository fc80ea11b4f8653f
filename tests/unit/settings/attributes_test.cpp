// What a file has beside its bytes stays when the file is replaced, and when that is undone.
#include "unit/settings/home.hpp"

#include <gtest/gtest.h>

#include <array>
#include <cstdint>
#include <string>
#include <sys/xattr.h>

namespace helper::settings {
namespace {

using test::Home;

constexpr const char* k_list = "system.posix_acl_access";
constexpr const char* k_default_list = "system.posix_acl_default";

void put_number(std::string& bytes, std::uint32_t number, int size) {
  for (int i = 0; i < size; ++i) bytes += static_cast<char>(number >> (8 * i) & 0xFF);
}

// acl(5) as the kernel keeps it: the owner writes, user 12345 has `rights`, the group has none, and the mask is
// `rights`.
std::string list_with(std::uint32_t rights) {
  constexpr std::uint32_t k_nobody = 0xFFFFFFFF;
  std::string bytes;
  put_number(bytes, 2, 4);
  for (const auto& [tag, right, id] : {std::array<std::uint32_t, 3>{0x01, 6, k_nobody},
                                       {0x02, rights, 12345},
                                       {0x04, 0, k_nobody},
                                       {0x10, rights, k_nobody},
                                       {0x20, 0, k_nobody}}) {
    put_number(bytes, tag, 2);
    put_number(bytes, right, 2);
    put_number(bytes, id, 4);
  }
  return bytes;
}

bool set(const std::filesystem::path& file, const char* name, const std::string& value) {
  return ::setxattr(file.c_str(), name, value.data(), value.size(), 0) == 0;
}

std::string attribute(const std::filesystem::path& file, const char* name) {
  std::string value(512, '\0');
  const ssize_t length = ::getxattr(file.c_str(), name, value.data(), value.size());
  return length < 0 ? "(none)" : value.substr(0, static_cast<std::size_t>(length));
}

mode_t mode_of(const std::filesystem::path& file) {
  struct stat info {};
  return ::stat(file.c_str(), &info) == 0 ? info.st_mode & 07777U : 0;
}

TEST(Attributes, AndTheAccessListOfAFileStayWhenItIsWrittenAndUndone) {
  Home home;
  const auto config = home.path(".ssh/config");
  home.put(config, "Host a\n");
  ::chmod(config.c_str(), 0600);
  if (!set(config, "user.tag", "mine") || !set(config, k_list, list_with(4)))
    GTEST_SKIP() << "no attributes on this file system";
  const bool label = set(config, "security.selinux", "system_u:object_r:ssh_home_t:s0");  // takes a privilege
  const auto expect_all = [&] {
    EXPECT_EQ(attribute(config, "user.tag"), "mine");
    EXPECT_EQ(attribute(config, k_list), list_with(4));
    EXPECT_EQ(mode_of(config), 0640U) << "the group's bits are the mask";
    if (!label) return;
    EXPECT_EQ(attribute(config, "security.selinux"), "system_u:object_r:ssh_home_t:s0");
  };
  ASSERT_TRUE(home.writer.apply(home.order(), {}));
  EXPECT_NE(home.get(config), "Host a\n");
  expect_all();
  ASSERT_TRUE(home.writer.undo(Home::undo_of(home.order()), {}));
  EXPECT_EQ(home.get(config), "Host a\n");
  expect_all();
}

TEST(Attributes, OfALinksTargetStayAsWell) {
  Home home;
  const auto file = home.path("dotfiles/ssh_config");
  home.put(file, "Host a\n");
  std::filesystem::create_directories(home.path(".ssh"));
  std::filesystem::create_symlink("../dotfiles/ssh_config", home.path(".ssh/config"));
  if (!set(file, "user.tag", "mine")) GTEST_SKIP() << "no attributes on this file system";
  ASSERT_TRUE(home.writer.apply(home.order(), {}));
  EXPECT_EQ(attribute(file, "user.tag"), "mine");
}

TEST(Attributes, AFolderGivesAFileThatIsReplacedNoAccessListThatItDidNotHave) {
  Home home;
  const auto config = home.path(".ssh/config");
  home.put(config, "Host a\n");
  ::chmod(config.c_str(), 0644);
  if (!set(config.parent_path(), k_default_list, list_with(6))) GTEST_SKIP() << "no access lists on this file system";
  ASSERT_TRUE(home.writer.apply(home.order(), {}));
  EXPECT_EQ(attribute(config, k_list), "(none)");
  EXPECT_EQ(mode_of(config), 0644U);
}

}  // namespace
}  // namespace helper::settings
