#include "services/coordination/coordination_testing.h"
#include "services/coordination/limits.h"

namespace whistle::coordination {
namespace {

using common::v1::REJECTION_KIND_ALREADY;
using common::v1::REJECTION_KIND_ILLEGAL;
using common::v1::REJECTION_KIND_INVALID;
using common::v1::REJECTION_KIND_LIMIT;
using common::v1::REJECTION_KIND_NOT_AUTHORIZED;
using common::v1::REJECTION_KIND_NOT_FOUND;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using testing::Organization;
using testing::Petitioner;
using testing::Request;

auto Convene(const std::string& more = "") {
  return Request<v1::ConveneMeetingRequest>(
      absl::StrCat("invited_ids: ['gas-company', 'broadcast-company', 'developer'] meets_at @2021-07-05 ",
                   "place: 'The community office' topics: 'The cable in the well' ", more));
}
// Event 4.1: the community convenes a meeting for 2021-07-05.
auto GivenMeeting() {
  auto scenario = GivenCase();
  scenario.Command(Community(), Convene());
  return scenario;
}
auto Hold(const std::string& more) {
  return Request<v1::HoldMeetingRequest>(absl::StrCat("minutes: 'Everybody spoke' ", more));
}
constexpr char kDeadlocked[] = "meeting_id: '4.1' outcome: MEETING_OUTCOME_DEADLOCKED attended_ids: 'gas-company'";
constexpr char kUnconvened[] =
    "outcome: MEETING_OUTCOME_DEADLOCKED attended_ids: 'gas-company' topics: 'The cable in the well'";

TEST(ConveneMeetingTest, DoneRightInvitesAcrossAuthorityAndSaysSo) {
  GivenCase()
      .When(Street(), Convene("invited_ids: 'station-community'"))
      .ThenRecorded(R"(meeting_convened { convened_by { organization_id: "railway-station-street" }
          meets_at @2021-07-05 place: "The community office" topics: "The cable in the well"
          across_authority_ids: ["gas-company", "broadcast-company", "developer"] })")
      .ThenState("open_meetings { meeting_id: '4.1' }")
      .ThenFoundUnder({"meeting_of", "developer", "case-1", "000000000004.0001"})
      .ThenFoundUnder({"meeting_of_case", "case-1", "000000000004.0001"});
}

TEST(ConveneMeetingTest, DoneRightMayFollowAWhistle) {
  auto scenario = GivenCase();
  scenario.Command(Community(), Request<v1::BlowWhistleRequest>(
                                    "urgency: URGENCY_URGENT reason: 'r' department_ids: 'gas-company'"));
  scenario.When(Community(), Convene("whistle_id: '4.1'")).ThenRecorded("meeting_convened { whistle_id: '4.1' }");
  scenario.When(Community(), Convene("whistle_id: '9.9'")).ThenRejected(REJECTION_KIND_NOT_FOUND, "unknown_whistle");
}

TEST(ConveneMeetingTest, DoneTwiceIsAnotherMeeting) {
  GivenMeeting().When(Community(), Convene()).ThenRecorded("meeting_convened {}").ThenState([](const State& state) {
    EXPECT_EQ(state.open_meetings_size(), 2);
  });
}

TEST(ConveneMeetingTest, DoneTooLateOnAClosedCaseOrForYesterdayIsRefused) {
  GivenCase()
      .Event(Handler(), "case_closed {}")
      .When(Community(), Convene())
      .ThenRejected(REJECTION_KIND_ILLEGAL, "case_not_open");
  GivenCase()
      .At("2021-07-06")
      .When(Community(), Convene())
      .ThenRejected(REJECTION_KIND_INVALID, "invalid_field")
      .ThenSubject("meets_at");
}

TEST(ConveneMeetingTest, DoneByTheWrongOneIsRefused) {
  for (const auto& actor : {Petitioner(), GasCompany(), Organization("chengguan-housing-bureau")}) {
    GivenCase().When(actor, Convene()).ThenRejected(REJECTION_KIND_NOT_AUTHORIZED, "not_the_one");
  }
  for (const char* id : {"lanzhou", "gansu", "railway-station-street", "gansu-petition-office"}) {
    GivenCase().When(Organization(id), Convene()).ThenRecorded("meeting_convened {}");
  }
}

TEST(ConveneMeetingTest, NamesTheFieldThatIsWrong) {
  const auto refused = [](v1::ConveneMeetingRequest request, const std::string& subject) {
    GivenCase()
        .When(Community(), std::move(request))
        .ThenRejected(REJECTION_KIND_INVALID, "invalid_field")
        .ThenSubject(subject);
  };
  auto request = Convene();
  request.clear_invited_ids();
  refused(request, "invited_ids");
  request = Convene();
  request.clear_meets_at();
  refused(request, "meets_at");
  request = Convene();
  request.mutable_meets_at()->set_seconds(1657000000);  // 2022-07-05
  refused(request, "meets_at");
  request = Convene();
  request.clear_place();
  refused(request, "place");
  request = Convene();
  request.clear_topics();
  refused(request, "topics");
  request = Convene();
  while (request.topics_size() <= kTopicsMax) request.add_topics("one more");
  refused(request, "topics");
  request = Convene();
  request.set_topics(0, std::string(kTopicBytesMax + 1, 'x'));
  refused(request, "topics[0]");
}

TEST(ConveneMeetingTest, InvitesAsManyAsItsLimitAndNoMore) {
  testing::RegistryBuilder registry;
  for (int i = 0; i <= kMeetingOrganizationsMax; ++i) registry.Add(absl::StrCat("department-", i), "D", "lanzhou");
  auto most = Convene();
  most.clear_invited_ids();
  for (int i = 0; i < kMeetingOrganizationsMax; ++i) most.add_invited_ids(absl::StrCat("department-", i));
  GivenCase().With(registry).When(Community(), most).ThenRecorded("meeting_convened {}");
  most.add_invited_ids(absl::StrCat("department-", kMeetingOrganizationsMax));
  GivenCase().With(registry).When(Community(), most).ThenRejected(REJECTION_KIND_INVALID, "invalid_field");
}

TEST(ConveneMeetingTest, TheLastOpenMeetingFitsAndOneMoreDoesNot) {
  auto scenario = GivenCase();
  for (int i = 0; i < kOpenMeetingsMax; ++i) scenario.Command(Community(), Convene());
  scenario.When(Community(), Convene()).ThenRejected(REJECTION_KIND_LIMIT, "limit_reached");
}

TEST(HoldMeetingTest, DoneRightRecordsWhoCameAndWhoSentNobody) {
  GivenMeeting()
      .At("2021-07-05")
      .When(Community(), Hold(kDeadlocked))
      .ThenRecorded(
          "meeting_held { meeting_id: '4.1' held_by { organization_id: 'station-community' } outcome: "
          "MEETING_OUTCOME_DEADLOCKED minutes: 'Everybody spoke' }")
      .ThenEvents([](const domain::Events& events) {
        const auto& held = events.at(0).meeting_held();
        ASSERT_EQ(held.attended_size(), 1);
        EXPECT_EQ(held.attended(0).superior_ids(0), "gansu");
        ASSERT_EQ(held.absent_size(), 2);
        EXPECT_EQ(held.absent(0).organization_id(), "broadcast-company");
        EXPECT_EQ(held.absent(1).organization_id(), "developer");
      })
      .ThenState("meeting_count: 1 deadlocked_count: 1 past_meetings { meeting_id: '4.1' held_event_id: '5.1' }")
      .ThenState([](const State& state) { EXPECT_EQ(state.open_meetings_size(), 0); })
      .ThenFoundUnder({"thing", "case-1", "000000000004.0001", "000000000005.0001"});
}

TEST(HoldMeetingTest, DoneRightMakesItsCommitmentsInTheSameDecision) {
  GivenMeeting()
      .At("2021-07-05")
      .When(Community(),
            Hold("meeting_id: '4.1' outcome: MEETING_OUTCOME_PARTLY "
                 "attended_ids: ['gas-company', 'broadcast-company'] absent_ids: 'developer' "
                 "commitments { organization_id: 'broadcast-company' what: 'Move the cable' "
                 "due_at @2021-08-01 } "
                 "commitments { organization_id: 'gas-company' what: 'Light the gas' due_at @2021-08-02 }"))
      .ThenRecorded(
          "meeting_held { outcome: MEETING_OUTCOME_PARTLY }",
          R"(commitment_made { organization { organization_id: "broadcast-company" superior_ids: "gansu" name: "the broadcast network company" }
                        what: "Move the cable" due { due_at @2021-08-01 rule: "given" } meeting_id: "4.1"
                        recorded_by { organization_id: "station-community" } })",
          "commitment_made { organization { organization_id: 'gas-company' } meeting_id: '4.1' }")
      .ThenState("commitment_count: 2")
      .ThenFoundUnder({"open_commitment", "broadcast-company", "case-1", "000000000005.0002"})
      .ThenFoundUnder({"thing", "case-1", "000000000004.0001", "000000000005.0003"});
}

