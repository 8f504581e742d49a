#include "services/escalation/given.h"

namespace whistle::escalation {
namespace {

using ::testing::HasSubstr;
using v1::AddEscalationEvidenceRequest;
using v1::DeclineEscalationRequest;
using v1::RaiseEscalationRequest;
using v1::UpgradeHandlingRequest;

RaiseEscalationRequest Raise(
    const std::string& more = "needed_organization_ids: ['gas-company', 'broadcast-company']") {
  return Request<RaiseEscalationRequest>(
      absl::StrCat("reason: 'the companies do not answer the city' evidence_event_ids: ['1.1', '3.1'] ", more));
}

AddEscalationEvidenceRequest Add(const std::string& events = "'2.1'") {
  return Request<AddEscalationEvidenceRequest>(
      absl::StrCat("escalation_id: '4.1' reason: 'a second year' evidence_event_ids: [", events, "]"));
}

DeclineEscalationRequest Decline(const std::string& id = "4.1") {
  return Request<DeclineEscalationRequest>(absl::StrCat("escalation_id: '", id, "' reason: 'the city can do this'"));
}

auto GivenEscalated() {
  auto scenario = GivenInHandling();
  scenario.At("2021-07-10").Command(Organization("lanzhou-petition-office"), Raise());
  return scenario;
}

TEST(RaiseEscalationTest, DoneRightPutsTheCaseBeforeTheLowestCommonSuperior) {
  GivenInHandling()
      .At("2021-07-10")
      .When(Organization("lanzhou-petition-office"), Raise("needed_organization_ids: ['gas-company', 'developer']"))
      .ThenRecorded(R"(escalation_raised {
          trigger: ESCALATION_TRIGGER_PERSON reason: "the companies do not answer the city"
          evidence_event_ids: ["1.1", "3.1"] from { organization_id: "lanzhou-petition-office" }
          to { organization_id: "gansu" } needed { organization_id: "gas-company" superior_ids: "gansu" }
          needed { organization_id: "developer" outside_tree: true } left_out_organization_ids: "developer"
          computed: true raised_by { organization_id: "lanzhou-petition-office" }
          due { due_at @2021-07-16 rule: "escalation_rung" days: 5 registry_version: 1 } })")
      .ThenState(R"(escalation { escalation_id: "4.1" status: ESCALATION_STATUS_OPEN
                                 evidence_event_ids: ["1.1", "3.1"] } escalations_raised: 1)")
      .ThenFoundUnder({"escalation.open.before", "gansu", "case-1", "000000000004.0001"})
      .ThenDue("due_at @2021-07-14T04:48:00Z kind: AGENDA_KIND_DEADLINE_APPROACHING subject: '4.1'",
               "due_at @2021-07-16 kind: AGENDA_KIND_ESCALATION_UNANSWERED subject: '4.1'");
}

TEST(RaiseEscalationTest, DoneTwiceIsRefusedWhileOneIsOpen) {
  GivenEscalated()
      .When(Petitioner(), Raise())
      .ThenRejected(REJECTION_KIND_ALREADY, "escalation_open")
      .ThenMessage(HasSubstr("4.1"));
}

TEST(RaiseEscalationTest, DoneTooLateOnAClosedCaseIsRefused) {
  GivenInHandling()
      .Event(Organization("lanzhou"), kCaseClosed)
      .When(Petitioner(), Raise())
      .ThenRejected(REJECTION_KIND_ILLEGAL, "case_not_open")
      .ThenMessage(HasSubstr("closed"));
}

TEST(RaiseEscalationTest, DoneByTheWrongOneIsRefused) {
  GivenInHandling()
      .When(Organization("gas-company"), Raise())
      .ThenRejected(REJECTION_KIND_NOT_AUTHORIZED, "not_the_one");
}

TEST(RaiseEscalationTest, ThePetitionersSideAndAGrassrootsOrganizationMay) {
  GivenInHandling().When(Petitioner(), Raise()).ThenRecorded("escalation_raised { to { organization_id: 'gansu' } }");
  GivenInHandling()
      .When(Organization("station-community"), Raise())
      .ThenRecorded("escalation_raised { raised_by { organization_id: 'station-community' } }");
}

