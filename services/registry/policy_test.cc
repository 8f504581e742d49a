#include <functional>
#include <string>

#include "absl/strings/str_cat.h"
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

TEST(AdoptPolicyTest, WorkingDaysAreAUnitLikeTheOthers) {
  v1::Policy policy = testing::DefaultPolicy();
  policy.mutable_response()->set_unit(v1::TERM_UNIT_WORKING_DAYS);
  GivenRegistry()
      .When(Organization("gansu"), Adopt(policy))
      .ThenRecorded("policy_adopted { policy { response { count: 5 unit: TERM_UNIT_WORKING_DAYS } } }");
}

TEST(AdoptPolicyTest, ARuleIsSwitchedOffAndItsNumberStaysOnRecord) {
  v1::Policy policy = testing::DefaultPolicy();
  policy.mutable_no_owner()->set_off(true);
  policy.mutable_findings()->mutable_absent()->set_off(true);
  GivenRegistry()
      .When(Organization("gansu"), Adopt(policy))
      .ThenRecorded("policy_adopted { policy { no_owner { count: 10 off: true } findings { absent { off: true } } } }");
  policy.mutable_no_owner()->clear_count();
  GivenRegistry()
      .When(Organization("gansu"), Adopt(policy))
      .ThenRejected(REJECTION_KIND_INVALID, "invalid_field")
      .ThenSubject("policy.no_owner.count");
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

// What is said against an Escalates at `path` of the policy that `of` finds there.
void ExpectEscalatesIsChecked(const std::string& path, const std::function<v1::Escalates&(v1::Policy&)>& of) {
  const struct {
    v1::EscalateWhen when;
    int after;
    const char* wrong;
  } given[] = {
      {v1::ESCALATE_WHEN_NEVER, 0, nullptr},      {v1::ESCALATE_WHEN_AT_ONCE, 0, nullptr},
      {v1::ESCALATE_WHEN_AFTER, 1, nullptr},      {v1::ESCALATE_WHEN_AFTER, 64, nullptr},
      {v1::ESCALATE_WHEN_UNSPECIFIED, 0, "when"}, {static_cast<v1::EscalateWhen>(9), 0, "when"},
      {v1::ESCALATE_WHEN_AFTER, 0, "after"},      {v1::ESCALATE_WHEN_AFTER, 65, "after"},
      {v1::ESCALATE_WHEN_AFTER, -1, "after"},     {v1::ESCALATE_WHEN_NEVER, 1, "after"},
      {v1::ESCALATE_WHEN_AT_ONCE, 2, "after"},
  };
  for (const auto& one : given) {
    v1::Policy policy = testing::DefaultPolicy();
    of(policy).set_when(one.when);
    of(policy).set_after(one.after);
    const auto no = CheckPolicy(policy, "policy");
    ASSERT_EQ(no.has_value(), one.wrong != nullptr) << path << " " << one.when << " " << one.after;
    if (no) {
      EXPECT_EQ(no->detail.subject(), absl::StrCat(path, ".", one.wrong));
    }
  }
  v1::Policy policy = testing::DefaultPolicy();
  of(policy).clear_source();
  EXPECT_EQ(CheckPolicy(policy, "policy")->detail.subject(), path + ".source");
}

TEST(AdoptPolicyTest, EveryFindingRuleSaysWhatItLeadsTo) {
  const auto& type = *v1::FindingPolicies::descriptor();
  EXPECT_EQ(type.field_count(), 13);
  for (int i = 0; i < type.field_count(); ++i) {
    const auto* field = type.field(i);
    const auto rule = [&](v1::Policy& policy) {
      v1::FindingPolicies& findings = *policy.mutable_findings();
      return static_cast<v1::FindingPolicy*>(findings.GetReflection()->MutableMessage(&findings, field));
    };
    const std::string path = "policy.findings." + field->name();
    v1::Policy policy = testing::DefaultPolicy();
    policy.mutable_findings()->GetReflection()->ClearField(policy.mutable_findings(), field);
    EXPECT_EQ(CheckPolicy(policy, "policy")->detail.subject(), path);
    policy = testing::DefaultPolicy();
    rule(policy)->clear_escalates();
    EXPECT_EQ(CheckPolicy(policy, "policy")->detail.subject(), path + ".escalates");
    ExpectEscalatesIsChecked(path + ".escalates", [&](v1::Policy& changed) -> v1::Escalates& {
      return *rule(changed)->mutable_escalates();
    });
  }
}

TEST(AdoptPolicyTest, WhatAHazardAndTheStatutoryClockLeadToIsChecked) {
  v1::Policy policy = testing::DefaultPolicy();
  policy.clear_findings();
  EXPECT_EQ(CheckPolicy(policy, "policy")->detail.subject(), "policy.findings");
  policy = testing::DefaultPolicy();
  policy.clear_open_hazard();
  EXPECT_EQ(CheckPolicy(policy, "policy")->detail.subject(), "policy.open_hazard");
  policy = testing::DefaultPolicy();
  policy.clear_statutory_clock();
  EXPECT_EQ(CheckPolicy(policy, "policy")->detail.subject(), "policy.statutory_clock");
  ExpectEscalatesIsChecked("policy.open_hazard",
                           [](v1::Policy& policy) -> v1::Escalates& { return *policy.mutable_open_hazard(); });
  ExpectEscalatesIsChecked("policy.statutory_clock",
                           [](v1::Policy& policy) -> v1::Escalates& { return *policy.mutable_statutory_clock(); });
}

TEST(AdoptPolicyTest, AnErrorSaysWhatWasExpectedAndWhatWasFound) {
  v1::Policy policy = testing::DefaultPolicy();
  policy.mutable_response()->set_count(0);
  EXPECT_EQ(CheckPolicy(policy, "policy")->message, "policy.response.count: expected 1 to 3650, found 0 or nothing");
  policy = testing::DefaultPolicy();
  policy.set_hollow_meetings(65);
  EXPECT_EQ(CheckPolicy(policy, "policy")->message, "policy.hollow_meetings: expected 1 to 64, found 65");
  policy = testing::DefaultPolicy();
  policy.mutable_findings()->mutable_silence()->mutable_escalates()->set_after(65);
  EXPECT_EQ(CheckPolicy(policy, "policy")->message,
            "policy.findings.silence.escalates.after: expected 1 to 64, found 65");
  policy = testing::DefaultPolicy();
  policy.mutable_response()->clear_unit();
  EXPECT_EQ(CheckPolicy(policy, "policy")->message,
            "policy.response.unit: expected hours, calendar_days or working_days, found nothing");
  policy = testing::DefaultPolicy();
  policy.mutable_response()->set_source(std::string(201, 'x'));
  EXPECT_EQ(CheckPolicy(policy, "policy")->message,
            "policy.response.source: expected a text of 1 to 200 bytes, found 201 bytes");
  policy = testing::DefaultPolicy();
  policy.clear_title();
  EXPECT_EQ(CheckPolicy(policy, "policy")->message, "policy.title: expected a text of 1 to 100 bytes, found nothing");
  policy = testing::DefaultPolicy();
  policy.mutable_findings()->clear_silence();
  EXPECT_EQ(CheckPolicy(policy, "policy")->message,
            "policy.findings.silence: expected {escalates} (`off: true` switches a rule off), found nothing");
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
      {&v1::Policy::set_hollow_meetings, 65, 64, "policy.hollow_meetings"},
      {&v1::Policy::set_persistent_contacts, 0, 1, "policy.persistent_contacts"},
      {&v1::Policy::set_persistent_contacts, 65, 64, "policy.persistent_contacts"},
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