TEST(HoldMeetingTest, DoneRightWithoutHavingBeenConvened) {
  GivenCase()
      .When(Community(), Hold(kUnconvened))
      .ThenRecorded("meeting_held { meeting_id: '' topics: 'The cable in the well' }")
      .ThenState("past_meetings { meeting_id: '4.1' held_event_id: '4.1' }");
  GivenCase()
      .When(Community(), Hold("outcome: MEETING_OUTCOME_AGREED attended_ids: 'gas-company' topics: 't' "
                              "commitments { organization_id: 'gas-company' what: 'w' due_at @2021-08-01 }"))
      .ThenRecorded("meeting_held {}", "commitment_made { meeting_id: '4.1' }");
}

TEST(HoldMeetingTest, DoneTwiceIsRefusedNamingTheFirst) {
  GivenMeeting()
      .At("2021-07-05")
      .Command(Community(), Hold(kDeadlocked))
      .When(Community(), Hold(kDeadlocked))
      .ThenRejected(REJECTION_KIND_ALREADY, "meeting_held")
      .ThenMessage(HasSubstr("5.1"));
  GivenCase()
      .Command(Community(), Hold(kUnconvened))
      .When(Community(), Hold(kUnconvened))
      .ThenRecorded("meeting_held {}")
      .ThenState("meeting_count: 2 deadlocked_count: 2");
}

