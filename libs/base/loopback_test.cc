#include "libs/base/loopback.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace whistle::base {
namespace {

using ::testing::HasSubstr;

TEST(ParseLoopbackAddress, AcceptsLoopbackOfBothFamiliesAndPinsLocalhostToAnAddress) {
  EXPECT_EQ(ParseLoopbackAddress("127.0.0.1:7101")->ToString(), "127.0.0.1:7101");
  EXPECT_EQ(ParseLoopbackAddress("127.9.8.7:0")->ToString(), "127.9.8.7:0");
  EXPECT_EQ(ParseLoopbackAddress("[::1]:65535")->ToString(), "[::1]:65535");
  EXPECT_EQ(ParseLoopbackAddress("localhost:7101")->ToString(), "127.0.0.1:7101");
}

TEST(ParseLoopbackAddress, RefusesWhatOthersCouldReachAndSaysThatCallersAreNotAuthenticated) {
  for (const char* address :
       {"0.0.0.0:7101", "[::]:7101", "192.168.1.5:7101", "example.org:7101", ":7101", "126.255.255.255:1",
        "128.0.0.1:1", "localhost.example.org:1", "127.0.0.1.example.org:1", "unix:0", "::1:7101"}) {
    const auto parsed = ParseLoopbackAddress(address);
    ASSERT_EQ(parsed.status().code(), absl::StatusCode::kInvalidArgument) << address;
    EXPECT_THAT(std::string(parsed.status().message()), HasSubstr("not authenticated")) << address;
    EXPECT_THAT(std::string(parsed.status().message()), HasSubstr(address)) << address;
  }
}

TEST(ParseLoopbackAddress, RefusesAMissingOrImpossiblePort) {
  for (const char* address : {"127.0.0.1", "127.0.0.1:", "127.0.0.1:65536", "127.0.0.1:-1", "127.0.0.1:http", ""}) {
    EXPECT_EQ(ParseLoopbackAddress(address).status().code(), absl::StatusCode::kInvalidArgument) << address;
  }
}

}  // namespace
}  // namespace whistle::base
