#include "services/intake/scenario.h"

namespace whistle::intake {
namespace {

using common::v1::REJECTION_KIND_ALREADY;
using common::v1::REJECTION_KIND_ILLEGAL;
using common::v1::REJECTION_KIND_INVALID;
using common::v1::REJECTION_KIND_NOT_AUTHORIZED;
using common::v1::REJECTION_KIND_NOT_FOUND;
using ::testing::HasSubstr;
using testing::Organization;
using testing::Petitioner;
using testing::RegistryBuilder;
using testing::Request;

v1::RecordContactRequest Visit(const std::string& contacted_id = "gas-company") {
  v1::RecordContactRequest request;
  request.set_channel(v1::CONTACT_CHANNEL_VISIT);
  request.set_contacted_id(contacted_id);
  return request;
}

v1::AttachEvidenceRequest Photo(char byte) {
  v1::AttachEvidenceRequest request;
  request.mutable_evidence()->set_sha256(std::string(32, byte));
  request.mutable_evidence()->set_size_bytes(12345);
  request.mutable_evidence()->set_media_type("image/jpeg");
  request.mutable_evidence()->set_title("The cable in the gas pipe well");
  request.mutable_evidence()->set_location("archive:2019/17");
  return request;
}

TEST(RecordContactTest, DoneRightCountsTheContact) {
  GivenRegistered()
      .At("2021-07-03")
      .When(Petitioner("p1"), Visit())
      .ThenRecorded(R"(occurred_at: @2021-07-03 contact_recorded { channel: CONTACT_CHANNEL_VISIT
          contacted { organization_id: "gas-company" superior_ids: "gansu" } petitioner_id: "p1" })")
      .ThenState(R"(contact_count: 1 visit_count: 1 contact_tallies { organization_id: "gas-company" count: 1 }
                    last_contact_at: @2021-07-03 last_contact_event_id: "2.1")")
      .ThenFoundUnder({"organization", "gas-company", "case-1"})
      .ThenFoundUnder({"contact", "case-1", "00000000000000000002.0001"});
}

TEST(RecordContactTest, DoneRightInEveryWay) {
  auto scenario = GivenRegistered();
  for (const auto channel : {v1::CONTACT_CHANNEL_CALL, v1::CONTACT_CHANNEL_LETTER, v1::CONTACT_CHANNEL_MESSAGE}) {
    v1::RecordContactRequest request = Visit();
    request.set_channel(channel);
    scenario.Command(Organization("station-community"), request);
  }
  scenario
      .ThenRecorded(R"(contact_recorded { recorded_by { organization_id: "station-community" superior_ids:
          "railway-station-street" superior_ids: "chengguan" superior_ids: "lanzhou" superior_ids: "gansu" } })")
      .ThenState("contact_count: 3 call_count: 1 letter_count: 1 message_count: 1");
}

TEST(RecordContactTest, DoneRightLateForAVisitBeforeTheCaseWasRegistered) {
  GivenRegistered()
      .Occurred("2017-03-02")
      .When(Petitioner(), Visit())
      .ThenRecorded("occurred_at: @2017-03-02 contact_recorded {}")
      .ThenState("contact_count: 1 header { registered_at: @2021-07-01 }");
}

TEST(RecordContactTest, DoneTwiceIsTwoContacts) {
  GivenRegistered()
      .Command(Petitioner(), Visit())
      .When(Petitioner(), Visit())
      .ThenRecorded("contact_recorded {}")
      .ThenState(R"(contact_count: 2 contact_tallies { organization_id: "gas-company" count: 2 })");
}

TEST(RecordContactTest, DoneTooLateOnAClosedCaseIsRefusedButNotWhatHappenedBefore) {
  GivenClosed()
      .At("2021-08-01")
      .When(Petitioner(), Visit())
      .ThenRejected(REJECTION_KIND_ILLEGAL, "case_not_open")
      .ThenMessage(HasSubstr("reopen"))
      .Occurred("2021-07-09")
      .When(Petitioner(), Visit())
      .ThenRecorded("contact_recorded {}");
}

TEST(RecordContactTest, DoneTooLateOnAMergedCaseNamesTheOneThatGoesOn) {
  GivenMerged()
      .At("2021-08-01")
      .When(Petitioner(), Visit())
      .ThenRejected(REJECTION_KIND_ILLEGAL, "case_not_open")
      .ThenMessage(HasSubstr("on case case-2"));
}

TEST(RecordContactTest, DoneByTheWrongOneIsRefused) {
  GivenRegistered()
      .With(RegistryBuilder().Retire("station-community"))
      .When(Organization("station-community"), Visit())
      .ThenRejected(REJECTION_KIND_ILLEGAL, "organization_retired")
      .When(testing::Agenda(), Visit())
      .ThenRejected(REJECTION_KIND_INVALID, "invalid_field");
}

