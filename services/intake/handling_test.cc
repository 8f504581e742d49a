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

v1::DeclineCaseRequest Decline() {
  return Request<v1::DeclineCaseRequest>(R"(why: "not ours" grounds { document: "Regulations" clause: "22" })");
}

v1::ExtendHandlingRequest Extend(int count) {
  v1::ExtendHandlingRequest request;
  request.set_count(count);
  request.set_reason_told("The cable's owner is being found out.");
  return request;
}

TEST(AcceptCaseTest, DoneRightBeginsHandling) {
  GivenRegistered()
      .At("2021-07-03")
      .When(Organization("lanzhou-petition-office"), Request<v1::AcceptCaseRequest>(R"(note: "accepted")"))
      .ThenRecorded(R"(case_accepted { accepted_by { organization_id: "lanzhou-petition-office" superior_ids: "lanzhou"
                       superior_ids: "gansu" } handling_due { due_at: @2021-09-02 rule: "handling" days: 60 } })")
      .ThenState("header { status: CASE_STATUS_ACCEPTED status_since: @2021-07-03 } handling_due { days: 60 }")
      .ThenFoundUnder({"status", "CASE_STATUS_ACCEPTED"})
      .ThenNotFoundUnder({"status", "CASE_STATUS_REGISTERED"});
}

TEST(AcceptCaseTest, DoneTwiceIsRefused) {
  GivenAccepted()
      .When(Organization("lanzhou-petition-office"), v1::AcceptCaseRequest())
      .ThenRejected(REJECTION_KIND_ALREADY, "case_accepted")
      .ThenMessage(HasSubstr("3.1"));
}

TEST(AcceptCaseTest, DoneTooLateOnADeclinedCaseIsRefused) {
  GivenDeclined()
      .When(Organization("lanzhou-petition-office"), v1::AcceptCaseRequest())
      .ThenRejected(REJECTION_KIND_ILLEGAL, "acceptance_decided")
      .ThenMessage(HasSubstr("declined"));
}

TEST(AcceptCaseTest, DoneByTheWrongOneIsRefused) {
  GivenRegistered()
      .When(Petitioner(), v1::AcceptCaseRequest())
      .ThenRejected(REJECTION_KIND_NOT_AUTHORIZED, "organization_only")
      .Command(Organization("lanzhou"), Assign("lanzhou-petition-office"))
      .When(Organization("gas-company"), v1::AcceptCaseRequest())
      .ThenRejected(REJECTION_KIND_NOT_AUTHORIZED, "not_the_one")
      .When(Organization("gansu"), v1::AcceptCaseRequest())
      .ThenRecorded("case_accepted {}");
}

TEST(AcceptCaseTest, NotBeforeItWasRegistered) {
  GivenRegistered()
      .Occurred("2021-06-30")
      .When(Organization("lanzhou"), v1::AcceptCaseRequest())
      .ThenRejected(REJECTION_KIND_INVALID, "invalid_field")
      .ThenSubject("context.occurred_at");
}

TEST(DeclineCaseTest, DoneRightOnGrounds) {
  GivenRegistered()
      .When(Organization("chengguan-housing-bureau"), Decline())
      .ThenRecorded(R"(case_declined { why: "not ours" grounds { document: "Regulations" clause: "22" } })")
      .ThenState(R"(header { status: CASE_STATUS_DECLINED } reviewable { event_id: "2.1" })");
}

TEST(DeclineCaseTest, DoneTwiceIsRefused) {
  GivenDeclined()
      .When(Organization("chengguan-housing-bureau"), Decline())
      .ThenRejected(REJECTION_KIND_ALREADY, "case_declined")
      .ThenMessage(HasSubstr("2.1"));
}

TEST(DeclineCaseTest, DoneTooLateOnACaseInHandlingIsRefused) {
  GivenAccepted()
      .When(Organization("lanzhou-petition-office"), Decline())
      .ThenRejected(REJECTION_KIND_ILLEGAL, "acceptance_decided")
      .ThenMessage(HasSubstr("in handling"));
}

