#include "libs/rpc/server.h"

#include <gmock/gmock.h>
#include <grpcpp/generic/generic_stub.h>
#include <gtest/gtest.h>

#include <atomic>
#include <future>
#include <memory>
#include <set>
#include <string>
#include <thread>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/synchronization/notification.h"
#include "libs/rpc/testing/echo_service.h"

namespace whistle::rpc::testing {
namespace {

using ::testing::HasSubstr;
using ::testing::IsSubsetOf;

// Sends `bytes` as they are and returns the reply's, so that what no generated stub would send can be sent.
grpc::Status CallRaw(const std::shared_ptr<grpc::Channel>& channel, const std::string& method, const std::string& bytes,
                     std::string* reply) {
  grpc::GenericStub stub(channel);
  const auto context = ContextOf("test");
  const grpc::Slice slice(bytes);
  const grpc::ByteBuffer request(&slice, 1);
  grpc::ByteBuffer response;
  std::promise<grpc::Status> status;
  stub.UnaryCall(context.get(), method, {}, &request, &response,
                 [&](grpc::Status s) { status.set_value(std::move(s)); });
  grpc::Status result = status.get_future().get();
  grpc::Slice flat;
  if (result.ok() && response.DumpToSingleSlice(&flat).ok())
    reply->assign(reinterpret_cast<const char*>(flat.begin()), flat.size());
  return result;
}

// grpc.health.v1.HealthCheckRequest is {1: service}; the response {1: status}. 0 when the service is unknown.
int Health(const std::shared_ptr<grpc::Channel>& channel, const std::string& service) {
  const std::string request = absl::StrCat("\x0a", std::string(1, static_cast<char>(service.size())), service);
  std::string reply;
  const grpc::Status status = CallRaw(channel, "/grpc.health.v1.Health/Check", service.empty() ? "" : request, &reply);
  return status.ok() && reply.size() == 2 ? reply[1] : 0;
}
constexpr int kServing = 1;
constexpr int kNotServing = 2;

// Opens a stream of `method`, sends it `request` and reads one reply; then leaves it open until destroyed.
class OpenStream {
 public:
  OpenStream(const std::shared_ptr<grpc::Channel>& channel, const std::string& method, const std::string& request)
      : stub_(channel), call_(stub_.PrepareCall(&context_, method, &queue_)) {
    call_->StartCall(nullptr);
    Wait();
    const grpc::Slice slice(request);
    call_->Write(grpc::ByteBuffer(&slice, 1), nullptr);
    Wait();
    grpc::ByteBuffer response;
    call_->Read(&response, nullptr);
    Wait();
    grpc::Slice flat;
    if (response.DumpToSingleSlice(&flat).ok()) reply_.assign(flat.begin(), flat.end());
  }
  ~OpenStream() {
    context_.TryCancel();
    grpc::Status status;
    call_->Finish(&status, nullptr);
    Wait();
    queue_.Shutdown();
    Wait();
  }

  const std::string& reply() const { return reply_; }

 private:
  void Wait() {
    void* tag = nullptr;
    bool ok = false;
    queue_.Next(&tag, &ok);
  }

