// Whatever persons of all four services do, on time or entered late, corrected, extended, reopened, merged, and however
// late the agenda was: under the policy that the case is bound to the backtest tells the journal's own history.
#include <map>
#include <memory>
#include <random>
#include <string>
#include <vector>

#include "absl/strings/match.h"
#include "gtest/gtest.h"
#include "libs/backtest/backtest.h"
#include "libs/backtest/backtest_testing.h"
#include "libs/backtest/compare.h"
#include "libs/domain/correction.h"
#include "libs/testing/random_command.h"
#include "whistle/common/v1/corrections.pb.h"

namespace whistle::backtest {
namespace {

using testing::CommandMaker;

class Walk {
 public:
  explicit Walk(unsigned seed) : live_(testing::DefaultPolicy()), random_(seed) {
    for (const domain::Model& model : live_.models()) {
      worlds_.push_back(std::make_unique<testing::World>(model));
      makers_.emplace_back(*worlds_.back(), "case-1", seed + static_cast<unsigned>(makers_.size()));
    }
    live_.Does<intake::v1::RegisterCaseRequest>(
        testing::Petitioner(), R"(title: "No gas" demand: "Connect the building." category: "gas-supply"
                                  site { site_id: "building-19" name: "Building 19" })");
    live_.Does<intake::v1::AssignHandlerRequest>(testing::Organization("chengguan"), "handler_id: 'chengguan'");
  }

  void Step() {
    Catch();
    if (random_() % 5 == 0) {
      live_.Paused(random_() % 4 == 0).Late(absl::Seconds(random_() % 8));
      live_.At(live_.now() + absl::Minutes(random_() % (4 * 24 * 60)));
      return;
    }
    using namespace intake::v1;        // NOLINT: lists of requests.
    using namespace response::v1;      // NOLINT
    using namespace coordination::v1;  // NOLINT
    using namespace escalation::v1;    // NOLINT
    switch (random_() % 4) {
      case 0:
        return TryOneOf<AcceptCaseRequest, RecordContactRequest, RecordContactRequest, AssignHandlerRequest,
                        ExtendHandlingRequest, ExtendHandlingRequest, CloseCaseRequest, ReopenCaseRequest,
                        ReopenCaseRequest, RequestReviewRequest, DecideReviewRequest, DisputeResolutionRequest,
                        intake::v1::CorrectEntryRequest, intake::v1::CorrectEntryRequest>(0);
      case 1:
        return TryOneOf<AskForResponseRequest, AskForResponseRequest, ReturnAssignmentRequest, GrantExtensionRequest,
                        GrantExtensionRequest, SubmitResponseRequest, MarkConditionMetRequest,
                        response::v1::CorrectEntryRequest, response::v1::CorrectEntryRequest>(1);
      case 2:
        return TryOneOf<BlowWhistleRequest, ReportInRequest, HoldMeetingRequest, HoldMeetingRequest,
                        MakeCommitmentRequest, KeepCommitmentRequest, BreakCommitmentRequest,
                        coordination::v1::CorrectEntryRequest, coordination::v1::CorrectEntryRequest>(2);
      default:
        return TryOneOf<RaiseEscalationRequest, DeclineEscalationRequest, UpgradeHandlingRequest,
                        CompleteHandlingRequest, IssueSuggestionRequest, ReportRectificationRequest,
                        RejectRectificationRequest, IdentifyHazardRequest, AnswerFindingRequest,
                        escalation::v1::CorrectEntryRequest, escalation::v1::CorrectEntryRequest>(3);
    }
  }

  const LiveCase& live() const { return live_; }

 private:
  // The makers' worlds know what has happened.
  void Catch() {
    for (; caught_ < live_.decisions().size(); ++caught_) {
      const journal::v1::Decision& decision = live_.decisions()[caught_];
      for (const auto& world : worlds_) {
        world->AdvanceTo(base::FromProto(decision.decided_at()));
        world->Record("case-1", decision.service(), decision.actor(),
                      {decision.events().begin(), decision.events().end()});
      }
    }
    for (const auto& world : worlds_) world->AdvanceTo(live_.now());
  }

