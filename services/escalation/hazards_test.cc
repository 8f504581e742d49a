#include "services/escalation/given.h"

namespace whistle::escalation {
namespace {

using ::testing::HasSubstr;
using v1::AssessHazardRequest;
using v1::CancelHazardRequest;
using v1::IdentifyHazardRequest;
using v1::ReportHazardRequest;
using v1::WarnHazardRequest;

IdentifyHazardRequest Identify(const std::string& more = "") {
  return Request<IdentifyHazardRequest>(
      absl::StrCat("source: 'a 10,000-volt cable in the gas pipe well' severity: HAZARD_SEVERITY_MAJOR ", more));
}

ReportHazardRequest Report(const std::string& to = "gansu") {
  return Request<ReportHazardRequest>(absl::StrCat("hazard_id: '4.1' to_organization_id: '", to, "' text: 'found'"));
}

AssessHazardRequest Assess(const std::string& more = "") {
  return Request<AssessHazardRequest>(
      absl::StrCat("hazard_id: '4.1' severity: HAZARD_SEVERITY_SERIOUS text: 'live, no casing' ", more));
}

WarnHazardRequest Warn() {
  return Request<WarnHazardRequest>("hazard_id: '4.1' warned_organization_ids: 'station-community' text: 'keep out'");
}

CancelHazardRequest Cancel() {
  return Request<CancelHazardRequest>(absl::StrCat("hazard_id: '4.1' text: 'the cable was moved' proof ", kDocument));
}

auto GivenIdentified() {
  auto scenario = GivenInHandling();
  scenario.Command(Organization("gas-company"), Identify());
  return scenario;
}

auto GivenReported() {
  auto scenario = GivenIdentified();
  scenario.Command(Organization("gas-company"), Report());
  return scenario;
}

// By now it is known whose cable it is.
auto GivenAssessed() {
  auto scenario = GivenReported();
  scenario.Command(Organization("gansu"), Assess("responsible_id: 'broadcast-company-lanzhou'"));
  return scenario;
}

auto GivenWarned() {
  auto scenario = GivenAssessed();
  scenario.Command(Organization("gansu"), Warn());
  return scenario;
}

TEST(IdentifyHazardTest, DoneRightByWhoSawIt) {
  GivenInHandling()
      .When(Organization("gas-company"), Identify())
      .ThenRecorded(R"(hazard_identified { source: "a 10,000-volt cable in the gas pipe well"
          site { site_id: "building-19" name: "Building 19" } severity: HAZARD_SEVERITY_MAJOR
          identified_by { organization_id: "gas-company" } })")
      .ThenState(R"(hazards { hazard_id: "4.1" state: HAZARD_STATE_IDENTIFIED severity: HAZARD_SEVERITY_MAJOR }
                    hazards_identified: 1)")
      .ThenFoundUnder({"hazard.open.at", "building-19", "case-1", "000000000004.0001"})
      .ThenNothingIsDue();
}

TEST(IdentifyHazardTest, DoneTwiceIsASecondHazard) {
  GivenIdentified()
      .When(Organization("gas-company"), Identify("site { site_id: 'building-20' name: 'Building 20' }"))
      .ThenRecorded("hazard_identified { site { site_id: 'building-20' } }")
      .ThenState("hazards { hazard_id: '4.1' } hazards { hazard_id: '5.1' }")
      .ThenFoundUnder({"hazard.at", "building-20", "case-1", "000000000005.0001"});
}

TEST(IdentifyHazardTest, DoneTooLateOnAClosedCaseIsStillRecordedAndOnAMergedOneRefused) {
  GivenInHandling()
      .Event(Organization("lanzhou"), kCaseClosed)
      .When(Organization("gas-company"), Identify())
      .ThenRecorded("hazard_identified {}");
  GivenInHandling()
      .Event(Organization("lanzhou"), kCaseMerged)
      .When(Organization("gas-company"), Identify())
      .ThenRejected(REJECTION_KIND_ILLEGAL, "case_merged")
      .ThenMessage(HasSubstr("case-2"));
}

TEST(IdentifyHazardTest, DoneByTheWrongOneIsRefused) {
  GivenInHandling()
      .When(Petitioner(), Identify())
      .ThenRejected(REJECTION_KIND_NOT_AUTHORIZED, "organization_only")
      // Seeing binds nobody; naming the one responsible does.
      .When(Organization("gas-company"), Identify("responsible_id: 'broadcast-company'"))
      .ThenRejected(REJECTION_KIND_NOT_AUTHORIZED, "no_authority")
      .When(Organization("gas-company"), Identify("responsible_id: 'developer'"))
      .ThenRejected(REJECTION_KIND_NOT_AUTHORIZED, "not_the_one")
      .When(Organization("gansu"), Identify("responsible_id: 'broadcast-company'"))
      .ThenRecorded("hazard_identified { responsible { organization_id: 'broadcast-company' } }")
      .When(Organization("lanzhou-petition-office"), Identify("responsible_id: 'developer'"))
      .ThenRecorded("hazard_identified { responsible { organization_id: 'developer' } }");
}

TEST(IdentifyHazardTest, ThirtyTwoMayBeOpenAndNotOneMore) {
  auto scenario = GivenInHandling();
  for (int i = 0; i < kOpenHazardsMax; ++i) scenario.Command(Organization("gas-company"), Identify());
  scenario.When(Organization("gas-company"), Identify()).ThenRejected(REJECTION_KIND_LIMIT, "limit_reached");
}

TEST(IdentifyHazardTest, NeedsASourceASeverityAndDocumentsThatAreWhole) {
  GivenInHandling()
      .When(Organization("gas-company"), Request<IdentifyHazardRequest>("severity: HAZARD_SEVERITY_MAJOR"))
      .ThenRejected(REJECTION_KIND_INVALID, "invalid_field")
      .ThenSubject("source")
      .When(Organization("gas-company"), Request<IdentifyHazardRequest>("source: 's'"))
      .ThenRejected(REJECTION_KIND_INVALID, "invalid_field")
      .ThenSubject("severity")
      .When(Organization("gas-company"), Identify("evidence { sha256: 'short' }"))
      .ThenRejected(REJECTION_KIND_INVALID, "invalid_field")
      .ThenSubject("evidence[0].sha256");
}

TEST(ReportHazardTest, DoneRightIsTheSecondState) {
  GivenIdentified()
      .When(Organization("gas-company"), Report())
      .ThenRecorded(R"(hazard_reported { hazard_id: "4.1" reported_by { organization_id: "gas-company" }
                                         to { organization_id: "gansu" } text: "found" })")
      .ThenState("hazards { state: HAZARD_STATE_REPORTED reported_event_id: '5.1' }");
}

