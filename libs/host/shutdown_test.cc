// What those are told who still wait when a service stops.
#include <grpcpp/grpcpp.h>

#include <deque>
#include <future>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/synchronization/mutex.h"
#include "absl/time/clock.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "libs/host/desk.h"
#include "libs/host/directory.h"
#include "libs/host/hosted_service.h"
#include "libs/host/pump.h"
#include "libs/host/testing/toys.h"
#include "libs/host/timeline_service.h"
#include "libs/journal/embedded/embedded_journal.h"
#include "libs/journal/embedded/test_folder.h"
#include "libs/rpc/server.h"
#include "libs/telemetry/metrics.h"
#include "whistle/intake/v1/service.grpc.pb.h"
#include "whistle/timeline/v1/service.grpc.pb.h"

namespace whistle::host {
namespace {

using ::testing::HasSubstr;

// Serves what was appended before; takes every append from then on and answers none.
class SilentJournal final : public journal::Journal {
 public:
  explicit SilentJournal(journal::Journal* below) : below_(*below) {}

  const journal::Identity& identity() const override { return below_.identity(); }
  void Append(base::PartitionId partition, journal::Record record, AppendDone done) override {
    absl::MutexLock lock(&mutex_);
    if (!silent_) return below_.Append(partition, std::move(record), std::move(done));
    waiting_.push_back(std::move(done));
  }
  void End(base::PartitionId partition, EndDone done) override { below_.End(partition, std::move(done)); }
  absl::StatusOr<std::unique_ptr<journal::Reader>> OpenReader(base::PartitionId partition, base::Offset from,
                                                              std::function<void()> on_ready) override {
    return below_.OpenReader(partition, from, std::move(on_ready));
  }

  void FallSilent() {
    absl::MutexLock lock(&mutex_);
    silent_ = true;
  }
  bool AwaitAppend() {
    absl::MutexLock lock(&mutex_);
    const auto some = [this]() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_) { return !waiting_.empty(); };
    return mutex_.AwaitWithTimeout(absl::Condition(&some), absl::Seconds(30));
  }
  // Every append has one answer, however late.
  void AnswerAll() {
    std::deque<AppendDone> waiting;
    {
      absl::MutexLock lock(&mutex_);
      waiting.swap(waiting_);
    }
    for (AppendDone& done : waiting) std::move(done)(absl::DeadlineExceededError("the broker did not answer"));
  }

 private:
  journal::Journal& below_;
  absl::Mutex mutex_;
  bool silent_ ABSL_GUARDED_BY(mutex_) = false;
  std::deque<AppendDone> waiting_ ABSL_GUARDED_BY(mutex_);
};

struct ToyDecider {
  using State = engine::testing::ToyState;
  template <typename Request>
  static domain::Outcome Decide(const State& state, const Request&, domain::Context& context) {
    return engine::testing::AddUpTo(100)(state, context);
  }
};

class ToyIntakeService final : public intake::v1::IntakeService::CallbackService {
 public:
  explicit ToyIntakeService(Desk<ToyDecider> desk) : desk_(desk) {}
  grpc::ServerUnaryReactor* RecordContact(grpc::CallbackServerContext* c, const intake::v1::RecordContactRequest* q,
                                          intake::v1::RecordContactResponse* r) override {
    return desk_.Command(c, q, r);
  }

 private:
  Desk<ToyDecider> desk_;
};

class ShutdownTest : public ::testing::Test {
 protected:
  void SetUp() override {
    auto journal = journal::EmbeddedJournal::Open(
        {.dir = folder_.NewPath(), .clock = &clock_, .clock_kind = journal::ClockKind::kReal, .partition_count = 1});
    ASSERT_TRUE(journal.ok()) << journal.status();
    embedded_ = *std::move(journal);
    journal_ = std::make_unique<SilentJournal>(embedded_.get());
    auto service = HostedService::Open({.model = testing::ToyIntake(),
                                        .registry_model = testing::ToyRegistry(),
                                        .journal = journal_.get(),
                                        .clock = &clock_,
                                        .wall_clock = &clock_,
                                        .data_dir = folder_.NewPath(),
                                        .metrics = &metrics_,
                                        .log = telemetry::Logger({.service = "intake"})});
    ASSERT_TRUE(service.ok()) << service.status();
    service_ = *std::move(service);
    directory_ = std::make_unique<Directory>(std::vector<HostedService*>{service_.get()});
    timeline_service_ = std::make_unique<TimelineService>(directory_.get(), &runner_, &pumps_);
    intake_service_ = std::make_unique<ToyIntakeService>(Desk<ToyDecider>(service_.get(), &runner_));
    auto server = rpc::Server::Start({.listen_address = "127.0.0.1:0", .admissions = {&admission_}},
                                     {intake_service_.get(), timeline_service_.get()});
    ASSERT_TRUE(server.ok()) << server.status();
    server_ = *std::move(server);
    const auto channel = grpc::CreateChannel(server_->address(), grpc::InsecureChannelCredentials());
    intake_ = intake::v1::IntakeService::NewStub(channel);
    timeline_ = timeline::v1::TimelineService::NewStub(channel);
  }
  void TearDown() override {
    pumps_.Stop();
    service_->Stop();
    journal_->AnswerAll();
  }