  grpc::GenericStub stub_;
  grpc::ClientContext context_;
  grpc::CompletionQueue queue_;
  std::unique_ptr<grpc::GenericClientAsyncReaderWriter> call_;
  std::string reply_;
};

TEST(Server, AnswersACallOverLoopback) {
  EchoServer echo;
  ASSERT_TRUE(echo.Start().ok());
  const auto stub = EchoService::NewStub(echo.Connect());
  EchoRequest request;
  request.set_text("通气了");
  EchoResponse response;
  const grpc::Status status = stub->Echo(ContextOf("test").get(), request, &response);
  ASSERT_TRUE(status.ok()) << status.error_message();
  EXPECT_EQ(response.text(), "通气了");
}

TEST(Server, RefusesToListenWhereOthersCouldReachIt) {
  for (const char* address : {"0.0.0.0:0", "[::]:0", "192.168.0.1:7101", "unix:/tmp/x"}) {
    const auto server = Server::Start({.listen_address = address, .admissions = {}}, {});
    EXPECT_EQ(server.status().code(), absl::StatusCode::kInvalidArgument) << address;
  }
}

TEST(Server, ASecondOnTheSamePortIsRefusedNamingTheAddressAndTheReason) {
  EchoServer first;
  ASSERT_TRUE(first.Start().ok());
  const auto second = Server::Start({.listen_address = first.server->address(), .admissions = {}}, {});
  EXPECT_EQ(second.status().code(), absl::StatusCode::kUnavailable);
  EXPECT_THAT(std::string(second.status().message()), HasSubstr(first.server->address()));
  EXPECT_THAT(std::string(second.status().message()), HasSubstr("in use"));
}

TEST(Server, ItsPortIsFreeAfterShutdown) {
  EchoServer first;
  ASSERT_TRUE(first.Start().ok());
  first.server->Shutdown(absl::Now());
  EXPECT_TRUE(Server::Start({.listen_address = first.server->address(), .admissions = {}}, {}).ok());
}

TEST(Server, TellsTheHealthOfEachService) {
  EchoServer echo;
  ASSERT_TRUE(echo.Start().ok());
  const auto channel = echo.Connect();
  EXPECT_EQ(Health(channel, ""), kServing);
  EXPECT_EQ(Health(channel, "whistle.rpc.testing.EchoService"), 0);
  echo.server->SetServing("whistle.rpc.testing.EchoService", true);
  EXPECT_EQ(Health(channel, "whistle.rpc.testing.EchoService"), kServing);
  echo.server->SetServing("whistle.rpc.testing.EchoService", false);
  EXPECT_EQ(Health(channel, "whistle.rpc.testing.EchoService"), kNotServing);
}

TEST(Server, DescribesItselfToStrangersByReflection) {
  EchoServer echo;
  ASSERT_TRUE(echo.Start().ok());
  // ServerReflectionRequest{7: list_services ""}.
  const OpenStream stream(echo.Connect(), "/grpc.reflection.v1alpha.ServerReflection/ServerReflectionInfo",
                          std::string("\x3a\x00", 2));
  EXPECT_THAT(stream.reply(), HasSubstr("whistle.rpc.testing.EchoService"));
}

TEST(Server, AMessageOverTheLimitIsRefusedWithItsNumberAndAnotherIsStillAnswered) {
  EchoServer echo;
  ASSERT_TRUE(echo.Start().ok());
  const auto stub = EchoService::NewStub(echo.Connect());
  EchoRequest request;
  request.set_blob(std::string(5'000'000, 'x'));
  EchoResponse response;
  const grpc::Status refused = stub->Echo(ContextOf("test").get(), request, &response);
  EXPECT_EQ(refused.error_code(), grpc::StatusCode::RESOURCE_EXHAUSTED);
  EXPECT_THAT(refused.error_message(), HasSubstr(absl::StrCat(kReceivedMessageBytesMax)));
  // Two bytes of tag and three of length around the blob.
  request.set_blob(std::string(kReceivedMessageBytesMax - 4, 'x'));
  ASSERT_EQ(request.ByteSizeLong(), static_cast<size_t>(kReceivedMessageBytesMax));
  EXPECT_TRUE(stub->Echo(ContextOf("test").get(), request, &response).ok());
  request.mutable_blob()->push_back('x');
  EXPECT_EQ(stub->Echo(ContextOf("test").get(), request, &response).error_code(), grpc::StatusCode::RESOURCE_EXHAUSTED);
}

TEST(Server, TextThatIsNotUtf8AndBytesThatAreNoMessageAreInvalidArgument) {
  EchoServer echo;
  ASSERT_TRUE(echo.Start().ok());
  std::string reply;
  for (const std::string& bytes : {std::string("\x0a\x02\xC3\x28"),
                                   std::string("\x0a\x7f"
                                               "short"),
                                   std::string("\xFF\xFF\xFF")}) {
    const grpc::Status status = CallRaw(echo.Connect(), "/whistle.rpc.testing.EchoService/Echo", bytes, &reply);
    EXPECT_EQ(status.error_code(), grpc::StatusCode::INVALID_ARGUMENT) << status.error_message();
    EXPECT_THAT(status.error_message(), HasSubstr("cannot be parsed"));
    EXPECT_EQ(DetailOf(FromGrpcStatus(status))->reason(), "malformed_request");
  }
  EXPECT_EQ(CallRaw(echo.Connect(), "/whistle.rpc.testing.EchoService/Nothing", "", &reply).error_code(),
            grpc::StatusCode::UNIMPLEMENTED);
}

TEST(Server, TheLongestRefusalThereCanBeFitsTheClientsTrailers) {
  EchoServer echo;
  echo.service.on_echo = [](CallInfo, EchoRequest, Completion<EchoResponse> done) {
    std::string wide;
    for (int i = 0; i < 2000; ++i) wide.append("气");
    common::v1::RejectionDetail detail;
    detail.set_kind(common::v1::REJECTION_KIND_ILLEGAL);
    detail.set_reason(wide);
    detail.set_subject(wide);
    detail.set_expected(wide);
    detail.set_actual(wide);
    std::move(done)(Refused(detail, wide));
  };
  ASSERT_TRUE(echo.Start().ok());
  EchoResponse response;
  const grpc::Status status =
      EchoService::NewStub(echo.Connect())->Echo(ContextOf("test").get(), EchoRequest(), &response);
  EXPECT_EQ(status.error_code(), grpc::StatusCode::FAILED_PRECONDITION) << status.error_message();
  EXPECT_TRUE(DetailOf(FromGrpcStatus(status)).has_value());
}

// The call of the client "held", whose handler keeps the completion until the test answers.
struct HeldCall {
  explicit HeldCall(EchoServer& echo) {
    echo.service.on_echo = [this](CallInfo info, EchoRequest, Completion<EchoResponse> completion) {
      if (info.client != "held") return std::move(completion)(EchoResponse());
      done = std::make_unique<Completion<EchoResponse>>(std::move(completion));
      arrived.Notify();
    };
  }
  std::future<grpc::Status> Send(const EchoServer& echo) {
    return std::async(std::launch::async, [channel = echo.Connect()] {
      EchoResponse response;
      return EchoService::NewStub(channel)->Echo(ContextOf("held").get(), EchoRequest(), &response);
    });
  }