TEST(ReportHazardTest, DoneTwiceIsRefused) {
  GivenReported()
      .When(Organization("lanzhou-petition-office"), Report())
      .ThenRejected(REJECTION_KIND_ALREADY, "hazard_state_reported")
      .ThenMessage(HasSubstr("5.1"));
}

TEST(ReportHazardTest, DoneTooLateAfterItWasAssessedIsRefusedAndAfterTheCaseWasClosedNot) {
  GivenAssessed()
      .When(Organization("gas-company"), Report())
      .ThenRejected(REJECTION_KIND_ALREADY, "hazard_state_reported");
  GivenIdentified()
      .Event(Organization("lanzhou"), kCaseClosed)
      .When(Organization("gas-company"), Report())
      .ThenRecorded("hazard_reported {}");
}

TEST(ReportHazardTest, DoneByTheWrongOneIsRefused) {
  GivenIdentified()
      .When(Organization("broadcast-company"), Report())
      .ThenRejected(REJECTION_KIND_NOT_AUTHORIZED, "not_the_one")
      .When(Organization("gas-company"), Report("gas-company"))
      .ThenRejected(REJECTION_KIND_INVALID, "invalid_field");
}

TEST(AssessHazardTest, DoneRightSaysHowDangerousAndWhoseItIs) {
  GivenReported()
      .When(Organization("gansu"), Assess("responsible_id: 'broadcast-company-lanzhou'"))
      .ThenRecorded(R"(hazard_assessed { hazard_id: "4.1" assessed_by { organization_id: "gansu" }
          severity: HAZARD_SEVERITY_SERIOUS text: "live, no casing"
          responsible { organization_id: "broadcast-company-lanzhou" } })")
      .ThenState(R"(hazards { state: HAZARD_STATE_ASSESSED severity: HAZARD_SEVERITY_SERIOUS
                              responsible { organization_id: "broadcast-company-lanzhou" } })")
      .ThenFoundUnder({"hazard.open.by", "broadcast-company-lanzhou", "case-1", "000000000004.0001"});
}

