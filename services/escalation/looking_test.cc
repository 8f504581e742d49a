// What the agenda finds by itself, on random histories of all services: properties, not single findings (rules/).
#include <random>

#include "libs/testing/date_walk.h"
#include "services/escalation/given.h"

namespace whistle::escalation {
namespace {

using testing::DateWalk;

// What other services write, at random: of a handful of organizations, about things that were there before, entered on
// the day or late, and put right now and then.
class Others {
 public:
  explicit Others(unsigned seed) : random_(seed) {}

  template <typename S>
  void Act(S& scenario) {
    const std::string event = Next();
    if (OneIn(3)) scenario.Occurred(base::TimeText(scenario.world().now() - absl::Hours(Below(24 * 20))));
    scenario.Event(Organization("lanzhou"), event);
    ids_.push_back(absl::StrCat(scenario.world().VersionOf("case-1").value, ".1"));
    names_.push_back(event.substr(0, event.find(' ')));
  }

 private:
  bool OneIn(unsigned n) { return random_() % n == 0; }
  int Below(int n) { return static_cast<int>(random_() % static_cast<unsigned>(n)); }
  std::string Any(const std::vector<std::string>& words) { return words[random_() % words.size()]; }

  std::string Ref(const std::string& field) {
    const std::string id = Any({"gas-company", "broadcast-company", "chengguan-housing-bureau", "developer"});
    return absl::StrCat(field, " { organization_id: '", id, "' } ");
  }
  // One of the last events of this name, or any.
  std::string IdOf(const std::string& name) {
    for (int tries = 0; tries < 40 && !ids_.empty(); ++tries) {
      const size_t i = random_() % ids_.size();
      if (names_[i] == name) return ids_[i];
    }
    return ids_.empty() ? "1.1" : ids_[random_() % ids_.size()];
  }

  std::string Response() {
    std::string text = absl::StrCat("response_submitted { ", Ref("department"), " text: 't' stance: STANCE_",
                                    Any({"ACCEPTS", "REFUSES", "REFUSES", "CONDITIONAL", "DEFERS", "DEFERS", "DEFERS",
                                         "REPORTS_PROGRESS", "CLAIMS_RESOLVED"}));
    absl::StrAppend(&text, " assignment_id: '", IdOf("response_requested"), "' ", Ref("defers_to"));
    if (OneIn(2)) absl::StrAppend(&text, " grounds { document: 'd' }");
    if (OneIn(6)) absl::StrAppend(&text, " withdraws_event_id: '", IdOf("response_submitted"), "'");
    if (OneIn(2)) {
      absl::StrAppend(&text, " statements { topic: '", Any({"a", "b"}), "' text: 't' ",
                      Any({"holds: true", "holds: false", "unknown: true", "value { number: '1' unit: 'm' }",
                           "value { number: '2' unit: 'm' }"}));
      if (OneIn(3)) absl::StrAppend(&text, " condition_id: '", IdOf("condition_imposed"), "'");
      absl::StrAppend(&text, " }");
    }
    return text + " }";
  }

