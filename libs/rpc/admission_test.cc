#include "libs/rpc/admission.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "libs/rpc/identity.h"
#include "libs/rpc/status_table.h"

namespace whistle::rpc {
namespace {

using ::testing::HasSubstr;

const absl::Time kNow = absl::FromUnixSeconds(1767323045);

CallFacts From(absl::string_view client, absl::Time deadline = absl::InfiniteFuture()) {
  return {.client = {client}, .method = "whistle.intake.v1.CloseCase", .deadline = deadline, .now = kNow};
}

class AdmissionTest : public ::testing::Test {
 protected:
  telemetry::Registry registry_;
  telemetry::ServiceMetrics metrics_{registry_, "intake"};
};

TEST_F(AdmissionTest, TheDefaultsAreTheDocumentedNumbersAndFitTogether) {
  const AdmissionLimits limits;
  EXPECT_TRUE(limits.Check().ok());
  EXPECT_EQ(limits.calls_in_flight_max, 4096);
  EXPECT_EQ(limits.calls_per_client_max, 1024);
  EXPECT_EQ(limits.streams_max, 256);
  EXPECT_EQ(limits.streams_per_client_max, 32);
  EXPECT_EQ(limits.deadline_default, absl::Seconds(10));
  EXPECT_EQ(limits.deadline_max, absl::Seconds(60));
}

TEST_F(AdmissionTest, LimitsThatCannotBeAreRefusedByName) {
  AdmissionLimits limits;
  limits.calls_per_client_max = 0;
  EXPECT_THAT(std::string(limits.Check().message()), HasSubstr("calls_per_client_max"));
  limits = {};
  limits.deadline_max = absl::Seconds(1);
  EXPECT_THAT(std::string(limits.Check().message()), HasSubstr("deadline_max"));
}

TEST_F(AdmissionTest, TheTicketSaysClientMethodAndDeadlineLessRoundingAndMargin) {
  Admission admission({}, &metrics_);
  const auto ticket = admission.AdmitCall(From("hotline", kNow + absl::Seconds(3)));
  ASSERT_TRUE(ticket.ok()) << ticket.status();
  EXPECT_EQ(ticket->info().client, "hotline");
  EXPECT_EQ(ticket->info().method, "whistle.intake.v1.CloseCase");
  EXPECT_EQ(ticket->info().deadline, kNow + absl::Milliseconds(2950));
}

TEST_F(AdmissionTest, ACallWithoutDeadlineGetsTheDefaultAndALongerOneThanAllowedIsCut) {
  Admission admission({}, &metrics_);
  EXPECT_EQ(admission.AdmitCall(From("a"))->info().deadline, kNow + absl::Milliseconds(9980));
  EXPECT_EQ(admission.AdmitCall(From("a", kNow + absl::Seconds(60)))->info().deadline,
            kNow + absl::Milliseconds(59380));
  EXPECT_EQ(admission.AdmitCall(From("a", kNow + absl::Hours(1)))->info().deadline, kNow + absl::Milliseconds(59980));
}

TEST_F(AdmissionTest, AStreamKeepsItsOwnDeadlineOrNone) {
  Admission admission({}, &metrics_);
  EXPECT_EQ(admission.AdmitStream(From("a"))->info().deadline, absl::InfiniteFuture());
  EXPECT_EQ(admission.AdmitStream(From("a", kNow + absl::Hours(9)))->info().deadline, kNow + absl::Hours(9));
}

TEST_F(AdmissionTest, ACallWithNoMoreThanTheMarginLeftIsRefusedBeforeItDoesAnything) {
  Admission admission({}, &metrics_);
  EXPECT_TRUE(admission.AdmitCall(From("a", kNow + absl::Milliseconds(21))).ok());
  EXPECT_EQ(admission.AdmitCall(From("a", kNow + absl::Milliseconds(20))).status().code(),
            absl::StatusCode::kDeadlineExceeded);
  EXPECT_EQ(admission.AdmitCall(From("a", kNow - absl::Seconds(1))).status().code(),
            absl::StatusCode::kDeadlineExceeded);
  EXPECT_EQ(metrics_.CallRefused("deadline").value(), 2u);
  EXPECT_EQ(admission.calls_in_flight(), 0);
}

TEST_F(AdmissionTest, AtTheLimitOfCallsInAllTheNextIsRefusedUntilOneEnds) {
  Admission admission({.calls_in_flight_max = 3, .calls_per_client_max = 2}, &metrics_);
  std::vector<Ticket> tickets;
  for (const char* client : {"a", "a", "b"}) tickets.push_back(*admission.AdmitCall(From(client)));
  const absl::Status refused = admission.AdmitCall(From("c")).status();
  EXPECT_EQ(refused.code(), absl::StatusCode::kResourceExhausted);
  EXPECT_THAT(std::string(refused.message()), HasSubstr("limit of 3 calls at once"));
  EXPECT_EQ(DetailOf(refused)->reason(), "calls_in_flight");
  EXPECT_EQ(metrics_.CallRefused("calls_in_flight").value(), 1u);
  EXPECT_EQ(metrics_.calls_in_flight.value(), 3);
  tickets.pop_back();
  EXPECT_TRUE(admission.AdmitCall(From("c")).ok());
}

TEST_F(AdmissionTest, AtTheLimitOfOneClientAnotherStillComesIn) {
  Admission admission({.calls_in_flight_max = 10, .calls_per_client_max = 2}, &metrics_);
  const auto first = admission.AdmitCall(From("a"));
  auto second = admission.AdmitCall(From("a"));
  const absl::Status refused = admission.AdmitCall(From("a")).status();
  EXPECT_EQ(refused.code(), absl::StatusCode::kResourceExhausted);
  EXPECT_EQ(DetailOf(refused)->reason(), "calls_per_client");
  EXPECT_TRUE(admission.AdmitCall(From("b")).ok());
  second->Release();
  second->Release();
  EXPECT_TRUE(admission.AdmitCall(From("a")).ok());
  EXPECT_EQ(admission.calls_in_flight(), 1);
}

TEST_F(AdmissionTest, StreamsHaveLimitsOfTheirOwn) {
  Admission admission(
      {.calls_in_flight_max = 1, .calls_per_client_max = 1, .streams_max = 3, .streams_per_client_max = 2}, &metrics_);
  const auto a1 = admission.AdmitStream(From("a"));
  const auto a2 = admission.AdmitStream(From("a"));
  EXPECT_EQ(DetailOf(admission.AdmitStream(From("a")).status())->reason(), "streams_per_client");
  const auto b1 = admission.AdmitStream(From("b"));
  EXPECT_EQ(DetailOf(admission.AdmitStream(From("b")).status())->reason(), "streams");
  EXPECT_TRUE(admission.AdmitCall(From("a")).ok());
  EXPECT_EQ(admission.streams_open(), 3);
  EXPECT_EQ(metrics_.streams_open.value(), 3);
}

TEST_F(AdmissionTest, AMovedTicketGivesItsPlaceBackOnce) {
  Admission admission({}, &metrics_);
  {
    Ticket first = *admission.AdmitCall(From("a"));
    Ticket second = std::move(first);
    Ticket third = *admission.AdmitCall(From("a"));
    EXPECT_EQ(admission.calls_in_flight(), 2);
    third = std::move(second);
    EXPECT_EQ(admission.calls_in_flight(), 1);
  }
  EXPECT_EQ(admission.calls_in_flight(), 0);
  EXPECT_EQ(metrics_.calls_in_flight.value(), 0);
}

TEST_F(AdmissionTest, ATicketMayOutliveTheAdmission) {
  auto admission = std::make_unique<Admission>(AdmissionLimits{}, &metrics_);
  Ticket ticket = *admission->AdmitCall(From("a"));
  admission.reset();
  ticket.Release();
  EXPECT_EQ(metrics_.calls_in_flight.value(), 0);
}

TEST_F(AdmissionTest, ClosedItAdmitsNobodyEndsStreamsOnceAndLetsCallsFinish) {
  Admission admission({}, &metrics_);
  int ended = 0;
  Ticket stream = *admission.AdmitStream(From("a"));
  Ticket over = *admission.AdmitStream(From("a"));
  Ticket call = *admission.AdmitCall(From("a"));
  stream.OnStopping([&] { ++ended; });
  over.OnStopping([&] { ended += 100; });
  call.OnStopping([&] { ended += 10'000; });
  over.Release();
  admission.Close();
  admission.Close();
  EXPECT_EQ(ended, 1);
  EXPECT_EQ(admission.AdmitCall(From("a")).status(), Stopping());
  EXPECT_EQ(admission.AdmitStream(From("a")).status(), Stopping());
  EXPECT_FALSE(admission.WaitForCalls(absl::Now()));
  call.Release();
  EXPECT_TRUE(admission.WaitForCalls(absl::InfiniteFuture())) << "a stream is not waited for";
  admission.Dismiss();
  EXPECT_EQ(ended, 1);
}

TEST_F(AdmissionTest, DismissingEndsEachCallOnceAndItsPlaceIsHeldUntilItsHandlerIsDone) {
  Admission admission({}, &metrics_);
  int ended = 0;
  Ticket call = *admission.AdmitCall(From("a"));
  call.OnStopping([&] { ++ended; });
  admission.Dismiss();
  admission.Dismiss();
  EXPECT_EQ(ended, 1);
  EXPECT_EQ(admission.calls_in_flight(), 1);
  EXPECT_EQ(admission.AdmitCall(From("a")).status(), Stopping());
}

TEST_F(AdmissionTest, ATicketIssuedBeforeTheEndIsEndedAtOnceWhenItAsksLater) {
  Admission admission({}, &metrics_);
  Ticket stream = *admission.AdmitStream(From("a"));
  Ticket call = *admission.AdmitCall(From("a"));
  admission.Dismiss();
  int ended = 0;
  stream.OnStopping([&] { ++ended; });
  call.OnStopping([&] { ++ended; });
  EXPECT_EQ(ended, 2);
}

TEST_F(AdmissionTest, ItIsQuietOnceNobodyWasRefusedForSoLong) {
  Admission admission({}, &metrics_);
  admission.Close();
  EXPECT_FALSE(admission.WaitUntilQuiet(absl::Hours(1), absl::Now() + absl::Milliseconds(1)));
  EXPECT_TRUE(admission.WaitUntilQuiet(absl::Milliseconds(1), absl::InfiniteFuture()));
}

TEST(ClientName, IsOneToSixtyFourPlainCharacters) {
  EXPECT_EQ(*ClientName({"a"}), "a");
  EXPECT_EQ(*ClientName({"Lanzhou-hotline_12345.v2"}), "Lanzhou-hotline_12345.v2");
  const std::string longest(64, 'x');
  EXPECT_EQ(*ClientName({longest}), longest);
}

TEST(ClientName, MissingOrBadIsRefusedNamingTheKeyWithAnExample) {
  const std::string too_long(65, 'x');
  const std::vector<std::vector<absl::string_view>> wrong = {{},      {""},     {too_long}, {"a b"},
                                                             {"a:b"}, {"热线"}, {"a", "a"}, {"a\nb"}};
  for (const auto& values : wrong) {
    const absl::Status status = ClientName(values).status();
    EXPECT_EQ(status.code(), absl::StatusCode::kInvalidArgument);
    EXPECT_THAT(std::string(status.message()), HasSubstr("metadata key \"whistle-client\""));
    EXPECT_THAT(std::string(status.message()), HasSubstr("for example \"whistle-client: lanzhou-hotline\""));
    EXPECT_EQ(DetailOf(status)->subject(), "whistle-client");
  }
}

}  // namespace
}  // namespace whistle::rpc