TEST(RecordContactTest, EveryFieldIsChecked) {
  v1::RecordContactRequest long_note = Visit();
  long_note.set_note(std::string(2001, 'x'));
  v1::RecordContactRequest longest_note = Visit();
  longest_note.set_note(std::string(2000, 'x'));
  GivenRegistered()
      .When(Petitioner(), Request<v1::RecordContactRequest>(R"(contacted_id: "gas-company")"))
      .ThenRejected(REJECTION_KIND_INVALID, "invalid_field")
      .ThenSubject("channel")
      .When(Petitioner(), Visit("nobody"))
      .ThenRejected(REJECTION_KIND_NOT_FOUND, "unknown_organization")
      .When(Petitioner(), Visit(""))
      .ThenRejected(REJECTION_KIND_INVALID, "invalid_field")
      .ThenSubject("contacted_id")
      .When(Petitioner(), long_note)
      .ThenRejected(REJECTION_KIND_INVALID, "invalid_field")
      .ThenSubject("note")
      .Occurred("2031-01-01")
      .When(Petitioner(), Visit())
      .ThenRejected(REJECTION_KIND_INVALID, "invalid_field")
      .ThenSubject("context.occurred_at")
      .When(Petitioner(), longest_note)
      .ThenRecorded("contact_recorded {}");
}

TEST(RecordContactTest, AnUnknownCaseIsNamed) {
  GivenIntake().When(Petitioner(), Visit()).ThenRejected(REJECTION_KIND_NOT_FOUND, "unknown_case");
}

TEST(JoinPetitionerTest, DoneRightMakesARandomId) {
  GivenRegistered()
      .When(Petitioner(), v1::JoinPetitionerRequest())
      .ThenEvents([](const std::vector<journal::v1::Event>& events) {
        ASSERT_EQ(events.size(), 1u);
        EXPECT_EQ(events[0].petitioner_joined().petitioner_id().size(), 32u);
      })
      .ThenState("petitioner_count: 2");
}

TEST(JoinPetitionerTest, DoneTwiceIsAnotherPetitioner) {
  std::string first;
  GivenRegistered()
      .When(Petitioner(), v1::JoinPetitionerRequest())
      .ThenEvents([&](const auto& events) { first = events[0].petitioner_joined().petitioner_id(); })
      .When(Petitioner(), v1::JoinPetitionerRequest())
      .ThenEvents([&](const auto& events) { EXPECT_NE(events[0].petitioner_joined().petitioner_id(), first); })
      .ThenState("petitioner_count: 3");
}

TEST(JoinPetitionerTest, DoneTooLateOnAClosedCaseIsRefused) {
  GivenClosed().When(Petitioner(), v1::JoinPetitionerRequest()).ThenRejected(REJECTION_KIND_ILLEGAL, "case_not_open");
}

TEST(JoinPetitionerTest, DoneByTheWrongOneIsRefused) {
  GivenRegistered()
      .When(Organization("nobody"), v1::JoinPetitionerRequest())
      .ThenRejected(REJECTION_KIND_NOT_FOUND, "unknown_organization");
}

TEST(AttachEvidenceTest, DoneRightNamesTheDocument) {
  GivenRegistered()
      .When(Organization("station-community"), Photo('a'))
      .ThenRecorded(R"(evidence_attached { evidence { size_bytes: 12345 title: "The cable in the gas pipe well" } })")
      .ThenState("evidence_count: 1")
      .ThenFoundUnder({"evidence", "case-1", "00000000000000000002.0001"});
}

TEST(AttachEvidenceTest, DoneTwiceIsRefused) {
  GivenRegistered()
      .Command(Petitioner(), Photo('a'))
      .When(Petitioner(), Photo('a'))
      .ThenRejected(REJECTION_KIND_ALREADY, "evidence_attached")
      .ThenMessage(HasSubstr("2.1"))
      .When(Petitioner(), Photo('b'))
      .ThenRecorded("evidence_attached {}");
}

TEST(AttachEvidenceTest, DoneTooLateOnAMergedCaseIsRefusedAndOnAClosedOneNot) {
  GivenMerged().When(Petitioner(), Photo('a')).ThenRejected(REJECTION_KIND_ILLEGAL, "case_merged");
  GivenClosed().When(Petitioner(), Photo('a')).ThenRecorded("evidence_attached {}");
}

TEST(AttachEvidenceTest, DoneByTheWrongOneIsRefused) {
  GivenRegistered()
      .When(Organization("nobody"), Photo('a'))
      .ThenRejected(REJECTION_KIND_NOT_FOUND, "unknown_organization");
}

TEST(AttachEvidenceTest, EveryFieldIsChecked) {
  const auto refused = [](const std::function<void(common::v1::Evidence&)>& spoil, const std::string& subject) {
    v1::AttachEvidenceRequest request = Photo('a');
    spoil(*request.mutable_evidence());
    GivenRegistered()
        .When(Petitioner(), request)
        .ThenRejected(REJECTION_KIND_INVALID, "invalid_field")
        .ThenSubject("evidence." + subject);
  };
  refused([](auto& e) { e.set_sha256("short"); }, "sha256");
  refused([](auto& e) { e.set_size_bytes(0); }, "size_bytes");
  refused([](auto& e) { e.clear_media_type(); }, "media_type");
  refused([](auto& e) { e.set_media_type(std::string(101, 'x')); }, "media_type");
  refused([](auto& e) { e.set_title(std::string(501, 'x')); }, "title");
  refused([](auto& e) { e.set_location(std::string(1001, 'x')); }, "location");
}

}  // namespace
}  // namespace whistle::intake
