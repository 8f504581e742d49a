#include "libs/rpc/call_runner.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <atomic>
#include <future>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/synchronization/blocking_counter.h"
#include "absl/synchronization/mutex.h"
#include "absl/synchronization/notification.h"
#include "libs/rpc/testing/echo_service.h"

namespace whistle::rpc::testing {
namespace {

using ::testing::HasSubstr;

grpc::Status Echo(EchoServer& echo, grpc::ClientContext* context, const EchoRequest& request = {}) {
  EchoResponse response;
  return EchoService::NewStub(echo.Connect())->Echo(context, request, &response);
}

TEST(CallRunner, TellsTheHandlerWhoCallsWhatAndUntilWhen) {
  EchoServer echo;
  CallInfo seen;
  absl::Duration left;
  echo.service.on_echo = [&](CallInfo info, EchoRequest, Completion<EchoResponse> done) {
    seen = info;
    left = info.deadline - absl::Now();
    std::move(done)(EchoResponse());
  };
  ASSERT_TRUE(echo.Start().ok());
  const auto context = ContextOf("lanzhou-hotline");
  context->set_deadline(std::chrono::system_clock::now() + std::chrono::seconds(30));
  ASSERT_TRUE(Echo(echo, context.get()).ok());
  EXPECT_EQ(seen.client, "lanzhou-hotline");
  EXPECT_EQ(seen.method, "whistle.rpc.testing.Echo");
  EXPECT_LE(left, absl::Seconds(30) * (1 - kTimeoutRounding) - AdmissionLimits{}.answer_margin);
  EXPECT_GT(left, absl::Seconds(10));
}

TEST(CallRunner, ACallWithoutItsClientsNameIsRefusedBeforeTheHandler) {
  EchoServer echo;
  echo.service.on_echo = [](CallInfo, EchoRequest, Completion<EchoResponse>) { ADD_FAILURE() << "was handled"; };
  ASSERT_TRUE(echo.Start().ok());
  grpc::ClientContext context;
  const grpc::Status status = Echo(echo, &context);
  EXPECT_EQ(status.error_code(), grpc::StatusCode::INVALID_ARGUMENT);
  EXPECT_THAT(status.error_message(), HasSubstr("whistle-client"));
  EXPECT_EQ(echo.metrics.Call("Echo", "INVALID_ARGUMENT").value(), 1u);
}

TEST(CallRunner, ABadFieldIsRefusedByItsPathAndTakesNoPlace) {
  EchoServer echo;
  echo.service.on_echo = [](CallInfo, EchoRequest, Completion<EchoResponse>) { ADD_FAILURE() << "was handled"; };
  ASSERT_TRUE(echo.Start().ok());
  EchoRequest request;
  request.add_statements()->set_text("\u202E");
  const grpc::Status status = Echo(echo, ContextOf("test").get(), request);
  EXPECT_EQ(status.error_code(), grpc::StatusCode::INVALID_ARGUMENT);
  EXPECT_THAT(status.error_message(), HasSubstr("statements[0].text"));
  EXPECT_EQ(DetailOf(FromGrpcStatus(status))->subject(), "statements[0].text");
  EXPECT_EQ(echo.admission.calls_in_flight(), 0);
}

TEST(CallRunner, ARefusalOfTheHandlerReachesTheClientWithItsDetail) {
  EchoServer echo;
  echo.service.on_echo = [](CallInfo, EchoRequest, Completion<EchoResponse> done) {
    common::v1::RejectionDetail detail;
    detail.set_kind(common::v1::REJECTION_KIND_ALREADY);
    detail.set_reason("case_closed");
    std::move(done)(Refused(detail, "closed at version 7"));
  };
  ASSERT_TRUE(echo.Start().ok());
  const absl::Status status = FromGrpcStatus(Echo(echo, ContextOf("test").get()));
  EXPECT_EQ(status.code(), absl::StatusCode::kFailedPrecondition);
  EXPECT_EQ(DetailOf(status)->reason(), "case_closed");
  EXPECT_EQ(echo.metrics.Call("Echo", "FAILED_PRECONDITION").value(), 1u);
}

TEST(CallRunner, AHandlerThatForgetsItsCompletionAnswersInternal) {
  EchoServer echo;
  echo.service.on_echo = [](CallInfo, EchoRequest, Completion<EchoResponse>) {};
  ASSERT_TRUE(echo.Start().ok());
  const grpc::Status status = Echo(echo, ContextOf("test").get());
  EXPECT_EQ(status.error_code(), grpc::StatusCode::INTERNAL);
  EXPECT_THAT(status.error_message(), HasSubstr("no answer was given"));
}

TEST(CallRunner, AClientsCancelEndsTheCallAtOnceAndItsPlaceIsHeldUntilTheHandlerIsDone) {
  EchoServer echo;
  absl::Notification arrived;
  std::unique_ptr<Completion<EchoResponse>> done;
  echo.service.on_echo = [&](CallInfo, EchoRequest, Completion<EchoResponse> completion) {
    done = std::make_unique<Completion<EchoResponse>>(std::move(completion));
    arrived.Notify();
  };
  ASSERT_TRUE(echo.Start().ok());
  const auto context = ContextOf("test");
  auto answer = std::async(std::launch::async, [&] { return Echo(echo, context.get()); });
  arrived.WaitForNotification();
  context->TryCancel();
  EXPECT_EQ(answer.get().error_code(), grpc::StatusCode::CANCELLED);
  while (!done->abandoned()) std::this_thread::yield();
  EXPECT_EQ(echo.admission.calls_in_flight(), 1);
  std::move (*done)(EchoResponse());
  EXPECT_EQ(echo.admission.calls_in_flight(), 0);
  EXPECT_EQ(echo.metrics.Call("Echo", "CANCELLED").value(), 1u);
  EXPECT_EQ(echo.metrics.Call("Echo", "OK").value(), 0u);
}

TEST(CallRunner, CancelsThatRaceWithAnswersEndEachCallExactlyOnce) {
  EchoServer echo;
  absl::Mutex mutex;
  std::vector<Completion<EchoResponse>> held;
  echo.service.on_echo = [&](CallInfo, EchoRequest, Completion<EchoResponse> done) {
    absl::MutexLock lock(&mutex);
    held.push_back(std::move(done));
  };
  ASSERT_TRUE(echo.Start().ok());
  constexpr int kCalls = 300;
  const auto stub = EchoService::NewStub(echo.Connect());
  std::vector<std::unique_ptr<grpc::ClientContext>> contexts;
  std::vector<EchoResponse> responses(kCalls);
  const EchoRequest request;
  absl::BlockingCounter ended(kCalls);
  for (int i = 0; i < kCalls; ++i) contexts.push_back(ContextOf("test"));
  for (int i = 0; i < kCalls; ++i) {
    stub->async()->Echo(contexts[i].get(), &request, &responses[i], [&](grpc::Status) { ended.DecrementCount(); });
  }
  {
    absl::MutexLock lock(&mutex);
    const auto all_arrived = [&] { return held.size() == kCalls; };
    mutex.Await(absl::Condition(&all_arrived));
  }
  std::thread cancel([&] {
    for (auto& context : contexts) context->TryCancel();
  });
  for (auto& done : held) std::move(done)(EchoResponse());
  cancel.join();
  ended.Wait();
  echo.server->Shutdown(absl::InfiniteFuture());
  EXPECT_EQ(echo.admission.calls_in_flight(), 0);
  EXPECT_EQ(echo.metrics.Call("Echo", "OK").value() + echo.metrics.Call("Echo", "CANCELLED").value(), uint64_t{kCalls});
}

TEST(CallRunner, AtTheLimitOfOneClientItsNextCallIsRefusedAndAnotherClientsIsNot) {
  EchoServer echo({.calls_in_flight_max = 3, .calls_per_client_max = 2});
  absl::Mutex mutex;
  std::vector<Completion<EchoResponse>> held;
  echo.service.on_echo = [&](CallInfo info, EchoRequest, Completion<EchoResponse> done) {
    if (info.client != "holds") return std::move(done)(EchoResponse());
    absl::MutexLock lock(&mutex);
    held.push_back(std::move(done));
  };
  ASSERT_TRUE(echo.Start().ok());
  std::vector<std::future<grpc::Status>> calls;
  for (int i = 0; i < 2; ++i)
    calls.push_back(std::async(std::launch::async, [&] { return Echo(echo, ContextOf("holds").get()); }));
  {
    absl::MutexLock lock(&mutex);
    const auto both = [&] { return held.size() == 2; };
    mutex.Await(absl::Condition(&both));
  }
  const grpc::Status refused = Echo(echo, ContextOf("holds").get());
  EXPECT_EQ(refused.error_code(), grpc::StatusCode::RESOURCE_EXHAUSTED);
  EXPECT_THAT(refused.error_message(), HasSubstr("limit of 2 calls at once from one client"));
  EXPECT_TRUE(Echo(echo, ContextOf("other").get()).ok());
  EXPECT_EQ(echo.metrics.CallRefused("calls_per_client").value(), 1u);
  for (auto& done : held) std::move(done)(EchoResponse());
  for (auto& call : calls) EXPECT_TRUE(call.get().ok());
}

TEST(CallRunner, OfACrowdFromOneClientAsManyAsTheLimitAreHandledAndTheRestAreToldSo) {
  EchoServer echo;
  const int limit = AdmissionLimits{}.calls_per_client_max;
  const int crowd = limit + 500;
  absl::Mutex mutex;
  std::vector<Completion<EchoResponse>> held;
  echo.service.on_echo = [&](CallInfo, EchoRequest, Completion<EchoResponse> done) {
    absl::MutexLock lock(&mutex);
    held.push_back(std::move(done));
  };
  ASSERT_TRUE(echo.Start().ok());
  const auto stub = EchoService::NewStub(echo.Connect());
  const EchoRequest request;
  std::vector<EchoResponse> responses(crowd);
  std::vector<std::unique_ptr<grpc::ClientContext>> contexts;
  for (int i = 0; i < crowd; ++i) contexts.push_back(ContextOf("crowd"));
  int answered = 0;
  int refused = 0;
  absl::BlockingCounter ended(crowd);
  for (int i = 0; i < crowd; ++i) {
    stub->async()->Echo(contexts[i].get(), &request, &responses[i], [&](grpc::Status status) {
      {
        absl::MutexLock lock(&mutex);
        if (status.ok()) ++answered;
        if (status.error_code() == grpc::StatusCode::RESOURCE_EXHAUSTED) ++refused;
      }
      ended.DecrementCount();
    });
  }
  std::vector<Completion<EchoResponse>> answer;
  {
    absl::MutexLock lock(&mutex);
    const auto all_are_in = [&] { return static_cast<int>(held.size()) + refused == crowd; };
    mutex.Await(absl::Condition(&all_are_in));
    answer.swap(held);
  }
  for (auto& done : answer) std::move(done)(EchoResponse());
  ended.Wait();
  EXPECT_EQ(answered, limit);
  EXPECT_EQ(refused, crowd - limit);
}

TEST(CallRunner, ACallWhoseDeadlinePassesIsAbandoned) {
  EchoServer echo;
  absl::Notification arrived;
  std::unique_ptr<Completion<EchoResponse>> done;
  echo.service.on_echo = [&](CallInfo, EchoRequest, Completion<EchoResponse> completion) {
    done = std::make_unique<Completion<EchoResponse>>(std::move(completion));
    arrived.Notify();
  };
  ASSERT_TRUE(echo.Start().ok());
  // On a machine under load a call may pass its deadline on the way; the one that arrives is the one meant here.
  while (!arrived.HasBeenNotified()) {
    const auto context = ContextOf("test");
    context->set_deadline(std::chrono::system_clock::now() + std::chrono::milliseconds(250));
    ASSERT_EQ(Echo(echo, context.get()).error_code(), grpc::StatusCode::DEADLINE_EXCEEDED);
  }
  while (!done->abandoned()) std::this_thread::yield();
  std::move (*done)(EchoResponse());
  EXPECT_EQ(echo.admission.calls_in_flight(), 0);
}

TEST(CallRunner, AClientThatSendsOneCallAfterAnotherNeverMeetsItsOwnLast) {
  EchoServer echo({.calls_in_flight_max = 1, .calls_per_client_max = 1});
  ASSERT_TRUE(echo.Start().ok());
  const auto stub = EchoService::NewStub(echo.Connect());
  for (int i = 0; i < 500; ++i) {
    EchoResponse response;
    const grpc::Status status = stub->Echo(ContextOf("test").get(), EchoRequest(), &response);
    ASSERT_TRUE(status.ok()) << i << ": " << status.error_message();
  }
}

}  // namespace
}  // namespace whistle::rpc::testing