TEST(RaiseEscalationTest, WithoutAnybodyElseItGoesOneRungUp) {
  GivenInHandling()
      .When(Petitioner(), Raise(""))
      .ThenRecorded("escalation_raised { to { organization_id: 'lanzhou' } }");
}

TEST(RaiseEscalationTest, WithoutAHandlerThoseNeededSayWhere) {
  GivenRegistered()
      .When(Petitioner(), Request<RaiseEscalationRequest>(
                              R"(reason: "r" evidence_event_ids: "1.1" needed_organization_ids: "station-community"
                                 needed_organization_ids: "chengguan-housing-bureau")"))
      .ThenRecorded("escalation_raised { to { organization_id: 'chengguan' } }")
      .ThenState([](const State& state) { EXPECT_FALSE(state.escalation().raised().has_from()); });
  GivenRegistered()
      .When(Petitioner(), Request<RaiseEscalationRequest>(
                              "reason: 'r' evidence_event_ids: '1.1' needed_organization_ids: 'developer'"))
      .ThenRejected(REJECTION_KIND_ILLEGAL, "nobody_to_start_from");
}

TEST(RaiseEscalationTest, APersonMayGoHigherThanComputedAndNotLower) {
  GivenInHandling()
      .When(Petitioner(), Raise("to_organization_id: 'gansu'"))
      .ThenRecorded("escalation_raised { to { organization_id: 'gansu' } }")
      .ThenEvents([](const domain::Events& events) { EXPECT_FALSE(events[0].escalation_raised().computed()); });
  GivenInHandling()
      .When(Petitioner(), Raise("needed_organization_ids: 'gas-company' to_organization_id: 'lanzhou'"))
      .ThenRejected(REJECTION_KIND_ILLEGAL, "not_high_enough")
      .ThenMessage(HasSubstr("Gansu Province"));
}

TEST(RaiseEscalationTest, AtTheTopOfTheTreeNobodyIsHigher) {
  GivenInHandling("gansu").When(Petitioner(), Raise()).ThenRejected(REJECTION_KIND_ILLEGAL, "top_of_tree");
}

TEST(RaiseEscalationTest, OrganizationsOfTwoTreesHaveNoCommonSuperior) {
  registry::v1::Organization other;
  other.set_organization_id("sichuan");
  other.set_name("Sichuan Province");
  other.set_kind(registry::v1::ORGANIZATION_KIND_GOVERNMENT);
  GivenInHandling()
      .With(Organizations().Add(other))
      .When(Petitioner(), Raise("needed_organization_ids: 'sichuan'"))
      .ThenRejected(REJECTION_KIND_ILLEGAL, "no_common_superior");
}

TEST(RaiseEscalationTest, AfterADeclineItGoesOneRungHigherThanWhoDeclined) {
  GivenInHandling()
      .Command(Petitioner(), Raise(""))
      .Command(Organization("lanzhou"), Decline())
      .When(Petitioner(), Raise(""))
      .ThenRecorded("escalation_raised { to { organization_id: 'gansu' } previous_escalation_id: '4.1' }");
  // At the top it is put before the top again.
  GivenEscalated()
      .Command(Organization("gansu"), Decline())
      .When(Petitioner(), Raise())
      .ThenRecorded("escalation_raised { to { organization_id: 'gansu' } previous_escalation_id: '4.1' }");
}

TEST(RaiseEscalationTest, EvidenceMustBeInTheCasesHistory) {
  GivenInHandling()
      .When(Petitioner(), Request<RaiseEscalationRequest>("reason: 'r' evidence_event_ids: ['1.1', '9.1']"))
      .ThenRejected(REJECTION_KIND_NOT_FOUND, "unknown_event")
      .ThenSubject("evidence_event_ids[1]")
      .When(Petitioner(), Request<RaiseEscalationRequest>("reason: 'r'"))
      .ThenRejected(REJECTION_KIND_INVALID, "invalid_field")
      .When(Petitioner(), Request<RaiseEscalationRequest>("reason: 'r' evidence_event_ids: ['1.1', '1.1']"))
      .ThenRejected(REJECTION_KIND_INVALID, "invalid_field");
}

TEST(RaiseEscalationTest, FindingsAmongTheEvidenceAreNamed) {
  GivenInHandling()
      .Event(testing::Agenda(), "finding_raised { rule: FINDING_RULE_JURISDICTION_GAP }")
      .When(Petitioner(), Request<RaiseEscalationRequest>(
                              R"(reason: "r" evidence_event_ids: ["1.1", "4.1"] rule: FINDING_RULE_JURISDICTION_GAP)"))
      .ThenRecorded("escalation_raised { rule: FINDING_RULE_JURISDICTION_GAP finding_ids: '4.1' }");
}

TEST(RaiseEscalationTest, NamesAtMostThirtyTwoOrganizations) {
  testing::RegistryBuilder registry = Organizations();
  RaiseEscalationRequest request = Raise("");
  for (int i = 0; i < kNeededMax; ++i) {
    registry.Add(absl::StrCat("company-", i), "a company", "gansu");
    request.add_needed_organization_ids(absl::StrCat("company-", i));
  }
  GivenInHandling()
      .With(registry)
      .When(Petitioner(), request)
      .ThenRecorded("escalation_raised { to { organization_id: 'gansu' } }");
  request.add_needed_organization_ids("gas-company");
  GivenInHandling()
      .With(registry)
      .When(Petitioner(), request)
      .ThenRejected(REJECTION_KIND_INVALID, "invalid_field")
      .ThenSubject("needed_organization_ids");
}

TEST(AddEscalationEvidenceTest, DoneRightJoinsTheOpenEscalation) {
  GivenEscalated()
      .When(Organization("lanzhou-petition-office"), Add())
      .ThenRecorded(R"(escalation_evidence_added { escalation_id: "4.1" trigger: ESCALATION_TRIGGER_PERSON
          reason: "a second year" evidence_event_ids: "2.1" added_by { organization_id: "lanzhou-petition-office" } })")
      .ThenState("escalation { further_count: 1 evidence_event_ids: ['1.1', '3.1', '2.1'] }");
}

