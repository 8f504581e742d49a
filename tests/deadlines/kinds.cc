#include "tests/deadlines/kinds.h"

#include "libs/testing/scenario.h"

namespace whistle::deadlines {
namespace {

using testing::Organization;
using testing::Petitioner;
using testing::Request;

const common::v1::Actor kCity = Organization("lanzhou");
const common::v1::Actor kProvince = Organization("gansu");
const common::v1::Actor kOffice = Organization("lanzhou-petition-office");
const common::v1::Actor kDistrict = Organization("chengguan");
const common::v1::Actor kGasCompany = Organization("gas-company");

// On 2021-07-01, by the petitioner's side: event 1.1.
void Registered(Town& town) {
  town.Intake(Petitioner(), Request<intake::v1::RegisterCaseRequest>(R"(
      title: "No gas in Building 19" demand: "Connect the building to the gas network." category: "gas-supply"
      site { site_id: "building-19" name: "Building 19, Railway Station East Road" })"));
}

// On the same day, by the city's petition office: version 3.
void InHandling(Town& town) {
  Registered(town);
  town.Intake(kCity, Request<intake::v1::AssignHandlerRequest>("handler_id: 'lanzhou-petition-office'"));
  town.Intake(kOffice, intake::v1::AcceptCaseRequest());
}

// The review of a declining: event 3.1.
void ReviewAskedFor(Town& town) {
  Registered(town);
  town.At("2021-07-05");
  town.Intake(Organization("chengguan-housing-bureau"),
              Request<intake::v1::DeclineCaseRequest>("why: 'not ours' grounds { document: 'Regulations' }"));
  town.At("2021-07-10");
  town.Intake(Petitioner(), Request<intake::v1::RequestReviewRequest>("reviewer_id: 'chengguan' why: 'It is theirs.'"));
}

// Event 4.1.
void Asked(Town& town) {
  InHandling(town);
  town.Response(kOffice, Request<response::v1::AskForResponseRequest>(
                             "department_id: 'gas-company' question: 'Why is there no gas?'"));
}

// Event 4.1, at eight.
void Whistled(Town& town, const std::string& urgency) {
  InHandling(town);
  town.At("2021-07-01T08:00:00Z");
  town.Coordination(Organization("station-community"),
                    Request<coordination::v1::BlowWhistleRequest>(
                        absl::StrCat("urgency: ", urgency, " reason: 'A cable' department_ids: 'gas-company'")));
}

std::vector<Kind> OfIntake() {
  return {
      {.name = "acceptance",
       .service = "intake",
       .happens = Registered,
       .due = "2021-07-17",
       .fires = "acceptance_overdue {}",
       .warns = "intake_deadline_approaching { rule: 'acceptance' }"},
      {.name = "handling",
       .service = "intake",
       .happens = InHandling,
       .due = "2021-08-31",
       .fires = "handling_overdue {}",
       .warns = "intake_deadline_approaching { rule: 'handling' }"},
      {.name = "handling_extension_max",
       .service = "intake",
       .happens =
           [](Town& town) {
             InHandling(town);
             town.At("2021-08-20");
             town.Intake(kOffice, Request<intake::v1::ExtendHandlingRequest>("count: 30 reason_told: 'A cable.'"));
           },
       .due = "2021-09-30",
       .fires = "handling_overdue {}",
       .warns = "intake_deadline_approaching { rule: 'handling' }"},
      {.name = "review_decision",
       .service = "intake",
       .happens = ReviewAskedFor,
       .due = "2021-08-10",
       .fires = "review_overdue { review_event_id: '3.1' }",
       .warns = "intake_deadline_approaching { rule: 'review_decision' subject: '3.1' }"},
      {.name = "review_decision_again",
       .service = "intake",
       .happens =
           [](Town& town) {
             ReviewAskedFor(town);
             town.At("2021-07-20");
             town.Intake(kDistrict, Request<intake::v1::DecideReviewRequest>(
                                        "review_event_id: '3.1' outcome: REVIEW_OUTCOME_UPHELD why: 'So it is.'"));
             town.At("2021-07-25");
             town.Intake(Petitioner(),
                         Request<intake::v1::RequestReReviewRequest>("reviewer_id: 'lanzhou' why: 'It is theirs.'"));
           },
       .due = "2021-08-25",
       .fires = "review_overdue { review_event_id: '5.1' }",
       .warns = "intake_deadline_approaching { rule: 'review_decision' subject: '5.1' }"},
  };
}

std::vector<Kind> OfResponse() {
  return {
      {.name = "response",
       .service = "response",
       .happens = Asked,
       .due = "2021-07-07",
       .fires = "response_overdue { assignment_id: '4.1' }",
       .warns = "response_deadline_approaching { rule: 'response' subject: '4.1' }"},
      {.name = "response_extension_max",
       .service = "response",
       .happens =
           [](Town& town) {
             Asked(town);
             town.Response(kOffice, Request<response::v1::GrantExtensionRequest>(
                                        "assignment_id: '4.1' why: 'A survey' count: 3"));
           },
       .due = "2021-07-10",
       .fires = "response_overdue { assignment_id: '4.1' }",
       .warns = "response_deadline_approaching { rule: 'response' subject: '4.1' }"},
      {.name = "assignment_return",
       .service = "response",
       .happens = Asked,
       .due = "2021-07-03",
       .fires = "return_term_passed { assignment_id: '4.1' }",
       .warns = ""},
  };
}

std::vector<Kind> OfCoordination() {
  const std::string unanswered =
      "whistle_unanswered { whistle_id: '4.1' department { organization_id: 'gas-company' } }";
  const std::string warned = "coordination_deadline_approaching { rule: 'whistle' subject: '4.1/gas-company' }";
  return {
      {.name = "whistle_emergency",
       .service = "coordination",
       .happens = [](Town& town) { Whistled(town, "URGENCY_EMERGENCY"); },
       .due = "2021-07-01T10:00:00Z",
       .fires = unanswered,
       .warns = warned},
      {.name = "whistle_urgent",
       .service = "coordination",
       .happens = [](Town& town) { Whistled(town, "URGENCY_URGENT"); },
       .due = "2021-07-03",
       .fires = unanswered,
       .warns = warned},
      {.name = "whistle_ordinary",
       .service = "coordination",
       .happens = [](Town& town) { Whistled(town, "URGENCY_ORDINARY"); },
       .due = "2021-07-05",
       .fires = unanswered,
       .warns = warned},
      {.name = "commitment",
       .service = "coordination",
       .happens =
           [](Town& town) {
             InHandling(town);
             town.Coordination(kGasCompany, Request<coordination::v1::MakeCommitmentRequest>(
                                                "what: 'Move the cable' due_at @2021-07-10T12:00:00Z"));
           },
       .due = "2021-07-10T12:00:00Z",
       .fires = "commitment_broken { commitment_id: '4.1' }",
       .warns = "coordination_deadline_approaching { rule: 'commitment' subject: '4.1' }"},
  };
}

std::vector<Kind> OfEscalation() {
  return {
      {.name = "escalation_rung",
       .service = "escalation",
       .happens =
           [](Town& town) {
             InHandling(town);
             town.At("2021-07-10");
             town.Escalation(Petitioner(), Request<escalation::v1::RaiseEscalationRequest>(
                                               "reason: 'Nobody comes.' evidence_event_ids: '1.1'"));
           },
       .due = "2021-07-16",
       .fires = "escalation_unanswered { escalation_id: '4.1' next { organization_id: 'gansu' } }",
       .warns = "escalation_deadline_approaching { rule: 'escalation_rung' subject: '4.1' }"},
      {.name = "upgraded_handling",
       .service = "escalation",
       .happens =
           [](Town& town) {
             InHandling(town);
             town.At("2021-07-12");
             town.Escalation(kProvince,
                             Request<escalation::v1::UpgradeHandlingRequest>("leader_office: 'the vice governor'"));
           },
       .due = "2021-07-18",
       .fires = "upgraded_handling_overdue { handling_id: '4.1' }",
       .warns = "escalation_deadline_approaching { rule: 'upgraded_handling' subject: '4.1' }"},
      // The time for it is set by the agenda, from the acceptance on 2021-07-01 on.
      {.name = "no_owner",
       .service = "escalation",
       .happens = InHandling,
       .due = "2021-07-12",
       .fires = "finding_raised { rule: FINDING_RULE_NO_OWNER subject: '3.1' }",
       .warns = "escalation_deadline_approaching { rule: 'no_owner' subject: '3.1' }"},
      {.name = "rectification",
       .service = "escalation",
       .happens =
           [](Town& town) {
             InHandling(town);
             town.At("2021-07-20");
             town.Escalation(kProvince, Request<escalation::v1::IssueSuggestionRequest>(
                                            "kind: SUGGESTION_KIND_IMPROVE_WORK addressee_id: 'broadcast-company' "
                                            "text: 'Find out whose cable it is.'"));
           },
       .due = "2021-08-20",
       .fires = "rectification_overdue { letter_id: '4.1' }",
       .warns = "escalation_deadline_approaching { rule: 'rectification' subject: '4.1' }"},
  };
}

}  // namespace

void PrintTo(const Kind& kind, std::ostream* out) { *out << kind.name; }

std::vector<Kind> EveryKind() {
  std::vector<Kind> kinds;
  for (const auto& of : {OfIntake(), OfResponse(), OfCoordination(), OfEscalation()}) {
    kinds.insert(kinds.end(), of.begin(), of.end());
  }
  return kinds;
}

}  // namespace whistle::deadlines
