#include "tools/scenarios/histories.h"

#include <functional>
#include <map>
#include <string>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tools/scenarios/hindsight_testing.h"

namespace whistle::scenarios {
namespace {

using ::testing::SizeIs;

// Two cases, "gas" and "lamp"; the gas began first. One decision a page.
class TwoCases final : public whistlectl::Client {
 public:
  absl::Status Call(const google::protobuf::MethodDescriptor& method, const google::protobuf::Message& request,
                    absl::string_view, google::protobuf::Message& response) override {
    if (!refusal.ok()) return refusal;
    if (method.name() == "GetCase") {
      intake::v1::GetCaseRequest asked;
      asked.CopyFrom(request);
      intake::v1::GetCaseResponse found;
      const char* began = asked.case_id() == "id-gas" ? "2009-09-01T10:00:00+08:00" : "2021-07-14T10:00:00+08:00";
      *found.mutable_case_()->mutable_clocks()->mutable_statutory_from() = base::ToProto(TimeOf(began));
      response.CopyFrom(found);
      return absl::OkStatus();
    }
    timeline::v1::GetTimelineRequest asked;
    asked.CopyFrom(request);
    at_version[asked.case_id()] = asked.at_version();
    timeline::v1::GetTimelineResponse page;
    const bool first = asked.page().token().empty();
    page.add_entries()->set_version(first ? 1 : 2);
    if (first) page.set_next_page_token("2");
    response.CopyFrom(page);
    return absl::OkStatus();
  }
  absl::Status Stream(const google::protobuf::MethodDescriptor&, const google::protobuf::Message&, absl::string_view,
                      google::protobuf::Message&, const std::function<bool()>&) override {
    return absl::UnimplementedError("no streams here");
  }

  absl::Status refusal;
  std::map<std::string, uint64_t> at_version;
};

RunSummary Summary() {
  RunSummary summary;
  summary.cases["a-lamp"] = {.case_id = "id-lamp", .version = 2, .head = ""};
  summary.cases["gas"] = {.case_id = "id-gas", .version = 9, .head = ""};
  return summary;
}

TEST(HistoriesTest, ReadsEveryCaseToTheVersionAtWhichTheRunEndedTheFirstToBeginFirst) {
  TwoCases services;
  const auto histories = ReadHistories(Summary(), services);
  ASSERT_TRUE(histories.ok()) << histories.status();
  ASSERT_THAT(*histories, SizeIs(2));
  EXPECT_EQ((*histories)[0].name, "gas");
  EXPECT_EQ((*histories)[1].name, "a-lamp");
  EXPECT_THAT((*histories)[0].entries, SizeIs(2));
  EXPECT_EQ((*histories)[0].entries[1].version(), 2u);
  EXPECT_EQ(services.at_version.at("id-gas"), 9u);
  EXPECT_EQ(services.at_version.at("id-lamp"), 2u);
}

TEST(HistoriesTest, WhereAServiceCannotBeAskedThereIsNoHindsight) {
  TwoCases services;
  services.refusal = absl::UnavailableError("starting");
  EXPECT_EQ(ReadHistories(Summary(), services).status().code(), absl::StatusCode::kUnavailable);
}

}  // namespace
}  // namespace whistle::scenarios
