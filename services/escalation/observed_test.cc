// How large what the rules look at becomes.
#include "services/escalation/observed.h"

#include "services/escalation/given.h"
#include "services/escalation/rules/rules.h"

namespace whistle::escalation {
namespace {

// A case in handling under every rule, folded without an engine: what a rule sees is found at once.
class Busy {
 public:
  Busy() {
    Add(absl::StrCat("case_registered { title: 'No gas' policy {", testing::DefaultPolicy().ShortDebugString(), "} }"));
    Add("handler_assigned { handler { organization_id: 'lanzhou-petition-office' name: 'the petition office' } }");
    Add("case_accepted {}");
  }

  // Its event id.
  std::string Add(const std::string& text) {
    now_ += absl::Minutes(10);
    auto event = Request<journal::v1::Event>(text);
    *event.mutable_occurred_at() = base::ToProto(now_);
    return Add(event);
  }
  void Look() {
    for (;;) {
      const Looked looked = LookAt(state_);
      EXPECT_TRUE(looked.disproofs.empty()) << looked.disproofs[0].finding_id << " " << looked.disproofs[0].why;
      if (looked.proofs.empty()) return;
      for (const Proof& proof : looked.proofs) {
        journal::v1::Event event;
        *event.mutable_occurred_at() = base::ToProto(now_);
        v1::FindingRaised& raised = *event.mutable_finding_raised();
        raised.set_rule(proof.rule);
        raised.mutable_organization()->set_organization_id(proof.organization_id);
        raised.set_subject(proof.subject);
        for (const std::string& id : proof.event_ids) raised.add_evidence_event_ids(id);
        Add(event);
        ++findings_;
      }
    }
  }

  const State& state() const { return state_; }
  int findings() const { return findings_; }

 private:
  std::string Add(const journal::v1::Event& event) {
    ++version_;
    const std::string id = absl::StrCat(version_, ".1");
    Evolve(state_, event, {"case-1", id, base::Version{version_}, nullptr});
    return id;
  }

  State state_;
  absl::Time now_ = absl::FromUnixSeconds(1'625'097'600);
  uint64_t version_ = 0;
  int findings_ = 0;
};

std::string Ref(const std::string& field, int which) {
  static const char* const kDepartments[] = {"gas-company", "broadcast-company", "chengguan-housing-bureau",
                                             "railway-station-street"};
  const std::string id = kDepartments[which % 4];
  return absl::StrCat(" ", field, " { organization_id: '", id, "' name: 'the ", id, "' superior_ids: 'gansu' } ");
}

// Everything that may happen to a case, once: five contacts, an asking that is not answered, one that is refused on a
// condition that is met or waived, a deferral, a whistle on which one comes and one does not, a meeting, a commitment
// kept and one broken, an item, a claim that is disputed.
void OneRound(Busy& busy, int i) {
  for (int visit = 0; visit < 5; ++visit) busy.Add("contact_recorded {}");
  const std::string asked = busy.Add(absl::StrCat("response_requested {", Ref("department", i), "}"));
  busy.Add(absl::StrCat("response_overdue { assignment_id: '", asked, "'", Ref("department", i), "}"));
  const std::string answer =
      busy.Add(absl::StrCat("response_submitted { assignment_id: '", asked, "'", Ref("department", i),
                            "stance: STANCE_CONDITIONAL statements { topic: 'a cable in the well' ",
                            i % 2 ? "holds: true" : "holds: false", "} }"));
  const std::string condition = busy.Add(absl::StrCat("condition_imposed { response_event_id: '", answer, "'",
                                                      Ref("department", i), "topic: 'a contract with everybody' }"));
  busy.Add(absl::StrCat(i % 2 ? "condition_met" : "condition_waived", " { condition_id: '", condition, "' }"));
  busy.Add(absl::StrCat("response_submitted {", Ref("department", i + 1), "stance: STANCE_DEFERS",
                        Ref("defers_to", i + 2), "}"));
  const std::string whistle = busy.Add(
      absl::StrCat("whistle_blown { called {", Ref("department", i), "} called {", Ref("department", i + 1), "} }"));
  busy.Add(absl::StrCat("department_reported_in { whistle_id: '", whistle, "'", Ref("department", i), "}"));
  busy.Add(absl::StrCat("whistle_unanswered { whistle_id: '", whistle, "'", Ref("department", i + 1), "}"));
  busy.Add(absl::StrCat("meeting_held { outcome: MEETING_OUTCOME_DEADLOCKED", Ref("absent", i), "}"));
  const std::string kept = busy.Add(absl::StrCat("commitment_made {", Ref("organization", i), "}"));
  busy.Add(absl::StrCat("commitment_kept { commitment_id: '", kept, "' }"));
  const std::string broken = busy.Add(absl::StrCat("commitment_made {", Ref("organization", i), "}"));
  busy.Add(absl::StrCat("commitment_broken { commitment_id: '", broken, "'", Ref("organization", i), "}"));
  const std::string item = busy.Add(absl::StrCat("item_listed {", Ref("responsible", i), "}"));
  const std::string claim =
      busy.Add(absl::StrCat("response_submitted {", Ref("department", i + 3), "stance: STANCE_CLAIMS_RESOLVED }"));
  busy.Add(absl::StrCat("resolution_disputed { claim_event_id: '", claim, "' }"));
  busy.Add(absl::StrCat("item_cleared { item_id: '", item, "' }"));
  // What was broken is kept after all, or the open ones would reach their limit.
  busy.Add(absl::StrCat("commitment_kept { commitment_id: '", broken, "' }"));
}

TEST(ObservedTest, StaysBelowAHundredAndTwentyEightKiBWhateverHappensForHoweverLong) {
  Busy busy;
  size_t early = 0;
  for (int round = 1; round <= 2000; ++round) {
    OneRound(busy, round);
    if (round % 10 == 0) busy.Look();
    if (round == 200) early = busy.state().observed().ByteSizeLong();
  }
  const size_t bytes = busy.state().observed().ByteSizeLong();
  RecordProperty("bytes", static_cast<int>(bytes));
  RecordProperty("findings", busy.findings());
  EXPECT_GT(busy.findings(), 10'000);
  EXPECT_LT(bytes, 128u * 1024) << busy.state().observed().ShortDebugString().substr(0, 4000);
  // It has reached its size: only ids and numbers grow longer.
  EXPECT_LT(bytes, early + early / 5);
}

TEST(ObservedTest, TenThousandContactsTakeNoMoreThanThreeHundred) {
  Busy busy;
  for (int i = 0; i < 300; ++i) {
    busy.Add("contact_recorded {}");
    busy.Look();
  }
  const size_t before = busy.state().observed().ByteSizeLong();
  for (int i = 300; i < 10'000; ++i) {
    busy.Add("contact_recorded {}");
    if (i % 3 == 0) busy.Look();
  }
  const size_t after = busy.state().observed().ByteSizeLong();
  RecordProperty("before", static_cast<int>(before));
  RecordProperty("after", static_cast<int>(after));
  EXPECT_EQ(busy.findings(), 10'000 / 3);
  EXPECT_EQ(busy.state().observed().contacts_size(), kContactsKept);
  EXPECT_LT(after, 12u * 1024);
  EXPECT_LT(after, before + before / 5);
}

}  // namespace
}  // namespace whistle::escalation
