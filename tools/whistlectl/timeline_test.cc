#include "tools/whistlectl/timeline.h"

#include <algorithm>
#include <map>
#include <memory>
#include <sstream>
#include <string>
#include <vector>

#include "gmock/gmock.h"
#include "grpcpp/server.h"
#include "grpcpp/server_builder.h"
#include "gtest/gtest.h"
#include "libs/base/hash.h"
#include "libs/base/proto.h"
#include "tools/whistlectl/command.h"
#include "whistle/journal/v1/journal.pb.h"
#include "whistle/timeline/v1/service.grpc.pb.h"

namespace whistle::whistlectl {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using timeline::v1::TimelineEntry;

constexpr char kCase[] = "case-1";

// A case's decisions as a service would hold them, chained as they must be.
std::vector<TimelineEntry> Chain(int versions) {
  std::vector<TimelineEntry> entries;
  std::string head;
  for (int version = 1; version <= versions; ++version) {
    journal::v1::Decision decision;
    decision.set_case_id(kCase);
    decision.set_parent(head);
    decision.set_service(common::v1::SERVICE_INTAKE);
    decision.mutable_request()->set_request_id("request-" + std::to_string(version));
    decision.add_events()->mutable_contact_recorded();
    TimelineEntry entry;
    entry.set_case_id(kCase);
    entry.set_version(version);
    entry.set_decision_bytes(base::SerializeDeterministically(decision));
    entry.set_head(base::Sha256(entry.decision_bytes()).ToBytes());
    entry.mutable_position()->set_topic(common::v1::TOPIC_CASES);
    entry.mutable_position()->set_partition(3);
    entry.mutable_position()->set_offset(10 + version);
    entry.mutable_recorded_at()->set_seconds(1000 + version);
    *entry.mutable_decision() = decision;
    head = entry.head();
    entries.push_back(entry);
  }
  return entries;
}

// All four services in one process, each with a timeline of its own, as whistled serves them.
class FourServices final : public timeline::v1::TimelineService::Service {
 public:
  FourServices() {
    for (const char* name : kServiceNames) timelines[name] = Chain(5);
    grpc::ServerBuilder builder;
    builder.AddListeningPort("127.0.0.1:0", grpc::InsecureServerCredentials(), &port_);
    builder.RegisterService(this);
    server_ = builder.BuildAndStart();
  }
  ~FourServices() override { server_->Shutdown(); }

  std::string address() const { return "127.0.0.1:" + std::to_string(port_); }

  std::map<std::string, std::vector<TimelineEntry>> timelines;
  // Small, so that reading takes several pages.
  size_t page_size = 2;

 private:
  const std::vector<TimelineEntry>* Asked(grpc::ServerContext* context, const std::string& case_id) {
    const auto found = context->client_metadata().find("whistle-service");
    if (found == context->client_metadata().end() || case_id != kCase) return nullptr;
    const auto& entries = timelines[std::string(found->second.data(), found->second.size())];
    return entries.empty() ? nullptr : &entries;
  }

  grpc::Status GetHead(grpc::ServerContext* context, const timeline::v1::GetHeadRequest* request,
                       timeline::v1::GetHeadResponse* response) override {
    const auto* entries = Asked(context, request->case_id());
    if (entries == nullptr) return grpc::Status(grpc::StatusCode::NOT_FOUND, "no such case");
    response->set_version(entries->size());
    response->set_head(entries->back().head());
    *response->add_positions() = entries->back().position();
    return grpc::Status::OK;
  }

  grpc::Status GetTimeline(grpc::ServerContext* context, const timeline::v1::GetTimelineRequest* request,
                           timeline::v1::GetTimelineResponse* response) override {
    const auto* entries = Asked(context, request->case_id());
    if (entries == nullptr) return grpc::Status(grpc::StatusCode::NOT_FOUND, "no such case");
    size_t at = request->page().token().empty() ? 0 : std::stoul(request->page().token());
    const size_t end =
        request->at_version() == 0 ? entries->size() : std::min<size_t>(request->at_version(), entries->size());
    for (size_t i = 0; i < page_size && at < end; ++i) *response->add_entries() = (*entries)[at++];
    if (at < end) response->set_next_page_token(std::to_string(at));
    return grpc::Status::OK;
  }

  int port_ = 0;
  std::unique_ptr<grpc::Server> server_;
};

class VerifyTest : public ::testing::Test {
 protected:
  int Run(std::vector<std::string> words) {
    words.push_back("--target=" + services.address());
    out.str("");
    err.str("");
    return RunTool(
        words,
        [](const Endpoints& endpoints, const std::string& name, absl::Duration timeout) {
          return std::make_unique<GrpcClient>(endpoints, name, timeout);
        },
        out, err);
  }