TEST(AddEscalationEvidenceTest, DoneTwiceWithTheSameEventsIsRefused) {
  GivenEscalated()
      .Command(Petitioner(), Add())
      .When(Petitioner(), Add())
      .ThenRejected(REJECTION_KIND_ALREADY, "evidence_known")
      .When(Petitioner(), Add("'2.1', '5.1'"))
      .ThenRecorded("escalation_evidence_added { evidence_event_ids: ['2.1', '5.1'] }");
}

TEST(AddEscalationEvidenceTest, DoneTooLateAfterTheEscalationWasDeclinedIsRefused) {
  GivenEscalated()
      .Command(Organization("gansu"), Decline())
      .When(Petitioner(), Add())
      .ThenRejected(REJECTION_KIND_ALREADY, "escalation_settled")
      .ThenMessage(HasSubstr("5.1"));
}

TEST(AddEscalationEvidenceTest, DoneByTheWrongOneIsRefused) {
  GivenEscalated()
      .When(Organization("broadcast-company"), Add())
      .ThenRejected(REJECTION_KIND_NOT_AUTHORIZED, "not_the_one");
}

TEST(AddEscalationEvidenceTest, TakesEventsUpToTheLimitAndNotOneMore) {
  auto scenario = GivenEscalated();
  std::vector<std::string> ids;
  for (int i = 0; i < kEscalationEvidenceMax - 1; ++i) {
    scenario.Event(Petitioner(), "contact_recorded {}");
    ids.push_back(absl::StrCat("'", i + 5, ".1'"));
  }
  // Two are known already, so this fills it but for one.
  for (size_t from = 0; from + 1 < ids.size(); from += 50) {
    const size_t to = std::min(from + 50, ids.size() - 2);
    scenario.Command(Petitioner(), Add(absl::StrJoin(ids.begin() + from, ids.begin() + to, ", ")));
  }
  scenario.When(Petitioner(), Add(absl::StrJoin(ids.end() - 2, ids.end(), ", ")))
      .ThenRejected(REJECTION_KIND_LIMIT, "limit_reached")
      .When(Petitioner(), Add(ids.back()))
      .ThenRecorded("escalation_evidence_added {}")
      .When(Petitioner(), Add(ids[ids.size() - 2]))
      .ThenRejected(REJECTION_KIND_LIMIT, "limit_reached");
}

