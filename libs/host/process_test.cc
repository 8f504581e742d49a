#include "libs/host/process.h"

#include <grpcpp/grpcpp.h>

#include <memory>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/synchronization/notification.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "libs/engine/testing/toy.h"
#include "libs/host/testing/toys.h"
#include "libs/journal/embedded/test_folder.h"
#include "whistle/operations/v1/service.grpc.pb.h"
#include "whistle/timeline/v1/service.grpc.pb.h"

namespace whistle::host {
namespace {

constexpr absl::Duration kLong = absl::Seconds(30);

class ProcessTest : public ::testing::Test {
 protected:
  struct NoDecider {};

  ProcessOptions Options() {
    ProcessOptions options;
    options.journal.journal = absl::StrCat("embedded:", folder_.path(), "/journal");
    options.data = absl::StrCat(folder_.path(), "/data");
    options.listen = "127.0.0.1:0";
    options.metrics_listen = "";
    options.log_level = telemetry::LogLevel::kError;
    return options;
  }
  static absl::StatusOr<std::unique_ptr<Process>> Open(const ProcessOptions& options) {
    return Process::Open(options, {testing::ToyIntake()}, testing::ToyRegistry());
  }
  void Serve() {
    auto process = Open(Options());
    ASSERT_TRUE(process.ok()) << process.status();
    process_ = *std::move(process);
    ASSERT_TRUE(process_->Serve({}).ok());
    const auto channel = grpc::CreateChannel(process_->address(), grpc::InsecureChannelCredentials());
    timeline_ = timeline::v1::TimelineService::NewStub(channel);
    operations_ = operations::v1::OperationsService::NewStub(channel);
    const absl::Time give_up_at = absl::Now() + kLong;
    while (!Hosted().engine().IsHealthy() && absl::Now() < give_up_at) std::this_thread::yield();
  }
  HostedService& Hosted() { return process_->desk<NoDecider>("intake").service(); }
  void Add(const std::string& case_id, const std::string& request_id) {
    absl::Notification answered;
    engine::Command command;
    command.case_id = case_id;
    command.client = "hotline";
    command.request_id = request_id;
    command.method = "toy.Add";
    command.fingerprint = base::Sha256(request_id);
    command.deadline = absl::Now() + kLong;
    command.decide = engine::testing::AddUpTo(100);
    command.done = [&](engine::Answer answer) {
      EXPECT_TRUE(std::holds_alternative<common::v1::Receipt>(answer));
      answered.Notify();
    };
    Hosted().engine().Submit(std::move(command));
    answered.WaitForNotification();
  }
  static std::unique_ptr<grpc::ClientContext> NewContext() {
    auto context = std::make_unique<grpc::ClientContext>();
    context->AddMetadata("whistle-client", "test");
    context->set_deadline(absl::ToChronoTime(absl::Now() + kLong));
    return context;
  }
  // The next `count` entries of a watch, as "case@version".
  std::vector<std::string> Watch(const timeline::v1::WatchTimelineRequest& request, size_t count,
                                 common::v1::Position* last = nullptr) {
    const auto context = NewContext();
    const auto reader = timeline_->WatchTimeline(context.get(), request);
    std::vector<std::string> out;
    timeline::v1::WatchTimelineResponse response;
    while (out.size() < count && reader->Read(&response)) {
      out.push_back(absl::StrCat(response.entry().case_id(), "@", response.entry().version()));
      if (last != nullptr) *last = response.entry().position();
    }
    context->TryCancel();
    while (reader->Read(&response)) {
    }
    reader->Finish().ok();
    return out;
  }