TEST(DeclineCaseTest, DoneByTheWrongOneIsRefused) {
  GivenRegistered()
      .When(Petitioner(), Decline())
      .ThenRejected(REJECTION_KIND_NOT_AUTHORIZED, "organization_only")
      .Command(Organization("lanzhou"), Assign("lanzhou-petition-office"))
      .When(Organization("chengguan-housing-bureau"), Decline())
      .ThenRejected(REJECTION_KIND_NOT_AUTHORIZED, "not_the_one");
}

TEST(DeclineCaseTest, WithoutGroundsItIsRefused) {
  v1::DeclineCaseRequest seventeen = Decline();
  for (int i = 0; i < 16; ++i) seventeen.add_grounds()->set_document("another");
  v1::DeclineCaseRequest sixteen = seventeen;
  sixteen.mutable_grounds()->RemoveLast();
  GivenRegistered()
      .When(Organization("lanzhou"), Request<v1::DeclineCaseRequest>(R"(why: "not ours")"))
      .ThenRejected(REJECTION_KIND_INVALID, "invalid_field")
      .ThenSubject("grounds")
      .When(Organization("lanzhou"), seventeen)
      .ThenRejected(REJECTION_KIND_INVALID, "invalid_field")
      .ThenSubject("grounds")
      .When(Organization("lanzhou"), sixteen)
      .ThenRecorded("case_declined {}");
}

TEST(AssignHandlerTest, DoneRightGivesTheCaseToAnOrganization) {
  GivenRegistered()
      .When(Organization("lanzhou"), Assign("lanzhou-petition-office"))
      .ThenRecorded(R"(handler_assigned { handler { organization_id: "lanzhou-petition-office" superior_ids: "lanzhou"
                       superior_ids: "gansu" } assigned_by { organization_id: "lanzhou" superior_ids: "gansu" } })")
      .ThenState(R"(header { handler { organization_id: "lanzhou-petition-office" } handler_event_id: "2.1" })")
      .ThenFoundUnder({"handler", "lanzhou-petition-office"});
}

TEST(AssignHandlerTest, DoneRightAgainGoesOnFromTheOldHandler) {
  GivenAccepted()
      .At("2021-07-05")
      .When(Organization("lanzhou-petition-office"), Assign("gansu-petition-office"))
      .ThenRecorded(R"(handler_assigned { handler { organization_id: "gansu-petition-office" }
                                          from { organization_id: "lanzhou-petition-office" } })")
      .ThenState("header { handler_since: @2021-07-05 registered_at: @2021-07-01 }")
      .ThenFoundUnder({"handler", "gansu-petition-office"})
      .ThenNotFoundUnder({"handler", "lanzhou-petition-office"});
}

TEST(AssignHandlerTest, DoneTwiceIsRefused) {
  GivenAccepted()
      .When(Organization("lanzhou-petition-office"), Assign("lanzhou-petition-office"))
      .ThenRejected(REJECTION_KIND_ALREADY, "handler_assigned")
      .ThenMessage(HasSubstr("2.1"));
}

TEST(AssignHandlerTest, DoneTooLateOnAClosedCaseIsRefused) {
  GivenClosed()
      .When(Organization("lanzhou"), Assign("gansu-petition-office"))
      .ThenRejected(REJECTION_KIND_ILLEGAL, "case_not_open")
      .ThenMessage(HasSubstr("closed"));
}

TEST(AssignHandlerTest, DoneByTheWrongOneIsRefused) {
  GivenAccepted()
      .When(Organization("gas-company"), Assign("gas-company"))
      .ThenRejected(REJECTION_KIND_NOT_AUTHORIZED, "not_the_one")
      .When(Petitioner(), Assign("gansu"))
      .ThenRejected(REJECTION_KIND_NOT_AUTHORIZED, "not_the_one");
}

