#include "tools/whistlectl/case_changes.h"

#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "gmock/gmock.h"
#include "google/protobuf/text_format.h"
#include "gtest/gtest.h"
#include "whistle/intake/v1/service.pb.h"
#include "whistle/response/v1/service.pb.h"

namespace whistle::whistlectl {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

template <typename Message>
Message Parse(const std::string& text) {
  Message message;
  EXPECT_TRUE(google::protobuf::TextFormat::ParseFromString(text, &message)) << text;
  return message;
}

std::vector<std::string> Lines(const std::vector<Change>& changes) {
  std::vector<std::string> lines;
  for (const Change& change : changes) {
    lines.push_back(
        absl::StrCat(change.field, ": ", change.from.value_or("(none)"), " > ", change.to.value_or("(none)")));
  }
  return lines;
}

TEST(ChangesTest, NothingDiffersFromItself) {
  const auto state = Parse<intake::v1::IntakeState>(R"(contact_count: 3 header { title: "Gas" })");
  EXPECT_THAT(Changes(state, state), IsEmpty());
}

TEST(ChangesTest, FieldsAreNamedByTheirPathsAndToldAsPeopleReadThem) {
  const auto from = Parse<intake::v1::IntakeState>(
      R"(header { status: CASE_STATUS_REGISTERED handler { organization_id: "city" name: "The City" } } contact_count: 3)");
  const auto to = Parse<intake::v1::IntakeState>(
      R"(header { status: CASE_STATUS_CLOSED status_since { seconds: 1625126400 }
                  handler { organization_id: "gas" name: "Gas Company" } })");
  EXPECT_THAT(Lines(Changes(from, to)),
              ElementsAre("header.status: registered > closed", "header.handler: city > gas",
                          "contact_count: 3 > (none)", "header.status_since: (none) > 2021-07-01T08:00:00Z"));
}

TEST(ChangesTest, ThingsInListsAreToldByTheirIdsWhereverTheyStand) {
  const auto from = Parse<response::v1::ResponseState>(
      R"(open_assignments { assignment_id: "4.1" extensions: 1 } open_assignments { assignment_id: "5.1" extensions: 1 })");
  const auto to = Parse<response::v1::ResponseState>(
      R"(open_assignments { assignment_id: "5.1" extensions: 2 } open_assignments { assignment_id: "7.1" })");
  EXPECT_THAT(
      Lines(Changes(from, to)),
      ElementsAre("open_assignments[4.1].assignment_id: 4.1 > (none)", "open_assignments[4.1].extensions: 1 > (none)",
                  "open_assignments[5.1].extensions: 1 > 2", "open_assignments[7.1].assignment_id: (none) > 7.1"));
}

TEST(ChangesTest, WhatHasNoIdOfItsOwnIsToldByItsPlace) {
  const auto from = Parse<intake::v1::IntakeState>(
      R"(linked_case_ids: "a" corrections { entries { event_id: "1.1" path: "title" } })");
  const auto to = Parse<intake::v1::IntakeState>(
      R"(linked_case_ids: "b" corrections { entries { event_id: "1.1" path: "title" }
                                            entries { event_id: "1.1" path: "category" } })");
  EXPECT_THAT(Lines(Changes(from, to)),
              ElementsAre("linked_case_ids[0]: a > b", "corrections.entries[1].event_id: (none) > 1.1",
                          "corrections.entries[1].path: (none) > category"));
}

}  // namespace
}  // namespace whistle::whistlectl