  template <typename... Requests>
  void TryOneOf(size_t service) {
    const size_t what = random_() % sizeof...(Requests);
    size_t i = 0;
    ((what == i++ ? Try<Requests>(makers_[service]) : void()), ...);
  }

  template <typename Request>
  void Try(CommandMaker& maker) {
    maker.Turn();
    Request request = maker.Make<Request>();
    request.mutable_context()->set_request_id("r");
    for (int actors = 0; actors < 6; ++actors) {
      *request.mutable_context()->mutable_actor() = maker.AnyActor();
      if (live_.Tries(request)) return;
    }
  }

  LiveCase live_;
  std::mt19937 random_;
  std::vector<std::unique_ptr<testing::World>> worlds_;
  std::vector<CommandMaker> makers_;
  size_t caught_ = 0;
};

// How often each kind of event is among the decisions: a property that never met an extension proves nothing of one.
void CountEvents(const Decisions& decisions, std::map<std::string, int>* counts) {
  for (const journal::v1::Decision& decision : decisions) {
    for (const journal::v1::Event& event : decision.events()) {
      const google::protobuf::Message* body = domain::BodyOf(event);
      ++(*counts)[body->GetDescriptor()->name()];
      if (body->GetDescriptor() != common::v1::EntryCorrected::descriptor()) continue;
      for (const auto& field : static_cast<const common::v1::EntryCorrected&>(*body).fields()) {
        if (absl::EndsWith(field.path(), "due")) ++(*counts)["a date that follows from a correction"];
      }
    }
  }
}

TEST(BacktestWalkTest, UnderTheSamePolicyEveryHistoryIsItsOwn) {
  std::map<std::string, int> counts;
  for (unsigned seed = 1; seed <= 25 && !HasFailure(); ++seed) {
    Walk walk(seed);
    for (int step = 0; step < 250; ++step) walk.Step();
    const TwoHistories histories = walk.live().Under(testing::DefaultPolicy());
    const Decisions& recorded = walk.live().decisions();
    ASSERT_EQ(histories.other.size(), recorded.size()) << "seed " << seed;
    for (size_t i = 0; i < recorded.size() && !HasFailure(); ++i) {
      journal::v1::Decision other = histories.other[i];
      // What is decided anew has no request.
      *other.mutable_request() = recorded[i].request();
      EXPECT_EQ(other.DebugString(), recorded[i].DebugString()) << "seed " << seed << " version " << i + 1;
    }
    EXPECT_TRUE(histories.rests_on.empty()) << "seed " << seed;
    EXPECT_TRUE(histories.stuck.empty()) << "seed " << seed;
    CountEvents(recorded, &counts);
  }
  for (const char* kind :
       {"HandlingExtended", "ExtensionGranted", "CaseReopened", "EntryCorrected", "OverdueLifted", "FindingLifted",
        "EscalationDeclined", "EscalationUnanswered", "HandlingUpgraded", "ResponseOverdue", "CommitmentBroken",
        "RectificationOverdue", "a date that follows from a correction"}) {
    EXPECT_GT(counts[kind], 3) << kind;
  }
}

// Nothing is promised of what it says, but that it comes to an end and no model refuses what it was asked.
TEST(BacktestWalkTest, UnderAnotherPolicyNoModelRefusesWhatIsDue) {
  registry::v1::Policy other = testing::DefaultPolicy();
  other.mutable_response()->set_count(1);
  other.mutable_handling()->set_count(7);
  other.mutable_escalation_rung()->set_count(1);
  other.mutable_no_owner()->set_count(2);
  other.mutable_acceptance()->set_off(true);
  other.set_persistent_contacts(1);
  other.set_hollow_meetings(1);
  size_t differences = 0;
  for (unsigned seed = 1; seed <= 25 && !HasFailure(); ++seed) {
    Walk walk(seed);
    for (int step = 0; step < 250; ++step) walk.Step();
    const TwoHistories histories = walk.live().Under(other);
    for (const Stuck& stuck : histories.stuck) {
      ADD_FAILURE() << "seed " << seed << ": " << stuck.item.ShortDebugString() << ": " << stuck.why;
    }
    for (const Pair& pair : PairUp(histories, true)) differences += pair.differs() ? 1 : 0;
  }
  EXPECT_GT(differences, 500u);
}

}  // namespace
}  // namespace whistle::backtest