TEST(AssessHazardTest, DoneTwiceIsRefused) {
  GivenAssessed()
      .When(Organization("gansu"), Assess())
      .ThenRejected(REJECTION_KIND_ALREADY, "hazard_state_assessed")
      .ThenMessage(HasSubstr("6.1"));
}

TEST(AssessHazardTest, DoneTooLateAfterTheCaseWasClosedIsStillRecorded) {
  GivenReported()
      .Event(Organization("lanzhou"), kCaseClosed)
      .When(Organization("gansu"), Assess())
      .ThenRecorded("hazard_assessed {}");
}

TEST(AssessHazardTest, DoneByTheWrongOneIsRefused) {
  GivenReported()
      // Nobody is known to be responsible: it is the handler's to assess.
      .When(Organization("gas-company"), Assess())
      .ThenRejected(REJECTION_KIND_NOT_AUTHORIZED, "not_the_one")
      .When(Organization("lanzhou-petition-office"), Assess("responsible_id: 'broadcast-company'"))
      .ThenRejected(REJECTION_KIND_NOT_AUTHORIZED, "no_authority")
      .When(Organization("broadcast-company"), Assess("responsible_id: 'broadcast-company'"))
      .ThenRejected(REJECTION_KIND_NOT_AUTHORIZED, "oneself")
      .When(Organization("lanzhou-petition-office"), Assess())
      .ThenRecorded("hazard_assessed {}");
}

TEST(AssessHazardTest, TheStatesGoInOrder) {
  GivenIdentified()
      .When(Organization("gansu"), Assess())
      .ThenRejected(REJECTION_KIND_ILLEGAL, "hazard_out_of_order")
      .ThenMessage(HasSubstr("reported next"))
      .When(Organization("gansu"), Cancel())
      .ThenRejected(REJECTION_KIND_ILLEGAL, "hazard_out_of_order");
}

TEST(AssessHazardTest, WithoutAHandlerItIsForWhoIdentifiedIt) {
  GivenRegistered()
      .Command(Organization("gas-company"), Identify())
      .Command(Organization("gas-company"),
               Request<ReportHazardRequest>("hazard_id: '2.1' to_organization_id: 'gansu' text: 'found'"))
      .When(Organization("lanzhou"),
            Request<AssessHazardRequest>("hazard_id: '2.1' severity: HAZARD_SEVERITY_MAJOR text: 't'"))
      .ThenRejected(REJECTION_KIND_NOT_AUTHORIZED, "not_the_one")
      .When(Organization("gansu"),
            Request<AssessHazardRequest>("hazard_id: '2.1' severity: HAZARD_SEVERITY_MAJOR text: 't'"))
      .ThenRecorded("hazard_assessed {}");
}

TEST(WarnHazardTest, DoneRightNamesThoseWarned) {
  GivenAssessed()
      .When(Organization("broadcast-company"), Warn())
      .ThenRecorded(R"(hazard_warned { hazard_id: "4.1" warned_by { organization_id: "broadcast-company" }
                                       warned { organization_id: "station-community" } text: "keep out" })")
      .ThenState("hazards { state: HAZARD_STATE_WARNED warned_event_id: '7.1' }");
}

TEST(WarnHazardTest, DoneTwiceIsRefused) {
  GivenWarned()
      .When(Organization("gansu"), Warn())
      .ThenRejected(REJECTION_KIND_ALREADY, "hazard_state_warned")
      .ThenMessage(HasSubstr("7.1"));
}

TEST(WarnHazardTest, DoneTooLateAfterItWasCancelledIsRefusedAndAfterTheCaseWasClosedNot) {
  GivenWarned()
      .Command(Organization("gansu"), Cancel())
      .When(Organization("gansu"), Warn())
      .ThenRejected(REJECTION_KIND_ALREADY, "hazard_settled")
      .ThenMessage(HasSubstr("8.1"));
  GivenAssessed()
      .Event(Organization("lanzhou"), kCaseClosed)
      .When(Organization("gansu"), Warn())
      .ThenRecorded("hazard_warned {}");
}

