// 10,000 generated files of each kind: every byte of others' stays, a second run changes nothing, and what went in
// comes out again.
#include "ide/files.hpp"
#include "support/ide_variants.hpp"
#include "unit/ide/sample.hpp"

#include <gtest/gtest.h>

#include <array>
#include <string>

namespace helper::ide {
namespace {

constexpr int k_variants = 10'000;
constexpr std::array<Version, 4> k_versions{{{2020, 3}, {2021, 2}, {2023, 3}, {2026, 1}}};

testing::AssertionResult holds_in_order(const std::string& text, const std::vector<std::string>& parts) {
  std::size_t at = 0;
  for (const std::string& part : parts) {
    at = text.find(part, at);
    if (at == std::string::npos) return testing::AssertionFailure() << "lost or changed: " << part;
    at += part.size();
  }
  return testing::AssertionSuccess();
}

class SettingsProperty : public testing::TestWithParam<FileKind> {
 protected:
  void check(const helper::test::Variant& variant, const Product& product, bool thorough) {
    const FileKind kind = GetParam();
    const auto once = with_target(kind, variant.text, wanted_, product);
    ASSERT_TRUE(once) << to_text(once.error());
    ASSERT_EQ(with_target(kind, *once, wanted_, product).value_or("an error"), *once);
    ASSERT_TRUE(holds_in_order(*once, variant.foreign)) << *once;

    const auto back = without_target(kind, *once, wanted_);
    ASSERT_TRUE(back) << to_text(back.error());
    ASSERT_TRUE(holds_in_order(back->value_or(""), variant.foreign)) << *once;
    if (*back && variant.reversible) {
      ASSERT_EQ(**back, variant.text) << *once;
    }

    if (!thorough) return;
    const auto moved = with_target(kind, *once, moved_, product);
    ASSERT_TRUE(moved) << to_text(moved.error());
    ASSERT_EQ(with_target(kind, *moved, wanted_, product).value_or("an error"), *once);
  }

  static Wanted moved() {
    Wanted wanted = test::sample_wanted();
    wanted.access.port = 2299;
    wanted.access.python = "/usr/bin/python3";
    wanted.access.python_version = "3.12.0";
    wanted.helper = "/opt/a b/helper";
    return wanted;
  }

  Wanted wanted_ = test::sample_wanted();
  Wanted moved_ = moved();
};

TEST_P(SettingsProperty, EveryForeignByteStaysAndWhatWentInComesOut) {
  helper::test::Variants variants(static_cast<unsigned>(GetParam()) + 1);
  for (int i = 0; i < k_variants && !HasFatalFailure(); ++i) {
    const helper::test::Variant variant = variants.make(GetParam());
    const Product product{Kind::pycharm, k_versions[static_cast<std::size_t>(i) % k_versions.size()], {}};
    SCOPED_TRACE(variant.text);
    check(variant, product, i % 10 == 0);
  }
}

std::string name_of(const testing::TestParamInfo<FileKind>& kind) {
  constexpr std::array k_names{"SshConfigs",        "WebServers",  "JdkTable",        "ExternalTools",
                               "RecentConnections", "RecentHosts", "Deployment",      "Misc",
                               "Modules",           "Module",      "RunConfiguration"};
  return k_names.at(static_cast<std::size_t>(kind.param));
}

INSTANTIATE_TEST_SUITE_P(Of, SettingsProperty,
                         testing::Values(FileKind::ssh_configs, FileKind::web_servers, FileKind::jdk_table,
                                         FileKind::external_tools, FileKind::recent_connections, FileKind::recent_hosts,
                                         FileKind::deployment, FileKind::misc, FileKind::modules, FileKind::module,
                                         FileKind::run_configuration),
                         name_of);

}  // namespace
}  // namespace helper::ide
