#include "services/registry/scenario.h"

namespace whistle::registry_chain {
namespace {

using common::v1::REJECTION_KIND_ALREADY;
using common::v1::REJECTION_KIND_ILLEGAL;
using common::v1::REJECTION_KIND_INVALID;
using common::v1::REJECTION_KIND_NOT_AUTHORIZED;
using ::testing::HasSubstr;
using testing::Organization;
using testing::Petitioner;
using testing::Request;

v1::AdoptPolicyRequest Adopt(const v1::Policy& policy = testing::DefaultPolicy()) {
  v1::AdoptPolicyRequest request;
  *request.mutable_policy() = policy;
  return request;
}

TEST(AdoptPolicyTest, DoneRightPutsItInForce) {
  GivenRegistry()
      .When(Organization("gansu"), Adopt())
      .ThenRecorded(R"(policy_adopted { policy { title: "test policy" handling { count: 60 } } })")
      .ThenState("policy_version: 13 policy { acceptance { count: 15 } }");
}

TEST(AdoptPolicyTest, DoneTwiceSaysWhichEventMadeItSo) {
  v1::Policy other = testing::DefaultPolicy();
  other.mutable_handling()->set_count(30);
  GivenRegistry()
      .Command(Organization("gansu"), Adopt())
      .When(Organization("gansu"), Adopt())
      .ThenRejected(REJECTION_KIND_ALREADY, "policy_adopted")
      .ThenMessage(HasSubstr("13.1"))
      .When(Organization("gansu"), Adopt(other))
      .ThenRecorded("policy_adopted { policy { handling { count: 30 } } }");
}

TEST(AdoptPolicyTest, DoneTooLateByOneThatIsRetiredIsRefused) {
  GivenRegistry()
      .Command(Organization("gansu"), Request<v1::UpsertOrganizationRequest>(
                                          R"(organization { organization_id: "old" name: "old" level: 5 kind: 6 })"))
      .Command(Organization("gansu"),
               Request<v1::RetireOrganizationRequest>(R"(organization_id: "old" why: "dissolved")"))
      .When(Organization("old"), Adopt())
      .ThenRejected(REJECTION_KIND_ILLEGAL, "organization_retired");
}

TEST(AdoptPolicyTest, DoneByTheWrongOneIsRefused) {
  GivenRegistry()
      .When(Organization("lanzhou"), Adopt())
      .ThenRejected(REJECTION_KIND_NOT_AUTHORIZED, "top_only")
      .When(Organization("developer"), Adopt())
      .ThenRejected(REJECTION_KIND_NOT_AUTHORIZED, "top_only")
      .When(Petitioner(), Adopt())
      .ThenRejected(REJECTION_KIND_NOT_AUTHORIZED, "top_only");
}

TEST(AdoptPolicyTest, WorkingDaysWaitForCalendars) {
  v1::Policy policy = testing::DefaultPolicy();
  policy.mutable_response()->set_unit(v1::TERM_UNIT_WORKING_DAYS);
  GivenRegistry()
      .When(Organization("gansu"), Adopt(policy))
      .ThenRejected(REJECTION_KIND_INVALID, "invalid_field")
      .ThenSubject("policy.response.unit")
      .ThenMessage(HasSubstr("no calendars of working days yet"));
}

TEST(AdoptPolicyTest, EveryTermIsChecked) {
  // By the descriptor: a term added to the policy must be checked too.
  int terms = 0;
  for (int i = 0; i < v1::Policy::descriptor()->field_count(); ++i) {
    const auto* field = v1::Policy::descriptor()->field(i);
    if (field->message_type() != v1::Term::descriptor()) continue;
    ++terms;
    const auto term = [&](v1::Policy& policy) {
      return static_cast<v1::Term*>(policy.GetReflection()->MutableMessage(&policy, field));
    };
    const std::string path = "policy." + field->name();
    const auto refused = [&](const v1::Policy& policy, const std::string& subject) {
      GivenRegistry()
          .When(Organization("gansu"), Adopt(policy))
          .ThenRejected(REJECTION_KIND_INVALID, "invalid_field")
          .ThenSubject(subject);
    };
    v1::Policy policy = testing::DefaultPolicy();
    policy.GetReflection()->ClearField(&policy, field);
    refused(policy, path);
    policy = testing::DefaultPolicy();
    term(policy)->set_count(0);
    refused(policy, path + ".count");
    term(policy)->set_count(3651);
    refused(policy, path + ".count");
    term(policy)->set_count(3650);
    term(policy)->clear_unit();
    refused(policy, path + ".unit");
    term(policy)->set_unit(v1::TERM_UNIT_HOURS);
    term(policy)->clear_source();
    refused(policy, path + ".source");
    term(policy)->set_source("ours");
    GivenRegistry().When(Organization("gansu"), Adopt(policy)).ThenRecorded("policy_adopted {}");
  }
  EXPECT_EQ(terms, 15);
}

TEST(AdoptPolicyTest, EveryNumberIsChecked) {
  const struct {
    void (v1::Policy::*set)(int32_t);
    int wrong;
    int right;
    const char* subject;
  } numbers[] = {
      {&v1::Policy::set_handling_extensions_max, -1, 0, "policy.handling_extensions_max"},
      {&v1::Policy::set_handling_extensions_max, 17, 16, "policy.handling_extensions_max"},
      {&v1::Policy::set_response_extensions_max, 17, 16, "policy.response_extensions_max"},
      {&v1::Policy::set_warn_percent, 0, 1, "policy.warn_percent"},
      {&v1::Policy::set_warn_percent, 100, 99, "policy.warn_percent"},
      {&v1::Policy::set_hollow_meetings, 0, 1, "policy.hollow_meetings"},
      {&v1::Policy::set_persistent_contacts, 0, 1000, "policy.persistent_contacts"},
      {&v1::Policy::set_persistent_contacts, 1001, 1, "policy.persistent_contacts"},
  };
  for (const auto& number : numbers) {
    v1::Policy policy = testing::DefaultPolicy();
    (policy.*number.set)(number.wrong);
    EXPECT_EQ(CheckPolicy(policy, "policy")->detail.subject(), number.subject);
    (policy.*number.set)(number.right);
    EXPECT_FALSE(CheckPolicy(policy, "policy").has_value()) << number.subject;
  }
}

}  // namespace
}  // namespace whistle::registry_chain
