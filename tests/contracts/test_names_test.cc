#include "tests/contracts/test_names.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace whistle::contracts {
namespace {

using ::testing::SizeIs;

TEST(TestNamesTest, ATestSwitchedOffDoesNotCount) {
  const auto tests = ReadTestNames(R"json({"tests": [
      {"name": "a_test.RecordContactTest.DoneRight", "properties": [{"name": "DISABLED", "value": true}]},
      {"name": "a_test.RecordContactTest.DoneTwice", "properties": [{"name": "TIMEOUT", "value": 120.0}]},
      {"name": "contracts.lint"}]})json");
  ASSERT_TRUE(tests.ok()) << tests.status();
  ASSERT_THAT(*tests, SizeIs(1));
  EXPECT_EQ((*tests)[0].name, "DoneTwice");
}

TEST(TestNamesTest, WhatIsNotCtestsJsonIsRefused) {
  EXPECT_FALSE(ReadTestNames("").ok());
  EXPECT_FALSE(ReadTestNames("{}").ok());
}

TEST(TestNamesTest, AParameterIsTheEndOfTheName) {
  const auto tests = ReadTestNames(R"json({"tests": [
      {"name": "a_test.Urgency/WhistleDeadlineTest.FiresOnce/Urgent  # GetParam() = Urgent"}]})json");
  ASSERT_TRUE(tests.ok()) << tests.status();
  ASSERT_THAT(*tests, SizeIs(1));
  EXPECT_EQ((*tests)[0].suite, "WhistleDeadlineTest");
  EXPECT_EQ((*tests)[0].name, "FiresOnce/Urgent");
}

}  // namespace
}  // namespace whistle::contracts