  static std::unique_ptr<grpc::ClientContext> NewContext() {
    auto context = std::make_unique<grpc::ClientContext>();
    context->AddMetadata("whistle-client", "test");
    context->set_deadline(absl::ToChronoTime(absl::Now() + absl::Seconds(30)));
    return context;
  }
  grpc::Status RecordContact(const std::string& request_id) {
    intake::v1::RecordContactRequest request;
    request.mutable_context()->set_case_id("case-1");
    request.mutable_context()->set_request_id(request_id);
    request.mutable_context()->mutable_actor()->set_kind(common::v1::ACTOR_KIND_PETITIONER);
    intake::v1::RecordContactResponse response;
    return intake_->RecordContact(NewContext().get(), request, &response);
  }

  journal::TestFolder folder_;
  base::RealClock clock_;
  telemetry::Registry metrics_registry_;
  telemetry::ServiceMetrics metrics_{metrics_registry_, "intake"};
  rpc::Admission admission_{{}, &metrics_};
  rpc::CallRunner runner_{&admission_, &metrics_};
  Pumps pumps_;
  std::unique_ptr<journal::EmbeddedJournal> embedded_;
  std::unique_ptr<SilentJournal> journal_;
  std::unique_ptr<HostedService> service_;
  std::unique_ptr<Directory> directory_;
  std::unique_ptr<TimelineService> timeline_service_;
  std::unique_ptr<ToyIntakeService> intake_service_;
  std::unique_ptr<rpc::Server> server_;
  std::unique_ptr<intake::v1::IntakeService::Stub> intake_;
  std::unique_ptr<timeline::v1::TimelineService::Stub> timeline_;
};

TEST_F(ShutdownTest, ACommandWhoseJournalDoesNotAnswerIsToldToRetryElsewhere) {
  journal_->FallSilent();
  auto answer = std::async(std::launch::async, [this] { return RecordContact("r-1"); });
  ASSERT_TRUE(journal_->AwaitAppend());
  constexpr absl::Duration kGrace = absl::Milliseconds(50);
  // The rest is for threads that wait their turn on a busy machine; without the grace's end it would be 30 s.
  constexpr absl::Duration kSlack = absl::Seconds(5);
  const absl::Time began_at = absl::Now();
  server_->Shutdown(began_at + kGrace);
  EXPECT_LT(absl::Now() - began_at, kGrace + rpc::kShutdownFlush + kSlack);
  const grpc::Status status = answer.get();
  EXPECT_EQ(status.error_code(), grpc::StatusCode::UNAVAILABLE);
  EXPECT_EQ(status.error_message(), "this service is stopping; retry with the same request id, at another instance");
}

TEST_F(ShutdownTest, AWatchIsToldToResumeElsewhere) {
  ASSERT_TRUE(RecordContact("r-1").ok());
  timeline::v1::WatchTimelineRequest request;
  request.set_case_id("case-1");
  request.set_from_beginning(true);
  const auto context = NewContext();
  const auto reader = timeline_->WatchTimeline(context.get(), request);
  timeline::v1::WatchTimelineResponse response;
  ASSERT_TRUE(reader->Read(&response));
  server_->Shutdown(absl::InfiniteFuture());
  EXPECT_FALSE(reader->Read(&response));
  const grpc::Status status = reader->Finish();
  EXPECT_EQ(status.error_code(), grpc::StatusCode::UNAVAILABLE);
  EXPECT_THAT(status.error_message(), HasSubstr("resume after the last message received, at another instance"));
}

}  // namespace
}  // namespace whistle::host
