#include "libs/host/timeline_query.h"

#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "libs/base/time.h"
#include "libs/host/desk.h"
#include "libs/projection/memory_store.h"

namespace whistle::host {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using timeline::v1::GetTimelineRequest;
using timeline::v1::GetTimelineResponse;

constexpr int kPartitions = 4;
const absl::Time kStart = absl::FromUnixSeconds(1'600'000'000);

absl::Time Hour(int hour) { return kStart + absl::Hours(hour); }

journal::v1::Event ContactAt(int hour) {
  journal::v1::Event event;
  *event.mutable_occurred_at() = base::ToProto(Hour(hour));
  event.mutable_contact_recorded();
  return event;
}

journal::v1::Event TimeCorrected(int hour, const std::string& event_id, int to_hour) {
  journal::v1::Event event;
  *event.mutable_occurred_at() = base::ToProto(Hour(hour));
  event.mutable_response_entry_corrected()->set_event_id(event_id);
  auto& field = *event.mutable_response_entry_corrected()->add_fields();
  field.set_path("occurred_at");
  field.set_is(absl::StrCat("\"", base::TimeText(Hour(to_hour)), "\""));
  return event;
}

// The versions of case-1, recorded in hour 10, 20, 30, …
class TimelineQueryTest : public ::testing::Test {
 protected:
  void Given(const std::vector<std::vector<journal::v1::Event>>& decisions, int partition_hour) {
    projection::WriteSet set;
    for (size_t i = 0; i < decisions.size(); ++i) {
      projection::WriteSet::Timeline entry{"case-1", base::Version{i + 1}, {}};
      journal::v1::Decision decision;
      for (const auto& event : decisions[i]) *decision.add_events() = event;
      entry.row.set_decision(decision.SerializeAsString());
      *entry.row.mutable_recorded_at() = base::ToProto(Hour(10 * (static_cast<int>(i) + 1)));
      set.timeline.push_back(entry);
    }
    projection::v1::CaseRow row;
    row.set_version(decisions.size());
    set.cases.emplace_back("case-1", row);
    projection::v1::PartitionRow partition;
    *partition.mutable_recorded_at() = base::ToProto(Hour(partition_hour));
    set.partitions.emplace_back(PartitionOfCase("case-1", kPartitions), partition);
    ASSERT_TRUE(store_.Commit(set).ok());
  }

  absl::StatusOr<GetTimelineResponse> Ask(GetTimelineRequest request) {
    request.set_case_id("case-1");
    GetTimelineResponse response;
    const absl::Status status = GetTimeline(store_, Hour(1000), kPartitions, request, response);
    if (!status.ok()) return status;
    return response;
  }
  static GetTimelineRequest RecordedBy(int hour) {
    GetTimelineRequest request;
    *request.mutable_recorded_by() = base::ToProto(Hour(hour));
    return request;
  }
  static GetTimelineRequest OccurredBy(int hour) {
    GetTimelineRequest request;
    *request.mutable_occurred_by() = base::ToProto(Hour(hour));
    return request;
  }
  static std::vector<uint64_t> Versions(const GetTimelineResponse& response) {
    std::vector<uint64_t> versions;
    for (const auto& entry : response.entries()) versions.push_back(entry.version());
    return versions;
  }
  static std::vector<std::string> Occurred(const GetTimelineResponse& response) {
    std::vector<std::string> ids;
    for (const auto& entry : response.entries()) {
      ids.insert(ids.end(), entry.occurred_event_ids().begin(), entry.occurred_event_ids().end());
    }
    return ids;
  }

  projection::MemoryStore store_;
};

TEST_F(TimelineQueryTest, AllOfItSaysNothingOfAMoment) {
  Given({{ContactAt(1)}, {ContactAt(2)}}, 20);
  const auto response = Ask({});
  ASSERT_TRUE(response.ok()) << response.status();
  EXPECT_THAT(Versions(*response), ElementsAre(1, 2));
  EXPECT_FALSE(response->has_as_of());
}

TEST_F(TimelineQueryTest, ByRecordedTimeItIsWhatTheRecordsSaidThen) {
  Given({{ContactAt(1)}, {ContactAt(2)}, {ContactAt(3)}}, 30);
  const auto response = Ask(RecordedBy(29));
  ASSERT_TRUE(response.ok()) << response.status();
  EXPECT_THAT(Versions(*response), ElementsAre(1, 2));
  EXPECT_EQ(response->as_of().version(), 2u);
  EXPECT_TRUE(response->as_of().final());
  EXPECT_EQ(response->as_of().head(), response->entries(1).head());
  EXPECT_FALSE(Ask(RecordedBy(30))->as_of().final());
  EXPECT_TRUE(absl::IsNotFound(Ask(RecordedBy(9)).status()));
  EXPECT_TRUE(absl::IsInvalidArgument(Ask(RecordedBy(1001)).status()));
}

TEST_F(TimelineQueryTest, ByVersionItIsFinal) {
  Given({{ContactAt(1)}, {ContactAt(2)}, {ContactAt(3)}}, 30);
  GetTimelineRequest request;
  request.set_at_version(2);
  const auto response = Ask(request);
  EXPECT_THAT(Versions(*response), ElementsAre(1, 2));
  EXPECT_TRUE(response->as_of().final());
  request.set_at_version(4);
  EXPECT_TRUE(absl::IsOutOfRange(Ask(request).status()));
}

TEST_F(TimelineQueryTest, ByOccurredTimeALateEntryCountsAndAnEarlyOneOfSomethingLaterDoesNot) {
  // Entered in the order of the versions, and happened in another.
  Given({{ContactAt(5)}, {ContactAt(9), ContactAt(3)}, {ContactAt(2)}}, 30);
  const auto response = Ask(OccurredBy(5));
  ASSERT_TRUE(response.ok()) << response.status();
  EXPECT_THAT(Occurred(*response), ElementsAre("1.1", "2.2", "3.1"));
  EXPECT_EQ(response->as_of().version(), 3u);
  EXPECT_FALSE(response->as_of().final());
  EXPECT_THAT(Occurred(*Ask(OccurredBy(2))), ElementsAre("3.1"));
  EXPECT_THAT(Versions(*Ask(OccurredBy(1))), IsEmpty());
}

TEST_F(TimelineQueryTest, ByOccurredTimeAnEventHappenedWhenItsLastCorrectionSays) {
  Given({{ContactAt(5)}, {ContactAt(6)}, {TimeCorrected(25, "1.1", 8)}, {TimeCorrected(35, "1.1", 7)}}, 40);
  // The first was put right to hour 8 and then to 7; the corrections themselves were made in hours 25 and 35.
  EXPECT_THAT(Occurred(*Ask(OccurredBy(6))), ElementsAre("2.1"));
  EXPECT_THAT(Occurred(*Ask(OccurredBy(7))), ElementsAre("1.1", "2.1"));
  EXPECT_THAT(Occurred(*Ask(OccurredBy(25))), ElementsAre("1.1", "2.1", "3.1"));
}

TEST_F(TimelineQueryTest, PagesGoOnWhereTheyEndedAndTheirTokensFitNoOtherQuestion) {
  Given({{ContactAt(5)}, {ContactAt(50)}, {ContactAt(4)}, {ContactAt(60)}, {ContactAt(3)}, {ContactAt(70)}}, 60);
  GetTimelineRequest request = OccurredBy(5);
  request.mutable_page()->set_size(2);
  const auto first = Ask(request);
  EXPECT_THAT(Occurred(*first), ElementsAre("1.1", "3.1"));
  ASSERT_FALSE(first->next_page_token().empty());
  request.mutable_page()->set_token(first->next_page_token());
  const auto second = Ask(request);
  EXPECT_THAT(Occurred(*second), ElementsAre("5.1"));
  EXPECT_EQ(second->next_page_token(), "");
  GetTimelineRequest other = RecordedBy(40);
  other.mutable_page()->set_token(first->next_page_token());
  EXPECT_TRUE(absl::IsInvalidArgument(Ask(other).status()));
}

TEST_F(TimelineQueryTest, AtMostOneMomentMayBeAskedFor) {
  Given({{ContactAt(5)}}, 10);
  GetTimelineRequest request = RecordedBy(20);
  *request.mutable_occurred_by() = base::ToProto(Hour(5));
  const absl::Status status = Ask(request).status();
  EXPECT_TRUE(absl::IsInvalidArgument(status));
  EXPECT_THAT(std::string(status.message()),
              HasSubstr("occurred_by: at most one of at_version, recorded_by and occurred_by, found recorded_by too"));
}

}  // namespace
}  // namespace whistle::host
