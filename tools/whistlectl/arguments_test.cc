#include "tools/whistlectl/arguments.h"

#include <fstream>
#include <string>

#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace whistle::whistlectl {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

const std::vector<FlagSpec>& Flags() {
  static const auto* const flags = new std::vector<FlagSpec>{{"service", "NAME", "intake", "whose"},
                                                             {"at-version", "N", "0", "up to"},
                                                             {"timeout", "DURATION", "60s", "how long"},
                                                             {"quiet", "", "false", "say less"}};
  return *flags;
}

TEST(ArgumentsTest, FlagsAreWrittenAsAbseilWritesThem) {
  const auto arguments =
      Arguments::Parse({"--service=response", "case-1", "--at-version", "7", "--quiet", "-timeout=2s"}, Flags());
  ASSERT_TRUE(arguments.ok()) << arguments.status();
  EXPECT_EQ(arguments->Get("service"), "response");
  EXPECT_EQ(arguments->GetNumber("at-version").value(), 7u);
  EXPECT_EQ(arguments->GetDuration("timeout").value(), absl::Seconds(2));
  EXPECT_TRUE(arguments->GetSwitch("quiet"));
  EXPECT_THAT(arguments->operands(), ElementsAre("case-1"));
}

TEST(ArgumentsTest, FlagsMayHaveUnderscoresAsTheServicesFlagsDo) {
  const auto arguments = Arguments::Parse({"--at_version=2"}, Flags());
  ASSERT_TRUE(arguments.ok()) << arguments.status();
  EXPECT_EQ(arguments->Get("at-version"), "2");
}

TEST(ArgumentsTest, ASwitchCanBeTurnedOff) {
  EXPECT_FALSE(Arguments::Parse({"--quiet", "--noquiet"}, Flags())->GetSwitch("quiet"));
  EXPECT_FALSE(Arguments::Parse({"--quiet=false"}, Flags())->GetSwitch("quiet"));
}

TEST(ArgumentsTest, WhatFollowsTwoDashesIsNoFlag) {
  const auto arguments = Arguments::Parse({"--", "--service"}, Flags());
  EXPECT_THAT(arguments->operands(), ElementsAre("--service"));
}

TEST(ArgumentsTest, AMistypedFlagNamesTheOneThatWasMeant) {
  EXPECT_THAT(std::string(Arguments::Parse({"--servise=x"}, Flags()).status().message()),
              HasSubstr("unknown flag --servise; did you mean --service?"));
}

TEST(ArgumentsTest, AFlagWithoutItsValueSaysWhatItNeeds) {
  EXPECT_THAT(std::string(Arguments::Parse({"--service"}, Flags()).status().message()),
              HasSubstr("--service needs a value: --service=NAME"));
}

TEST(ArgumentsTest, ANumberThatIsNoneNamesItsFlag) {
  const auto arguments = Arguments::Parse({"--at-version=-3", "--timeout=soon"}, Flags());
  EXPECT_THAT(std::string(arguments->GetNumber("at-version").status().message()), HasSubstr("--at-version"));
  EXPECT_THAT(std::string(arguments->GetDuration("timeout").status().message()), HasSubstr("found \"soon\""));
}

TEST(ArgumentsTest, AFlagfileHoldsOneFlagALine) {
  const std::string path = ::testing::TempDir() + "/whistlectl.flags";
  std::ofstream(path) << "# where the services are\n--service=escalation\n\n--quiet\n";
  const auto arguments = Arguments::Parse({"--flagfile=" + path, "--at-version=2"}, Flags());
  ASSERT_TRUE(arguments.ok()) << arguments.status();
  EXPECT_EQ(arguments->Get("service"), "escalation");
  EXPECT_TRUE(arguments->GetSwitch("quiet"));
  EXPECT_EQ(arguments->Get("at-version"), "2");
}

TEST(ArgumentsTest, AFlagfileThatCannotBeReadIsNotTakenForAnEmptyOne) {
  for (const std::string& path : {::testing::TempDir(), ::testing::TempDir() + "/no-such.flags"}) {
    EXPECT_THAT(std::string(Arguments::Parse({"--flagfile", path}, Flags()).status().message()),
                HasSubstr("--flagfile: cannot read " + path));
  }
}

TEST(ArgumentsTest, AFlagfileInACircleEnds) {
  const std::string path = ::testing::TempDir() + "/circle.flags";
  std::ofstream(path) << "--flagfile=" << path << "\n";
  EXPECT_THAT(std::string(Arguments::Parse({"--flagfile", path}, Flags()).status().message()), HasSubstr("nested"));
}

}  // namespace
}  // namespace whistle::whistlectl
