#include "libs/rpc/stream_writer.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <atomic>
#include <memory>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/synchronization/notification.h"
#include "libs/rpc/testing/echo_service.h"

namespace whistle::rpc::testing {
namespace {

using ::testing::HasSubstr;

CountResponse Number(int64_t number, size_t padding_bytes = 0) {
  CountResponse message;
  message.set_number(number);
  message.set_padding(std::string(padding_bytes, 'x'));
  return message;
}

// Keeps the writer for the test to write with.
struct Held {
  explicit Held(EchoServer& echo) {
    echo.service.on_count = [this](CallInfo, CountRequest, StreamWriter<CountResponse> w) {
      writer = std::make_unique<StreamWriter<CountResponse>>(std::move(w));
      writer->OnClosed([this] { closed.Notify(); });
      opened.Notify();
    };
  }

  std::unique_ptr<StreamWriter<CountResponse>> writer;
  absl::Notification opened;
  absl::Notification closed;
};

// Reads to the end and returns the numbers.
std::vector<int64_t> ReadAll(grpc::ClientReader<CountResponse>& reader) {
  std::vector<int64_t> numbers;
  CountResponse message;
  while (reader.Read(&message)) numbers.push_back(message.number());
  return numbers;
}

TEST(StreamWriter, DeliversInOrderWhatWasQueuedAndThenTheEnd) {
  EchoServer echo;
  echo.service.on_count = [](CallInfo, CountRequest, StreamWriter<CountResponse> writer) {
    for (int i = 0; i < 100; ++i) EXPECT_EQ(writer.Push(Number(i), absl::StrCat(i)), PushResult::kQueued);
    writer.Finish(absl::OkStatus());
    EXPECT_EQ(writer.Push(Number(100), "100"), PushResult::kClosed);
  };
  ASSERT_TRUE(echo.Start().ok());
  const auto stub = EchoService::NewStub(echo.Connect());
  const auto context = ContextOf("test");
  const auto reader = stub->Count(context.get(), CountRequest());
  EXPECT_EQ(ReadAll(*reader).size(), 100u);
  EXPECT_TRUE(reader->Finish().ok());
  echo.server->Shutdown(absl::InfiniteFuture());
  EXPECT_EQ(echo.admission.streams_open(), 0);
  EXPECT_EQ(echo.metrics.Call("Count", "OK").value(), 1u);
}

TEST(StreamWriter, CutsOffASlowConsumerWithThePlaceToResumeFrom) {
  EchoServer echo;
  echo.service.stream_limits = {.queued_messages_max = 10};
  Held held(echo);
  ASSERT_TRUE(echo.Start().ok());
  const auto stub = EchoService::NewStub(echo.Connect());
  const auto context = ContextOf("slow");
  const auto reader = stub->Count(context.get(), CountRequest());
  held.opened.WaitForNotification();
  // Nobody reads: flow control lets some 64 KiB through, then the queue fills.
  int64_t pushed = 0;
  while (held.writer->Push(Number(pushed, 20'000), absl::StrCat("3@", pushed)) == PushResult::kQueued) ++pushed;
  held.closed.WaitForNotification();
  EXPECT_LT(pushed, 1000);
  EXPECT_TRUE(held.writer->closed());
  const std::vector<int64_t> numbers = ReadAll(*reader);
  const grpc::Status status = reader->Finish();
  EXPECT_EQ(status.error_code(), grpc::StatusCode::RESOURCE_EXHAUSTED);
  // The place is that of the first message that did not come: nothing is lost and nothing comes twice.
  EXPECT_EQ(status.error_message(), absl::StrCat("slow consumer: resume from 3@", numbers.size()));
  EXPECT_EQ(DetailOf(FromGrpcStatus(status))->actual(), absl::StrCat("3@", numbers.size()));
  EXPECT_EQ(numbers.back(), static_cast<int64_t>(numbers.size()) - 1);
  EXPECT_EQ(echo.metrics.streams_cut_off.value(), 1u);
}

TEST(StreamWriter, TheQueueIsBoundedInBytesAsWell) {
  EchoServer echo;
  echo.service.stream_limits = {.queued_messages_max = 1'000'000, .queued_bytes_max = 100'000};
  Held held(echo);
  ASSERT_TRUE(echo.Start().ok());
  const auto stub = EchoService::NewStub(echo.Connect());
  const auto context = ContextOf("slow");
  const auto reader = stub->Count(context.get(), CountRequest());
  held.opened.WaitForNotification();
  int64_t pushed = 0;
  while (held.writer->Push(Number(pushed, 20'000), absl::StrCat(pushed)) == PushResult::kQueued) ++pushed;
  EXPECT_LT(pushed, 1000);
  ReadAll(*reader);
  EXPECT_EQ(reader->Finish().error_code(), grpc::StatusCode::RESOURCE_EXHAUSTED);
}

TEST(StreamWriter, ASingleMessageLargerThanTheQueueIsDelivered) {
  EchoServer echo;
  echo.service.stream_limits = {.queued_messages_max = 2, .queued_bytes_max = 1000};
  echo.service.on_count = [](CallInfo, CountRequest, StreamWriter<CountResponse> writer) {
    EXPECT_EQ(writer.Push(Number(7, 5000), "7"), PushResult::kQueued);
    writer.Finish(absl::OkStatus());
  };
  ASSERT_TRUE(echo.Start().ok());
  const auto stub = EchoService::NewStub(echo.Connect());
  const auto context = ContextOf("test");
  const auto reader = stub->Count(context.get(), CountRequest());
  EXPECT_EQ(ReadAll(*reader), std::vector<int64_t>{7});
  EXPECT_TRUE(reader->Finish().ok());
}

TEST(StreamWriter, AProducerThatCatchesUpWaitsForRoomAndCutsNobodyOff) {
  EchoServer echo;
  echo.service.stream_limits = {.queued_messages_max = 8};
  constexpr int64_t kMessages = 2000;
  // What the producer shares with its callback; the lock keeps two wake-ups from writing at once.
  struct Producer {
    absl::Mutex mutex;
    std::unique_ptr<StreamWriter<CountResponse>> writer;
    int64_t next = 0;
    int waits = 0;

    void Produce() {
      absl::MutexLock lock(&mutex);
      while (next < kMessages) {
        const PushResult result = writer->Offer(Number(next, 1000), absl::StrCat(next));
        if (result != PushResult::kQueued) {
          ++waits;
          return;
        }
        ++next;
      }
      writer->Finish(absl::OkStatus());
    }
  };
  const auto producer = std::make_shared<Producer>();
  echo.service.on_count = [producer](CallInfo, CountRequest, StreamWriter<CountResponse> writer) {
    producer->writer = std::make_unique<StreamWriter<CountResponse>>(std::move(writer));
    producer->writer->OnRoom([producer] { producer->Produce(); });
    producer->Produce();
  };
  ASSERT_TRUE(echo.Start().ok());
  const auto stub = EchoService::NewStub(echo.Connect());
  const auto context = ContextOf("test");
  const auto reader = stub->Count(context.get(), CountRequest());
  const std::vector<int64_t> numbers = ReadAll(*reader);
  EXPECT_TRUE(reader->Finish().ok());
  ASSERT_EQ(numbers.size(), static_cast<size_t>(kMessages));
  for (int64_t i = 0; i < kMessages; ++i) ASSERT_EQ(numbers[i], i);
  EXPECT_GT(producer->waits, 0);
  EXPECT_EQ(echo.metrics.streams_cut_off.value(), 0u);
}

TEST(StreamWriter, AConsumerThatGoesAwayIsToldToTheProducerAndItsPlaceIsFree) {
  EchoServer echo({.streams_max = 1, .streams_per_client_max = 1});
  Held held(echo);
  ASSERT_TRUE(echo.Start().ok());
  const auto stub = EchoService::NewStub(echo.Connect());
  const auto context = ContextOf("test");
  const auto reader = stub->Count(context.get(), CountRequest());
  held.opened.WaitForNotification();
  EXPECT_EQ(held.writer->Push(Number(1), "1"), PushResult::kQueued);
  CountResponse message;
  ASSERT_TRUE(reader->Read(&message));
  {
    const auto second = ContextOf("test");
    const auto refused = stub->Count(second.get(), CountRequest());
    EXPECT_EQ(ReadAll(*refused).size(), 0u);
    EXPECT_EQ(refused->Finish().error_code(), grpc::StatusCode::RESOURCE_EXHAUSTED);
  }
  context->TryCancel();
  held.closed.WaitForNotification();
  EXPECT_EQ(held.writer->Push(Number(2), "2"), PushResult::kClosed);
  while (echo.admission.streams_open() > 0) std::this_thread::yield();
  EXPECT_EQ(reader->Finish().error_code(), grpc::StatusCode::CANCELLED);
}

TEST(StreamWriter, ShutdownEndsAnOpenStreamAndSaysWhereToResume) {
  EchoServer echo;
  Held held(echo);
  ASSERT_TRUE(echo.Start().ok());
  const auto stub = EchoService::NewStub(echo.Connect());
  const auto context = ContextOf("test");
  const auto reader = stub->Count(context.get(), CountRequest());
  held.opened.WaitForNotification();
  held.writer->Push(Number(1), "3@118");
  CountResponse message;
  ASSERT_TRUE(reader->Read(&message));
  echo.server->Shutdown(absl::InfiniteFuture());
  EXPECT_FALSE(reader->Read(&message));
  const grpc::Status status = reader->Finish();
  EXPECT_EQ(status.error_code(), grpc::StatusCode::UNAVAILABLE);
  EXPECT_THAT(status.error_message(), HasSubstr("resume after the last message received"));
  EXPECT_TRUE(held.closed.HasBeenNotified());
}

TEST(StreamWriter, ShutdownDoesNotWaitForAConsumerThatNeverReads) {
  EchoServer echo;
  echo.service.stream_limits = {.queued_messages_max = 10};
  Held held(echo);
  ASSERT_TRUE(echo.Start().ok());
  const auto stub = EchoService::NewStub(echo.Connect());
  const auto context = ContextOf("dead");
  const auto reader = stub->Count(context.get(), CountRequest());
  held.opened.WaitForNotification();
  // One of these is more than the connection takes from somebody who does not read.
  while (held.writer->Push(Number(0, 1'000'000), "0") == PushResult::kQueued) {
  }
  // Cut off, but the end cannot reach a consumer that does not read: its place is taken until somebody gives up.
  EXPECT_EQ(echo.admission.streams_open(), 1);
  // Returns at all: nothing is to be finished for somebody who takes nothing.
  echo.server->Shutdown(absl::InfiniteFuture());
  EXPECT_EQ(echo.admission.streams_open(), 0);
}

TEST(StreamWriter, AProducerThatIsDestroyedEndsItsStreamWithInternal) {
  EchoServer echo;
  echo.service.on_count = [](CallInfo, CountRequest, StreamWriter<CountResponse>) {};
  ASSERT_TRUE(echo.Start().ok());
  const auto stub = EchoService::NewStub(echo.Connect());
  const auto context = ContextOf("test");
  const auto reader = stub->Count(context.get(), CountRequest());
  EXPECT_EQ(ReadAll(*reader).size(), 0u);
  EXPECT_EQ(reader->Finish().error_code(), grpc::StatusCode::INTERNAL);
}

TEST(StreamWriter, AStreamWithoutItsClientsNameIsRefused) {
  EchoServer echo;
  echo.service.on_count = [](CallInfo, CountRequest, StreamWriter<CountResponse>) { ADD_FAILURE() << "was handled"; };
  ASSERT_TRUE(echo.Start().ok());
  const auto stub = EchoService::NewStub(echo.Connect());
  grpc::ClientContext context;
  const auto reader = stub->Count(&context, CountRequest());
  EXPECT_EQ(ReadAll(*reader).size(), 0u);
  EXPECT_EQ(reader->Finish().error_code(), grpc::StatusCode::INVALID_ARGUMENT);
}

TEST(StreamWriter, ManyThreadsMayPushWhileTheConsumerGoesAway) {
  EchoServer echo;
  echo.service.stream_limits = {.queued_messages_max = 100'000};
  Held held(echo);
  ASSERT_TRUE(echo.Start().ok());
  const auto stub = EchoService::NewStub(echo.Connect());
  const auto context = ContextOf("test");
  const auto reader = stub->Count(context.get(), CountRequest());
  held.opened.WaitForNotification();
  std::vector<std::thread> threads;
  for (int t = 0; t < 4; ++t) {
    threads.emplace_back([&] {
      for (int i = 0; i < 2000; ++i) {
        if (held.writer->Push(Number(i), absl::StrCat(i)) == PushResult::kClosed) return;
      }
    });
  }
  CountResponse message;
  for (int i = 0; i < 500; ++i) ASSERT_TRUE(reader->Read(&message));
  context->TryCancel();
  for (std::thread& thread : threads) thread.join();
  held.closed.WaitForNotification();
  while (echo.admission.streams_open() > 0) std::this_thread::yield();
}

}  // namespace
}  // namespace whistle::rpc::testing