TEST(HoldMeetingTest, DoneTooLateOnAClosedCaseIsRefusedUnlessItTookPlaceBefore) {
  auto scenario = GivenMeeting();
  scenario.At("2021-07-10").Event(Handler(), "case_closed {}").At("2021-07-20");
  scenario.When(Community(), Hold(kDeadlocked)).ThenRejected(REJECTION_KIND_ILLEGAL, "case_not_open");
  scenario.Occurred("2021-07-05").When(Community(), Hold(kDeadlocked)).ThenRecorded("meeting_held {}");
}

TEST(HoldMeetingTest, DoneByTheWrongOneIsRefused) {
  GivenMeeting()
      .When(GasCompany(), Hold(kDeadlocked))
      .ThenRejected(REJECTION_KIND_NOT_AUTHORIZED, "not_the_one")
      .When(Petitioner(), Hold(kDeadlocked))
      .ThenRejected(REJECTION_KIND_NOT_AUTHORIZED, "not_the_one")
      .When(GasCompany(), Hold(kUnconvened))
      .ThenRejected(REJECTION_KIND_NOT_AUTHORIZED, "not_the_one")
      .When(Street(), Hold(kDeadlocked))
      .ThenRecorded("meeting_held { held_by { organization_id: 'railway-station-street' } }");
}

