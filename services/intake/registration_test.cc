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

TEST(RegisterCaseTest, DoneRightBindsTheCaseToThePolicyInForce) {
  GivenIntake()
      .At("2021-07-01")
      .With(RegistryBuilder().Version(7))
      .When(Petitioner(), Register())
      .ThenRecorded(R"(case_registered {
          title: "No gas in Building 19" site { site_id: "building-19" } policy { title: "test policy" }
          policy_version: 7 acceptance_due { due_at: @2021-07-17 rule: "acceptance" days: 15 registry_version: 7 } })")
      .ThenState(R"(header { status: CASE_STATUS_REGISTERED registered_at: @2021-07-01 policy_version: 7 }
                    petitioner_count: 1 policy_event_id: "1.1" acceptance_due { due_at: @2021-07-17 })")
      .ThenFoundUnder({"case"})
      .ThenFoundUnder({"status", "CASE_STATUS_REGISTERED"})
      .ThenFoundUnder({"site", "building-19"})
      .ThenFoundUnder({"category", "gas-supply"})
      .ThenDue("kind: AGENDA_KIND_DEADLINE_APPROACHING", "kind: AGENDA_KIND_ACCEPTANCE_OVERDUE due_at: @2021-07-17");
}

TEST(RegisterCaseTest, DoneRightByAnOrganizationForOneWhoCame) {
  GivenIntake()
      .When(Organization("station-community"), Register())
      .ThenRecorded(R"(case_registered { registered_by { organization_id: "station-community" superior_ids:
          "railway-station-street" superior_ids: "chengguan" superior_ids: "lanzhou" superior_ids: "gansu" } })")
      .ThenFoundUnder({"organization", "station-community", "case-1"});
}

TEST(RegisterCaseTest, DoneRightLateStartsTheClockWhenItWasRaised) {
  GivenIntake()
      .At("2021-07-01")
      .Occurred("2009-05-01")
      .When(Petitioner(), Register())
      .ThenState("header { registered_at: @2009-05-01 } acceptance_due { due_at: @2009-05-17 }");
}

TEST(RegisterCaseTest, DoneTwiceIsRefused) {
  GivenRegistered()
      .When(Petitioner(), Register())
      .ThenRejected(REJECTION_KIND_ALREADY, "case_registered")
      .ThenMessage(HasSubstr("1.1"));
}

TEST(RegisterCaseTest, DoneTooLateOnAClosedCaseIsRefused) {
  GivenClosed().When(Petitioner(), Register()).ThenRejected(REJECTION_KIND_ALREADY, "case_registered");
}

TEST(RegisterCaseTest, DoneByTheWrongOneIsRefused) {
  GivenIntake()
      .When(Organization("nobody"), Register())
      .ThenRejected(REJECTION_KIND_NOT_FOUND, "unknown_organization")
      .With(RegistryBuilder().Retire("station-community"))
      .When(Organization("station-community"), Register())
      .ThenRejected(REJECTION_KIND_ILLEGAL, "organization_retired")
      .When(common::v1::Actor(), Register())
      .ThenRejected(REJECTION_KIND_INVALID, "invalid_field");
}

TEST(RegisterCaseTest, WithoutAPolicyItSaysHowToAdoptOne) {
  GivenIntake()
      .With(RegistryBuilder().WithoutPolicy())
      .When(Petitioner(), Register())
      .ThenRejected(REJECTION_KIND_ILLEGAL, "no_policy")
      .ThenMessage(HasSubstr("whistlectl registry apply"));
}

TEST(RegisterCaseTest, EveryFieldIsChecked) {
  const auto refused = [](const std::function<void(v1::RegisterCaseRequest&)>& spoil, const std::string& subject) {
    v1::RegisterCaseRequest request = Register();
    spoil(request);
    GivenIntake()
        .When(Petitioner(), request)
        .ThenRejected(REJECTION_KIND_INVALID, "invalid_field")
        .ThenSubject(subject);
  };
  refused([](auto& r) { r.clear_title(); }, "title");
  refused([](auto& r) { r.set_title(std::string(201, 'x')); }, "title");
  refused([](auto& r) { r.set_title("a\tb"); }, "title");
  refused(
      [](auto& r) {
        r.set_title(
            "a\xe2\x80\xae"
            "b");
      },
      "title");
  refused([](auto& r) { r.clear_demand(); }, "demand");
  refused([](auto& r) { r.set_demand(std::string(8001, 'x')); }, "demand");
  refused([](auto& r) { r.clear_category(); }, "category");
  refused([](auto& r) { r.set_category("gas supply"); }, "category");
  refused([](auto& r) { r.clear_site(); }, "site.site_id");
  refused([](auto& r) { r.mutable_site()->clear_name(); }, "site.name");
  refused([](auto& r) { r.mutable_site()->set_name(std::string(301, 'x')); }, "site.name");
  v1::RegisterCaseRequest longest = Register();
  longest.set_title(std::string(200, 'x'));
  longest.set_demand(std::string(8000, 'x'));
  longest.mutable_site()->set_name(std::string(300, 'x'));
  GivenIntake().When(Petitioner(), longest).ThenRecorded("case_registered {}");
}

TEST(RebindPolicyTest, DoneRightBindsToThePolicyInForceAndSaysWhoDidIt) {
  GivenAccepted()
      .With(RegistryBuilder().Version(9))
      .When(Organization("lanzhou"), Request<v1::RebindPolicyRequest>(R"(why: "shorter terms")"))
      .ThenRecorded(R"(policy_rebound { policy { title: "test policy" } policy_version: 9 from_policy_version: 1
                                        why: "shorter terms" bound_by { organization_id: "lanzhou"
                                                                        superior_ids: "gansu" } })")
      .ThenState(R"(header { policy_version: 9 } policy_event_id: "4.1")");
}