TEST(WarnHazardTest, DoneByTheWrongOneIsRefused) {
  GivenAssessed()
      .When(Organization("gas-company"), Warn())
      .ThenRejected(REJECTION_KIND_NOT_AUTHORIZED, "no_authority")
      .When(Organization("lanzhou-petition-office"), Warn())
      .ThenRejected(REJECTION_KIND_NOT_AUTHORIZED, "no_authority");
}

TEST(WarnHazardTest, WarnsAtMostSixteen) {
  testing::RegistryBuilder registry = Organizations();
  auto request = Request<WarnHazardRequest>("hazard_id: '4.1' text: 'keep out'");
  for (int i = 0; i < kWarnedMax; ++i) {
    registry.Add(absl::StrCat("community-", i), "a community", "railway-station-street");
    request.add_warned_organization_ids(absl::StrCat("community-", i));
  }
  GivenAssessed().With(registry).When(Organization("gansu"), request).ThenRecorded("hazard_warned {}");
  request.add_warned_organization_ids("station-community");
  GivenAssessed()
      .With(registry)
      .When(Organization("gansu"), request)
      .ThenRejected(REJECTION_KIND_INVALID, "invalid_field")
      .ThenSubject("warned_organization_ids");
}

TEST(CancelHazardTest, DoneRightWithProofIsTheEnd) {
  GivenWarned()
      .When(Organization("gansu"), Cancel())
      .ThenRecorded(R"(hazard_cancelled { hazard_id: "4.1" cancelled_by { organization_id: "gansu" }
                                          text: "the cable was moved" proof { title: "a photograph" } })")
      .ThenState("settled { id: '4.1' by_event_id: '8.1' }")
      .ThenState([](const State& state) { EXPECT_EQ(state.hazards_size(), 0); })
      .ThenFoundUnder({"hazard.at", "building-19", "case-1", "000000000004.0001"})
      .ThenNotFoundUnder({"hazard.open.at", "building-19", "case-1", "000000000004.0001"});
}

TEST(CancelHazardTest, DoneTwiceIsRefused) {
  GivenWarned()
      .Command(Organization("gansu"), Cancel())
      .When(Organization("gansu"), Cancel())
      .ThenRejected(REJECTION_KIND_ALREADY, "hazard_settled")
      .ThenMessage(HasSubstr("8.1"));
}

TEST(CancelHazardTest, DoneTooLateAfterTheCaseWasClosedIsStillRecorded) {
  GivenWarned()
      .Event(Organization("lanzhou"), kCaseClosed)
      .ThenState("hazards { hazard_id: '4.1' }")
      .When(Organization("gansu"), Cancel())
      .ThenRecorded("hazard_cancelled {}");
}

TEST(CancelHazardTest, DoneByTheWrongOneIsRefused) {
  GivenWarned()
      // The one responsible does not strike its own hazard off the list; who stands above it may.
      .When(Organization("broadcast-company-lanzhou"), Cancel())
      .ThenRejected(REJECTION_KIND_NOT_AUTHORIZED, "oneself")
      .When(Organization("gas-company"), Cancel())
      .ThenRejected(REJECTION_KIND_NOT_AUTHORIZED, "no_authority")
      .When(Organization("broadcast-company"), Cancel())
      .ThenRecorded("hazard_cancelled {}");
}

TEST(CancelHazardTest, NeedsProof) {
  GivenWarned()
      .When(Organization("gansu"), Request<CancelHazardRequest>("hazard_id: '4.1' text: 'it is gone'"))
      .ThenRejected(REJECTION_KIND_INVALID, "invalid_field")
      .ThenSubject("proof")
      .When(Organization("gansu"),
            Request<CancelHazardRequest>(absl::StrCat("hazard_id: '9.1' text: 'it is gone' proof ", kDocument)))
      .ThenRejected(REJECTION_KIND_NOT_FOUND, "unknown_hazard");
}

TEST(HazardsTest, NoStateComesBeforeTheOneBefore) {
  GivenIdentified()
      .At("2021-07-10")
      .Command(Organization("gas-company"), Report())
      .At("2021-07-20")
      .Occurred("2021-07-09")
      .When(Organization("gansu"), Assess())
      .ThenRejected(REJECTION_KIND_INVALID, "invalid_field")
      .ThenSubject("context.occurred_at")
      .ThenMessage(HasSubstr("reported"));
}

}  // namespace
}  // namespace whistle::escalation