TEST(AssignHandlerTest, TheHandlerStandsInTheTree) {
  GivenRegistered()
      .When(Organization("lanzhou"), Assign("developer"))
      .ThenRejected(REJECTION_KIND_ILLEGAL, "handler_outside_tree")
      .When(Organization("lanzhou"), Assign("nobody"))
      .ThenRejected(REJECTION_KIND_NOT_FOUND, "unknown_organization")
      .When(Organization("lanzhou"), Assign("gas-company"))
      .ThenRecorded("handler_assigned {}");
}

TEST(AssignHandlerTest, NotBeforeThePresentHandlerHadIt) {
  GivenRegistered()
      .At("2021-07-05")
      .Command(Organization("lanzhou"), Assign("lanzhou-petition-office"))
      .Occurred("2021-07-04")
      .When(Organization("lanzhou"), Assign("gansu-petition-office"))
      .ThenRejected(REJECTION_KIND_INVALID, "invalid_field")
      .ThenSubject("context.occurred_at");
}

TEST(ExtendHandlingTest, DoneRightPutsTheDateOff) {
  GivenAccepted()
      .When(Organization("lanzhou-petition-office"), Extend(30))
      .ThenRecorded(
          R"(handling_extended { due { due_at: @2021-09-30 last_day: "2021-09-29" days: 30 rule: "handling_extension_max" }
          from { due_at: @2021-08-31 } approved_by { organization_id: "lanzhou-petition-office" }
          reason_told: "The cable's owner is being found out." })")
      .ThenState(R"(handling_due { due_at: @2021-09-30 } handling_extensions: 1 handling_extended_event_id: "4.1")");
}

TEST(ExtendHandlingTest, DoneTwiceIsOneMoreThanThePolicyAllows) {
  GivenAccepted()
      .Command(Organization("lanzhou-petition-office"), Extend(10))
      .When(Organization("lanzhou-petition-office"), Extend(10))
      .ThenRejected(REJECTION_KIND_ILLEGAL, "extensions_used")
      .ThenMessage(HasSubstr("4.1"));
}

TEST(ExtendHandlingTest, DoneTooLateAfterTheDatePassedIsRefused) {
  GivenAccepted()
      .At("2021-08-31")
      .When(Organization("lanzhou-petition-office"), Extend(10))
      .ThenRejected(REJECTION_KIND_ILLEGAL, "handling_date_passed");
  GivenAccepted()
      .At("2021-08-30T23:59:59.999Z")
      .When(Organization("lanzhou"), Extend(10))
      .ThenRecorded("handling_extended {}");
  GivenClosed()
      .When(Organization("lanzhou-petition-office"), Extend(10))
      .ThenRejected(REJECTION_KIND_ILLEGAL, "case_not_in_handling");
}

TEST(ExtendHandlingTest, DoneByTheWrongOneIsRefused) {
  GivenAccepted()
      .When(Organization("gas-company"), Extend(10))
      .ThenRejected(REJECTION_KIND_NOT_AUTHORIZED, "not_the_one")
      .When(Petitioner(), Extend(10))
      .ThenRejected(REJECTION_KIND_NOT_AUTHORIZED, "not_the_one");
}

TEST(ExtendHandlingTest, NeverLongerThanThePolicyAllows) {
  GivenAccepted()
      .When(Organization("lanzhou-petition-office"), Extend(31))
      .ThenRejected(REJECTION_KIND_INVALID, "invalid_field")
      .ThenMessage(HasSubstr("30 calendar days"))
      .When(Organization("lanzhou-petition-office"), Extend(0))
      .ThenRejected(REJECTION_KIND_INVALID, "invalid_field")
      .When(Organization("lanzhou-petition-office"), Request<v1::ExtendHandlingRequest>("count: 3"))
      .ThenRejected(REJECTION_KIND_INVALID, "invalid_field")
      .ThenSubject("reason_told");
}

}  // namespace
}  // namespace whistle::intake