  absl::Notification arrived;
  std::unique_ptr<Completion<EchoResponse>> done;
};

TEST(Server, ShutdownFinishesWhatWasAcceptedAndLetsNobodyElseIn) {
  EchoServer echo;
  HeldCall held(echo);
  ASSERT_TRUE(echo.Start().ok());
  std::future<grpc::Status> accepted = held.Send(echo);
  held.arrived.WaitForNotification();
  const auto channel = echo.Connect();
  ASSERT_EQ(Health(channel, ""), kServing);
  std::thread shutdown([&] { echo.server->Shutdown(absl::InfiniteFuture()); });
  // The admission is closed after health: once calls are refused, the accepted one is all that is waited for.
  EchoResponse response;
  grpc::Status late;
  while (late.ok()) late = EchoService::NewStub(channel)->Echo(ContextOf("late").get(), EchoRequest(), &response);
  EXPECT_EQ(late.error_code(), grpc::StatusCode::UNAVAILABLE);
  EXPECT_THAT(late.error_message(), HasSubstr("this service is stopping"));
  EXPECT_EQ(Health(channel, ""), kNotServing);
  std::move (*held.done)(EchoResponse());
  EXPECT_TRUE(accepted.get().ok());
  shutdown.join();
  echo.server->Shutdown(absl::InfiniteFuture());
}

TEST(Server, ShutdownDoesNotWaitForThoseWhoOnlyWatch) {
  EchoServer echo;
  ASSERT_TRUE(echo.Start().ok());
  const OpenStream watch(echo.Connect(), "/grpc.health.v1.Health/Watch", "");
  EXPECT_EQ(watch.reply(), std::string("\x08\x01"));
  const OpenStream reflection(echo.Connect(), "/grpc.reflection.v1alpha.ServerReflection/ServerReflectionInfo",
                              std::string("\x3a\x00", 2));
  // Returns at all: the two would stay for ever.
  echo.server->Shutdown(absl::InfiniteFuture());
}

TEST(Server, ShutdownAnswersUnavailableToWhatIsNotDoneByItsDeadlineAndALateAnswerHurtsNobody) {
  EchoServer echo;
  HeldCall held(echo);
  ASSERT_TRUE(echo.Start().ok());
  std::future<grpc::Status> accepted = held.Send(echo);
  held.arrived.WaitForNotification();
  const absl::Time began_at = absl::Now();
  echo.server->Shutdown(began_at + absl::Milliseconds(100));
  EXPECT_GE(absl::Now() - began_at, absl::Milliseconds(100)) << "it was given its time";
  const grpc::Status status = accepted.get();
  EXPECT_EQ(status.error_code(), grpc::StatusCode::UNAVAILABLE);
  EXPECT_EQ(status.error_message(), "this service is stopping; retry with the same request id, at another instance");
  EXPECT_EQ(echo.metrics.Call("Echo", "UNAVAILABLE").value(), 1u);
  EXPECT_TRUE(held.done->abandoned());
  echo.server.reset();
  std::move (*held.done)(EchoResponse());
  EXPECT_EQ(echo.admission.calls_in_flight(), 0);
  EXPECT_EQ(echo.metrics.Call("Echo", "OK").value(), 0u);
}

// Eight clients on a connection each, which send the next call as soon as they have an answer, whatever it is.
TEST(Server, ThoseWhoKeepCallingWhileItIsTornDownAreToldNothingButUnavailable) {
  EchoServer echo;
  ASSERT_TRUE(echo.Start().ok());
  std::atomic<int> answered = 0;
  std::atomic<bool> over = false;
  std::vector<std::future<std::set<grpc::StatusCode>>> clients;
  for (int i = 0; i < 8; ++i) {
    clients.push_back(std::async(std::launch::async, [&, channel = echo.Connect()] {
      const auto stub = EchoService::NewStub(channel);
      EchoResponse response;
      std::set<grpc::StatusCode> told;
      while (!over) {
        told.insert(stub->Echo(ContextOf("hasty").get(), EchoRequest(), &response).error_code());
        ++answered;
      }
      return told;
    }));
  }
  while (answered < 100) std::this_thread::yield();
  echo.server->Shutdown(absl::InfiniteFuture());
  over = true;
  for (auto& client : clients) {
    EXPECT_THAT(client.get(), IsSubsetOf({grpc::StatusCode::OK, grpc::StatusCode::UNAVAILABLE}));
  }
}

}  // namespace
}  // namespace whistle::rpc::testing