  std::string Correction() {
    const size_t i = random_() % ids_.size();
    const std::string& name = names_[i];
    const char* service = name.starts_with("contact") || name.starts_with("handler") || name.starts_with("resolution")
                              ? "intake"
                          : name.starts_with("response") || name.starts_with("condition") ? "response"
                                                                                          : "coordination";
    const std::string head =
        absl::StrCat(service, "_entry_corrected { event_id: '", ids_[i], "' why: 'w' fields { path: '");
    if (OneIn(3)) {
      return absl::StrCat(head,
                          Any({"department", "organization", "responsible", "handler", "absent[0]", "defers_to[0]",
                               "called[0].department"}),
                          "' is: '{\"organization_id\":\"",
                          Any({"gas-company", "broadcast-company", "lanzhou-petition-office"}), "\"}' } }");
    }
    const absl::Time time = absl::FromUnixSeconds(1'625'097'600) + absl::Hours(Below(24 * 60));
    return absl::StrCat(head, "occurred_at' is: '\"", base::TimeText(time), "\"' } }");
  }

  std::string Next() {
    if (!ids_.empty() && OneIn(8)) return Correction();
    switch (Below(20)) {
      case 0:
      case 1:
      case 2:
        return "contact_recorded { channel: CONTACT_CHANNEL_VISIT }";
      case 3:
        return absl::StrCat("response_requested { ", Ref("department"), " }");
      case 4:
      case 5:
      case 6:
        return Response();
      case 7:
        return absl::StrCat("condition_imposed { ", Ref("department"), " topic: '", Any({"a", "b"}),
                            "' response_event_id: '", IdOf("response_submitted"), "' }");
      case 8:
        return absl::StrCat(Any({"condition_met", "condition_waived"}), " { condition_id: '", IdOf("condition_imposed"),
                            "' }");
      case 9:
        return absl::StrCat("response_overdue { assignment_id: '", IdOf("response_requested"), "' ", Ref("department"),
                            " }");
      case 10:
        return absl::StrCat("response_overdue_lifted { overdue_event_id: '", IdOf("response_overdue"), "' }");
      case 11:
        return absl::StrCat("whistle_blown { called { ", Ref("department"), " } called { ", Ref("department"), " } }");
      case 12:
        return absl::StrCat("whistle_unanswered { whistle_id: '", IdOf("whistle_blown"), "' ", Ref("department"), " }");
      case 13:
        return absl::StrCat("meeting_held { outcome: MEETING_OUTCOME_", Any({"AGREED", "DEADLOCKED", "DEADLOCKED"}),
                            OneIn(2) ? absl::StrCat(" ", Ref("absent")) : "", " }");
      case 14:
        return absl::StrCat(Any({"commitment_made { organization", "item_listed { responsible"}), Ref(""), "}");
      case 15:
        return absl::StrCat("commitment_broken { commitment_id: '", IdOf("commitment_made"), "' ", Ref("organization"),
                            " }");
      case 16:
        return absl::StrCat("coordination_overdue_lifted { overdue_event_id: '",
                            IdOf(Any({"commitment_broken", "whistle_unanswered"})), "' }");
      case 17:
        return OneIn(2) ? absl::StrCat("commitment_kept { commitment_id: '", IdOf("commitment_made"), "' }")
                        : absl::StrCat("item_cleared { item_id: '", IdOf("item_listed"), "' }");
      case 18:
        return absl::StrCat("resolution_disputed { claim_event_id: '", IdOf("response_submitted"), "' }");
      default:
        if (!OneIn(4)) return "contact_recorded {}";
        return absl::StrCat("handler_assigned { handler { organization_id: '",
                            Any({"lanzhou-petition-office", "lanzhou", "gansu"}), "' } }");
    }
  }

  std::mt19937 random_;
  std::vector<std::string> ids_;
  std::vector<std::string> names_;
};

TEST(LookingTest, WhatIsSeenIsToldOnceAndComesToRestWhateverHappens) {
  DateWalk::Tally tally;
  for (unsigned seed = 1; seed <= 12; ++seed) {
    auto scenario = GivenLookedAt();
    DateWalk walk(scenario.world(), {"case-1"}, seed);
    walk.LetTheCaseComeAndGo();
    Others others(seed);
    for (int step = 0; step < 250 && !HasFailure(); ++step) {
      walk.Act<v1::RaiseEscalationRequest, v1::DeclineEscalationRequest, v1::UpgradeHandlingRequest,
               v1::CompleteHandlingRequest, v1::IdentifyHazardRequest, v1::IssueSuggestionRequest,
               v1::ReportRectificationRequest, v1::CorrectEntryRequest>(scenario);
      others.Act(scenario);
    }
    tally += walk.tally();
  }
  EXPECT_GT(tally.found, 200) << tally.Text();
  EXPECT_GT(tally.disproved, 50) << tally.Text();
  EXPECT_GT(tally.escalated, 20) << tally.Text();
  EXPECT_GT(tally.overdue, 20) << tally.Text();
  RecordProperty("tally", tally.Text());
}

}  // namespace
}  // namespace whistle::escalation
