#include "ssh/certificate.hpp"

#include "base/digest.hpp"
#include "ssh/agent.hpp"
#include "ssh/fields.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace helper::ssh {
namespace {

using testing::ElementsAre;

// ssh-keygen -s ca -I me -n root uk.pub
constexpr const char* k_certificate =
    "ssh-ed25519-cert-v01@openssh.com "
    "AAAAIHNzaC1lZDI1NTE5LWNlcnQtdjAxQG9wZW5zc2guY29tAAAAICAdMwnadV5XrFZHiAGTyGkcOLJn7+ICBtaFwXvGy0hqAAAA"
    "IExwb0RsDbHRPl/Baa/VaVS0mSXZ0gQjwp2o0zTxoQsxAAAAAAAAAAAAAAABAAAAAm1lAAAACAAAAARyb290AAAAAAAAAAD/////"
    "/////wAAAAAAAACCAAAAFXBlcm1pdC1YMTEtZm9yd2FyZGluZwAAAAAAAAAXcGVybWl0LWFnZW50LWZvcndhcmRpbmcAAAAAAAAA"
    "FnBlcm1pdC1wb3J0LWZvcndhcmRpbmcAAAAAAAAACnBlcm1pdC1wdHkAAAAAAAAADnBlcm1pdC11c2VyLXJjAAAAAAAAAAAAAAAz"
    "AAAAC3NzaC1lZDI1NTE5AAAAIKzLOhMrzlfM2WAMaylVPsS2bJd5AitXXm4ACEJCrbKwAAAAUwAAAAtzc2gtZWQyNTUxOQAAAEDt"
    "3yt0rpVc+mPc1eegrSsi/wMJrNXw4vjchLF+gtyZfI9AIJuChxSYjKDrdFpedPYEpnLumSU9q2hLdAlJy/oL";
constexpr const char* k_key = "AAAAC3NzaC1lZDI1NTE5AAAAIExwb0RsDbHRPl/Baa/VaVS0mSXZ0gQjwp2o0zTxoQsx";

TEST(ParseCertificate, ReadsOneThatSshKeygenMade) {
  const auto certificate = parse_certificate(k_certificate + std::string(" me@here\r\n"));
  ASSERT_TRUE(certificate);
  EXPECT_EQ(base64(certificate->plain), k_key);
  EXPECT_TRUE(certificate->for_users);
  EXPECT_THAT(certificate->principals, ElementsAre("root"));
  EXPECT_EQ(certificate->valid_after, 0u);
  EXPECT_EQ(certificate->valid_before, ~std::uint64_t{0});
  EXPECT_EQ(certificate_problem(*certificate, "root", 1'800'000'000), "");
  EXPECT_EQ(certificate_problem(*certificate, "alice", 1'800'000'000), "it is for root, and not for alice");
}

TEST(ParseCertificate, RefusesEveryTornOne) {
  const std::string blob = parse_certificate(k_certificate)->blob;
  const std::string type = "ssh-ed25519-cert-v01@openssh.com ";
  const std::size_t read = blob.find("root") + 4 + 8 + 8;  // up to its dates
  for (std::size_t size = 0; size < read; ++size)
    EXPECT_FALSE(parse_certificate(type + base64(std::string_view(blob).substr(0, size)))) << size;
  for (const auto* text : {"", "ssh-ed25519 AAAA", "ssh-ed25519-cert-v01@openssh.com", "x-cert-v01@openssh.com AAAA",
                           "ssh-ed25519-cert-v01@openssh.com ?", "-----BEGIN OPENSSH PRIVATE KEY-----"})
    EXPECT_FALSE(parse_certificate(text)) << text;
  EXPECT_FALSE(parse_certificate("ssh-rsa-cert-v01@openssh.com " + base64(blob))) << "another type within";
}

TEST(CertificateProblem, NamesItsDates) {
  Certificate certificate;
  certificate.valid_after = 1'700'000'000;
  certificate.valid_before = 1'700'003'600;
  EXPECT_EQ(certificate_problem(certificate, "root", 1'700'000'000), "");
  EXPECT_EQ(certificate_problem(certificate, "root", 1'700'003'600), "it expired on 2023-11-14 23:13 UTC");
  EXPECT_EQ(certificate_problem(certificate, "root", 1'699'999'999), "it is not valid before 2023-11-14 22:13 UTC");
}

TEST(AsTheAgentKnowsIt, NamesTheKeyOfACertificateThatTheAgentDoesNotHold) {
  const std::vector<AgentKey> keys{{"plain", "a", {}}, {"certificate", "b", "its key"}};
  const auto request = [](const std::string& blob) {
    return "\x0d" + string_field(blob) + string_field("data") + "flag";
  };
  EXPECT_EQ(as_the_agent_knows_it(request("certificate"), keys), request("its key"));
  EXPECT_EQ(as_the_agent_knows_it(request("plain"), keys), request("plain"));
  EXPECT_EQ(as_the_agent_knows_it("", keys), "");
  EXPECT_EQ(as_the_agent_knows_it("\x0d", keys), "\x0d");
}

}  // namespace
}  // namespace helper::ssh