TEST(HoldMeetingTest, NamesTheFieldThatIsWrong) {
  struct Wrong {
    const char* request;
    const char* subject;
  };
  const Wrong wrongs[] = {
      {"topics: 't' attended_ids: 'gas-company'", "outcome"},
      {"topics: 't' outcome: MEETING_OUTCOME_AGREED", "attended_ids"},
      {"topics: 't' outcome: MEETING_OUTCOME_AGREED attended_ids: 'gas-company' absent_ids: 'gas-company'",
       "absent_ids[0]"},
      {"outcome: MEETING_OUTCOME_AGREED attended_ids: 'gas-company'", "topics"},
      {"meeting_id: '4.1' topics: 't' outcome: MEETING_OUTCOME_AGREED attended_ids: 'gas-company'", "topics"},
      {"meeting_id: 'x' outcome: MEETING_OUTCOME_AGREED attended_ids: 'gas-company'", "meeting_id"},
      {"topics: 't' outcome: MEETING_OUTCOME_DEADLOCKED attended_ids: 'gas-company' "
       "commitments { organization_id: 'gas-company' what: 'w' due_at @2021-08-01 }",
       "commitments"},
      {"topics: 't' outcome: MEETING_OUTCOME_AGREED attended_ids: 'gas-company' "
       "commitments { organization_id: 'developer' what: 'w' due_at @2021-08-01 }",
       "commitments[0].organization_id"},
      {"topics: 't' outcome: MEETING_OUTCOME_AGREED attended_ids: 'gas-company' "
       "commitments { organization_id: 'gas-company' due_at @2021-08-01 }",
       "commitments[0].what"},
      {"topics: 't' outcome: MEETING_OUTCOME_AGREED attended_ids: 'gas-company' "
       "commitments { organization_id: 'gas-company' what: 'w' }",
       "commitments[0].due_at"},
  };
  for (const Wrong& wrong : wrongs) {
    SCOPED_TRACE(wrong.request);
    GivenMeeting()
        .When(Community(), Hold(wrong.request))
        .ThenRejected(REJECTION_KIND_INVALID, "invalid_field")
        .ThenSubject(wrong.subject);
  }
  GivenMeeting()
      .When(Community(), Request<v1::HoldMeetingRequest>(kUnconvened))
      .ThenRejected(REJECTION_KIND_INVALID, "invalid_field")
      .ThenSubject("minutes");
  GivenMeeting()
      .Occurred("2021-06-01")
      .When(Community(), Hold(kDeadlocked))
      .ThenRejected(REJECTION_KIND_INVALID, "invalid_field")
      .ThenSubject("context.occurred_at");
}

TEST(HoldMeetingTest, AMeetingThatNobodyCameToIsHeldDeadlocked) {
  GivenMeeting()
      .When(Community(), Hold("meeting_id: '4.1' outcome: MEETING_OUTCOME_DEADLOCKED"))
      .ThenEvents([](const domain::Events& events) { EXPECT_EQ(events.at(0).meeting_held().absent_size(), 3); });
}

TEST(HoldMeetingTest, MakesAsManyCommitmentsAsItsLimitAndNoMore) {
  auto most = Hold("outcome: MEETING_OUTCOME_AGREED attended_ids: 'gas-company' topics: 't'");
  const auto promise = Request<v1::CommitmentDraft>("organization_id: 'gas-company' what: 'w' due_at @2021-08-01");
  for (int i = 0; i < kMeetingCommitmentsMax; ++i) *most.add_commitments() = promise;
  auto scenario = GivenCase();
  for (int held = 0; held < kOpenCommitmentsMax / kMeetingCommitmentsMax; ++held) scenario.Command(Community(), most);
  auto one = most;
  one.mutable_commitments()->DeleteSubrange(1, kMeetingCommitmentsMax - 1);
  scenario.When(Community(), one).ThenRejected(REJECTION_KIND_LIMIT, "limit_reached");
  *most.add_commitments() = promise;
  GivenCase().When(Community(), most).ThenRejected(REJECTION_KIND_INVALID, "invalid_field").ThenSubject("commitments");
}

}  // namespace
}  // namespace whistle::coordination