TEST(DeclineEscalationTest, DoneRightSettlesItWithAReason) {
  GivenEscalated()
      .When(Organization("gansu"), Decline())
      .ThenRecorded(R"(escalation_declined { escalation_id: "4.1" declined_by { organization_id: "gansu" }
                                             reason: "the city can do this" })")
      .ThenState(R"(last_escalation { escalation_id: "4.1" status: ESCALATION_STATUS_DECLINED
                                      settled_by_event_id: "5.1" })")
      .ThenState([](const State& state) { EXPECT_FALSE(state.has_escalation()); })
      .ThenNotFoundUnder({"escalation.open.before", "gansu", "case-1", "000000000004.0001"})
      .ThenFoundUnder({"escalation.before", "gansu", "case-1", "000000000004.0001"});
}

TEST(DeclineEscalationTest, DoneTwiceIsRefused) {
  GivenEscalated()
      .Command(Organization("gansu"), Decline())
      .When(Organization("gansu"), Decline())
      .ThenRejected(REJECTION_KIND_ALREADY, "escalation_settled")
      .ThenMessage(HasSubstr("5.1"));
}

TEST(DeclineEscalationTest, DoneTooLateAfterTheCaseWasTakenIsRefused) {
  GivenEscalated()
      .Command(Organization("gansu"), Request<UpgradeHandlingRequest>("leader_office: 'vice governor'"))
      .When(Organization("gansu"), Decline())
      .ThenRejected(REJECTION_KIND_ALREADY, "escalation_settled");
  GivenEscalated()
      .Event(Organization("lanzhou"), kCaseClosed)
      .When(Organization("gansu"), Decline())
      .ThenRejected(REJECTION_KIND_ILLEGAL, "case_not_open");
}

TEST(DeclineEscalationTest, DoneByTheWrongOneIsRefused) {
  GivenEscalated()
      .When(Organization("lanzhou"), Decline())
      .ThenRejected(REJECTION_KIND_NOT_AUTHORIZED, "not_the_one")
      .When(Petitioner(), Decline())
      .ThenRejected(REJECTION_KIND_NOT_AUTHORIZED, "not_the_one");
}

TEST(DeclineEscalationTest, KnowsWhatNeverWasFromWhatWasSettledLongAgo) {
  GivenEscalated()
      .When(Organization("gansu"), Decline("3.1"))
      .ThenRejected(REJECTION_KIND_NOT_FOUND, "unknown_escalation")
      .Command(Organization("gansu"), Decline("4.1"))
      .Command(Petitioner(), Raise())
      .Command(Organization("gansu"), Decline("6.1"))
      .When(Organization("gansu"), Decline("4.1"))
      .ThenRejected(REJECTION_KIND_ILLEGAL, "escalation_settled");
}

TEST(EscalationTest, TheNextRungTakesThePlaceOfTheOneUnanswered) {
  GivenEscalated()
      .Event(testing::Agenda(), R"(escalation_raised { trigger: ESCALATION_TRIGGER_RUNG_UNANSWERED
                                     to { organization_id: "gansu" } previous_escalation_id: "4.1" })")
      .ThenState(R"(escalation { escalation_id: "5.1" status: ESCALATION_STATUS_OPEN }
                    last_escalation { escalation_id: "4.1" status: ESCALATION_STATUS_REPLACED
                                      settled_by_event_id: "5.1" }
                    escalations_raised: 2)");
}

TEST(EscalationTest, NeitherEvidenceNorADeclineComesBeforeIt) {
  GivenEscalated()
      .At("2021-07-12")
      .Occurred("2021-07-09")
      .When(Organization("gansu"), Decline())
      .ThenRejected(REJECTION_KIND_INVALID, "invalid_field")
      .Occurred("2021-07-09")
      .When(Petitioner(), Add())
      .ThenRejected(REJECTION_KIND_INVALID, "invalid_field")
      .ThenSubject("context.occurred_at");
}

}  // namespace
}  // namespace whistle::escalation