TEST(RebindPolicyTest, ItMovesNoDateThatIsSet) {
  registry::v1::Policy shorter = testing::DefaultPolicy();
  shorter.mutable_acceptance()->set_count(1);
  shorter.mutable_handling()->set_count(10);
  shorter.mutable_handling_extension_max()->set_count(5);
  auto scenario = GivenAccepted();
  State before;
  scenario.ThenState([&](const State& state) { before = state; });
  ASSERT_TRUE(before.acceptance_due().has_due_at());
  ASSERT_TRUE(before.handling_due().has_due_at());
  scenario.With(RegistryBuilder().WithPolicy(shorter).Version(9))
      .Command(Organization("gansu"), Request<v1::RebindPolicyRequest>(R"(why: "shorter terms")"))
      .ThenState([&](const State& state) {
        EXPECT_EQ(state.acceptance_due().SerializeAsString(), before.acceptance_due().SerializeAsString());
        EXPECT_EQ(state.handling_due().SerializeAsString(), before.handling_due().SerializeAsString());
        EXPECT_EQ(state.handling_due().registry_version(), 1u);
      });
  // What is set from then on follows the new one.
  v1::ExtendHandlingRequest extend;
  extend.set_reason_told("The valve is late.");
  extend.set_count(6);
  scenario.When(Organization("lanzhou-petition-office"), extend).ThenRejected(REJECTION_KIND_INVALID, "invalid_field");
  extend.set_count(5);
  scenario.When(Organization("lanzhou-petition-office"), extend)
      .ThenRecorded("handling_extended { due { registry_version: 9 } }");
}

TEST(RebindPolicyTest, APolicyThatIsInForceNoMoreIsNotMeant) {
  GivenAccepted()
      .With(RegistryBuilder().Version(9))
      .When(Organization("gansu"), Request<v1::RebindPolicyRequest>(R"(why: "shorter terms" policy_version: 8)"))
      .ThenRejected(REJECTION_KIND_ILLEGAL, "policy_changed")
      .ThenMessage(HasSubstr("of registry version 9, not of 8"))
      .When(Organization("gansu"), Request<v1::RebindPolicyRequest>(R"(why: "shorter terms" policy_version: 9)"))
      .ThenRecorded("policy_rebound { policy_version: 9 }");
}

TEST(RebindPolicyTest, DoneTwiceIsRefused) {
  GivenAccepted()
      .With(RegistryBuilder().Version(9))
      .Command(Organization("lanzhou-petition-office"), Request<v1::RebindPolicyRequest>(R"(why: "shorter terms")"))
      .When(Organization("lanzhou-petition-office"), Request<v1::RebindPolicyRequest>(R"(why: "shorter terms")"))
      .ThenRejected(REJECTION_KIND_ALREADY, "policy_bound")
      .ThenMessage(HasSubstr("4.1"));
}

TEST(RebindPolicyTest, DoneTooLateOnAClosedCaseIsRefused) {
  GivenClosed()
      .With(RegistryBuilder().Version(9))
      .When(Organization("lanzhou-petition-office"), Request<v1::RebindPolicyRequest>(R"(why: "shorter terms")"))
      .ThenRejected(REJECTION_KIND_ILLEGAL, "case_not_open");
}

TEST(RebindPolicyTest, DoneByTheWrongOneIsRefused) {
  GivenAccepted()
      .With(RegistryBuilder().Version(9))
      .When(Organization("gas-company"), Request<v1::RebindPolicyRequest>(R"(why: "longer terms")"))
      .ThenRejected(REJECTION_KIND_NOT_AUTHORIZED, "no_authority")
      .ThenMessage(HasSubstr("authority over the handler lanzhou-petition-office"))
      .When(Organization("developer"), Request<v1::RebindPolicyRequest>(R"(why: "longer terms")"))
      .ThenRejected(REJECTION_KIND_NOT_AUTHORIZED, "no_authority")
      .When(Petitioner(), Request<v1::RebindPolicyRequest>(R"(why: "shorter terms")"))
      .ThenRejected(REJECTION_KIND_NOT_AUTHORIZED, "organization_only");
}

TEST(RebindPolicyTest, BeforeTheFirstHandlerOnlyTheTopMayDoIt) {
  GivenRegistered()
      .With(RegistryBuilder().Version(9))
      .When(Organization("lanzhou"), Request<v1::RebindPolicyRequest>(R"(why: "shorter terms")"))
      .ThenRejected(REJECTION_KIND_NOT_AUTHORIZED, "no_authority")
      .ThenMessage(HasSubstr("the case has no handler yet"))
      .When(Organization("gansu"), Request<v1::RebindPolicyRequest>(R"(why: "shorter terms")"))
      .ThenRecorded("policy_rebound { policy_version: 9 bound_by { organization_id: 'gansu' } }");
}

TEST(RebindPolicyTest, AnUnknownCaseIsNamed) {
  GivenIntake()
      .When(Organization("lanzhou"), Request<v1::RebindPolicyRequest>(R"(why: "x")"))
      .ThenRejected(REJECTION_KIND_NOT_FOUND, "unknown_case")
      .ThenMessage(HasSubstr("case-1"));
}

}  // namespace
}  // namespace whistle::intake