  FourServices services;
  std::ostringstream out;
  std::ostringstream err;
};

TEST_F(VerifyTest, FourEqualChainsAgree) {
  EXPECT_EQ(Run({"case", "verify", kCase}), 0);
  EXPECT_EQ(out.str(), "4 projections agree: case case-1 version 5 head " +
                           base::Sha256(Chain(5).back().decision_bytes()).ToHex() + "\n");
}

TEST_F(VerifyTest, OneDifferingByteIsNamedWithItsServiceAndVersion) {
  std::string& bytes = *services.timelines["response"][2].mutable_decision_bytes();
  const size_t at = bytes.size() - 1;
  bytes[at] = static_cast<char>(bytes[at] ^ 0x01);
  EXPECT_EQ(Run({"case", "verify", kCase}), 1);
  EXPECT_THAT(out.str(), HasSubstr("response: version 3: the decision differs from intake's: byte " +
                                   std::to_string(at) + " is 0x"));
  EXPECT_THAT(out.str(), HasSubstr("response: version 3: the stored bytes hash to "));
  EXPECT_THAT(out.str(), HasSubstr("are not as they must be"));
  EXPECT_EQ(err.str(), "");
}

TEST_F(VerifyTest, AChainThatIsWrongInAllServicesIsFound) {
  // Everybody holds the same forged history: the bytes agree, the parents do not.
  for (auto& [name, entries] : services.timelines) {
    journal::v1::Decision forged = entries[1].decision();
    forged.mutable_request()->set_request_id("forged");
    entries[1].set_decision_bytes(base::SerializeDeterministically(forged));
    entries[1].set_head(base::Sha256(entries[1].decision_bytes()).ToBytes());
  }
  EXPECT_EQ(Run({"case", "verify", kCase}), 1);
  EXPECT_THAT(out.str(), HasSubstr("intake: version 3: the chain is broken: its parent is "));
  EXPECT_THAT(out.str(), HasSubstr("escalation: version 3: the chain is broken"));
}

TEST_F(VerifyTest, AServiceThatIsBehindIsNamed) {
  services.timelines["coordination"] = Chain(4);
  EXPECT_EQ(Run({"case", "verify", kCase}), 1);
  EXPECT_THAT(out.str(), HasSubstr("coordination: ends at version 4, another is at version 5"));
}

TEST_F(VerifyTest, AServiceThatDoesNotKnowTheCaseIsNamed) {
  services.timelines["escalation"].clear();
  EXPECT_EQ(Run({"case", "verify", kCase}), 1);
  EXPECT_THAT(out.str(), HasSubstr("escalation: does not know the case"));
}

TEST_F(VerifyTest, AnotherRecordedTimeOrPositionIsADifference) {
  services.timelines["response"][0].mutable_recorded_at()->set_seconds(1);
  services.timelines["escalation"][4].mutable_position()->set_offset(99);
  EXPECT_EQ(Run({"case", "verify", kCase}), 1);
  EXPECT_THAT(out.str(), HasSubstr("response: version 1: the recorded time differs"));
  EXPECT_THAT(out.str(), HasSubstr("escalation: version 5: the position differs"));
}

TEST_F(VerifyTest, ACaseThatNobodyKnowsIsAClearError) {
  EXPECT_EQ(Run({"case", "verify", "case-2"}), 1);
  EXPECT_THAT(err.str(), HasSubstr("NOT_FOUND: no service knows the case case-2"));
}

TEST_F(VerifyTest, JsonSaysTheSame) {
  EXPECT_EQ(Run({"case", "verify", kCase, "--output=json"}), 0);
  EXPECT_THAT(out.str(), HasSubstr("{\"agree\": true, \"case_id\": \"case-1\", \"version\": 5, \"head\": \""));
}

TEST_F(VerifyTest, ATimelineEndsAtTheVersionThatWasAskedFor) {
  EXPECT_EQ(Run({"case", "timeline", kCase, "--at-version=3", "--service=response"}), 0);
  EXPECT_THAT(out.str(), HasSubstr("\n3 "));
  EXPECT_THAT(out.str(), ::testing::Not(HasSubstr("\n4 ")));
}

TEST_F(VerifyTest, ATimelineOfAnUnknownServiceIsAWrongCommandLine) {
  EXPECT_EQ(Run({"case", "timeline", kCase, "--service=taxes"}), 2);
  EXPECT_THAT(err.str(), HasSubstr("--service is one of intake, response, coordination, escalation; found \"taxes\""));
}

}  // namespace
}  // namespace whistle::whistlectl