  journal::TestFolder folder_;
  std::unique_ptr<Process> process_;
  std::unique_ptr<timeline::v1::TimelineService::Stub> timeline_;
  std::unique_ptr<operations::v1::OperationsService::Stub> operations_;
};

TEST_F(ProcessTest, ListensOnNothingButLoopback) {
  ProcessOptions options = Options();
  options.listen = "0.0.0.0:7100";
  EXPECT_FALSE(Open(options).ok());
  options = Options();
  options.metrics_listen = "0.0.0.0:9100";
  EXPECT_FALSE(Open(options).ok());
}

TEST_F(ProcessTest, ASecondProcessOnTheSameFolderIsRefused) {
  Serve();
  ProcessOptions options = Options();
  options.data = absl::StrCat(folder_.path(), "/other");
  EXPECT_TRUE(absl::IsFailedPrecondition(Open(options).status()));
}

TEST_F(ProcessTest, AJournalIsRefusedOnTheOtherKindOfClock) {
  { ASSERT_TRUE(Open(Options()).ok()); }
  ProcessOptions options = Options();
  options.journal.clock = journal::ClockKind::kVirtual;
  EXPECT_TRUE(absl::IsFailedPrecondition(Open(options).status()));
}

TEST_F(ProcessTest, ATimelineIsReadInPagesAndItsHeadIsItsLast) {
  Serve();
  for (int i = 0; i < 5; ++i) Add("case-1", absl::StrCat("r-", i));
  std::vector<uint64_t> versions;
  timeline::v1::GetTimelineRequest request;
  request.set_case_id("case-1");
  request.mutable_page()->set_size(2);
  timeline::v1::GetTimelineResponse response;
  do {
    response.Clear();
    ASSERT_TRUE(timeline_->GetTimeline(NewContext().get(), request, &response).ok());
    for (const auto& entry : response.entries()) versions.push_back(entry.version());
    request.mutable_page()->set_token(response.next_page_token());
  } while (!response.next_page_token().empty());
  EXPECT_THAT(versions, ::testing::ElementsAre(1, 2, 3, 4, 5));
  timeline::v1::GetHeadRequest head_request;
  head_request.set_case_id("case-1");
  timeline::v1::GetHeadResponse head;
  ASSERT_TRUE(timeline_->GetHead(NewContext().get(), head_request, &head).ok());
  EXPECT_EQ(head.version(), 5u);
  EXPECT_EQ(head.head(), response.entries().rbegin()->head());
  head_request.set_case_id("nobody");
  EXPECT_EQ(timeline_->GetHead(NewContext().get(), head_request, &head).error_code(), grpc::StatusCode::NOT_FOUND);
  request.clear_page();
  request.set_at_version(6);
  EXPECT_EQ(timeline_->GetTimeline(NewContext().get(), request, &response).error_code(),
            grpc::StatusCode::OUT_OF_RANGE);
}

TEST_F(ProcessTest, AWatchResumesWithoutGapOrDuplicate) {
  Serve();
  for (int i = 0; i < 4; ++i) Add("case-1", absl::StrCat("r-", i));
  timeline::v1::WatchTimelineRequest request;
  request.set_case_id("case-1");
  request.set_from_beginning(true);
  common::v1::Position last;
  EXPECT_THAT(Watch(request, 2, &last), ::testing::ElementsAre("case-1@1", "case-1@2"));
  *request.add_after() = last;
  EXPECT_THAT(Watch(request, 2), ::testing::ElementsAre("case-1@3", "case-1@4"));
  // Of all cases: one partition named and the others left to the present would be a gap.
  request.clear_case_id();
  request.set_from_beginning(false);
  const auto context = NewContext();
  const auto reader = timeline_->WatchTimeline(context.get(), request);
  timeline::v1::WatchTimelineResponse response;
  EXPECT_FALSE(reader->Read(&response));
  EXPECT_EQ(reader->Finish().error_code(), grpc::StatusCode::INVALID_ARGUMENT);
}

TEST_F(ProcessTest, APausedAgendaStaysPausedOverARestart) {
  Serve();
  operations::v1::PauseAgendaResponse paused;
  ASSERT_TRUE(operations_->PauseAgenda(NewContext().get(), {}, &paused).ok());
  EXPECT_THAT(paused.paused_services(), ::testing::ElementsAre("intake"));
  process_.reset();
  Serve();
  EXPECT_TRUE(Hosted().engine().agenda_paused());
  operations::v1::ResumeAgendaResponse resumed;
  ASSERT_TRUE(operations_->ResumeAgenda(NewContext().get(), {}, &resumed).ok());
  process_.reset();
  Serve();
  EXPECT_FALSE(Hosted().engine().agenda_paused());
}

TEST_F(ProcessTest, AnAgendaThatStartsPausedStaysSoUntilItIsResumed) {
  ProcessOptions options = Options();
  options.agenda_paused = true;
  auto process = Open(options);
  ASSERT_TRUE(process.ok()) << process.status();
  EXPECT_TRUE((*process)->desk<NoDecider>("intake").service().engine().agenda_paused());
  process->reset();
  Serve();
  EXPECT_TRUE(Hosted().engine().agenda_paused());
  operations::v1::ResumeAgendaResponse resumed;
  ASSERT_TRUE(operations_->ResumeAgenda(NewContext().get(), {}, &resumed).ok());
  EXPECT_FALSE(Hosted().engine().agenda_paused());
}

TEST_F(ProcessTest, ARealClockIsNotMoved) {
  Serve();
  operations::v1::AdvanceClockRequest request;
  request.set_by_ms(1);
  operations::v1::AdvanceClockResponse response;
  EXPECT_EQ(operations_->AdvanceClock(NewContext().get(), request, &response).error_code(),
            grpc::StatusCode::FAILED_PRECONDITION);
}

TEST_F(ProcessTest, TheJournalIsReadRawFromItsGenesisToTheEnd) {
  Serve();
  Add("case-1", "r-1");
  operations::v1::ReadJournalRequest request;
  request.set_topic(common::v1::TOPIC_CASES);
  request.set_partition(journal::PartitionForCase("case-1", 16).index());
  const auto context = NewContext();
  const auto reader = operations_->ReadJournal(context.get(), request);
  std::vector<int64_t> offsets;
  operations::v1::ReadJournalResponse response;
  while (reader->Read(&response)) offsets.push_back(response.offset());
  EXPECT_TRUE(reader->Finish().ok());
  EXPECT_THAT(offsets, ::testing::ElementsAre(0, 1));
  EXPECT_EQ(response.key(), "case-1");
}

}  // namespace
}  // namespace whistle::host
