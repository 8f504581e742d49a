#include "libs/host/open_journal.h"

#include <filesystem>
#include <string>

#include "absl/strings/str_cat.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "libs/journal/embedded/test_folder.h"

namespace whistle::host {
namespace {

using ::testing::HasSubstr;

class OpenJournalTest : public ::testing::Test {
 protected:
  absl::StatusOr<OpenedJournal> Open(const JournalOptions& options) {
    return OpenJournal(
        options, &wall_clock_, [](const absl::Status&) {}, &log_);
  }
  std::string Embedded() const { return absl::StrCat("embedded:", folder_.path(), "/journal"); }

  journal::TestFolder folder_;
  base::RealClock wall_clock_;
  telemetry::Logger log_{telemetry::LogOptions{.service = "test"}};
};

TEST_F(OpenJournalTest, AnEmbeddedOneIsMadeAndReachable) {
  const auto opened = Open({.journal = Embedded()});
  ASSERT_TRUE(opened.ok()) << opened.status();
  EXPECT_EQ(opened->kind, "embedded");
  EXPECT_EQ(opened->virtual_clock, nullptr);
  EXPECT_TRUE(opened->reachable().ok());
}

TEST_F(OpenJournalTest, AVirtualClockStartsWhereToldAndGoesOnAtTheLastStamp) {
  const absl::Time start = absl::FromUnixSeconds(1'230'768'000);
  {
    const auto opened = Open({.journal = Embedded(), .clock = journal::ClockKind::kVirtual, .virtual_start = start});
    ASSERT_TRUE(opened.ok()) << opened.status();
    EXPECT_EQ(opened->virtual_clock->Now(), start);
  }
  const auto again =
      Open({.journal = Embedded(), .clock = journal::ClockKind::kVirtual, .virtual_start = start + absl::Hours(1)});
  ASSERT_TRUE(again.ok()) << again.status();
  EXPECT_EQ(again->virtual_clock->Now(), start) << "the genesis records were stamped then";
}

TEST_F(OpenJournalTest, WhatIsNeitherKindIsRefusedAndSaysBoth) {
  for (const char* text : {"", "embedded:", "kafka:", "file:/tmp", "127.0.0.1:9092"}) {
    const auto opened = Open({.journal = text});
    EXPECT_TRUE(absl::IsInvalidArgument(opened.status())) << text;
    EXPECT_THAT(std::string(opened.status().message()), HasSubstr("embedded:DIR or kafka:HOST:PORT"));
  }
}

TEST_F(OpenJournalTest, AKafkaJournalHasNoVirtualClock) {
  const auto opened = Open({.journal = "kafka:127.0.0.1:1", .clock = journal::ClockKind::kVirtual});
  EXPECT_TRUE(absl::IsInvalidArgument(opened.status())) << opened.status();
  EXPECT_THAT(std::string(opened.status().message()), HasSubstr("a Kafka journal's clock is real"));
}

TEST_F(OpenJournalTest, PropertiesAreForKafkaOnly) {
  const auto opened = Open({.journal = Embedded(), .properties_file = "/etc/hostname"});
  EXPECT_TRUE(absl::IsInvalidArgument(opened.status())) << opened.status();
  EXPECT_FALSE(std::filesystem::exists(absl::StrCat(folder_.path(), "/journal"))) << "nothing was made";
}

TEST_F(OpenJournalTest, APropertiesFileThatIsNotThereIsNamed) {
  const auto opened = Open({.journal = "kafka:127.0.0.1:1", .properties_file = "/nowhere/kafka.properties"});
  EXPECT_FALSE(opened.ok());
  EXPECT_THAT(std::string(opened.status().message()), HasSubstr("/nowhere/kafka.properties"));
}

}  // namespace
}  // namespace whistle::host
