#include "tools/whistlectl/case_looked_at.h"

#include <string>

#include "google/protobuf/text_format.h"
#include "gtest/gtest.h"

namespace whistle::whistlectl {
namespace {

std::string Lines(const std::string& account) {
  escalation::v1::EscalationCase parsed;
  EXPECT_TRUE(google::protobuf::TextFormat::ParseFromString(account, &parsed)) << account;
  return CaseLookedAt(parsed);
}

// 2021-07-05 and 2021-07-12.
constexpr char kFifth[] = "{ seconds: 1625443200 }";
constexpr char kTwelfth[] = "{ seconds: 1626048000 }";

TEST(CaseLookedAtTest, NothingIsSaidOfWhatIsNotThere) { EXPECT_EQ(Lines(""), ""); }

TEST(CaseLookedAtTest, TellsWhoseActionTheCaseNeedsAndWhy) {
  EXPECT_EQ(Lines(std::string("needs { organization { name: 'the gas company' } kind: NEED_KIND_ASSIGNMENT event_id: "
                              "'4.1' since ") +
                  kFifth + " }"),
            "  needs the gas company since 2021-07-05: assignment (event 4.1)\n");
}

TEST(CaseLookedAtTest, TellsSinceWhenNobodyAcceptsAndWhatComesOfIt) {
  const std::string since = std::string("since ") + kFifth + " since_event_id: '3.1'";
  const std::string said = "  accepted by nobody since 2021-07-05 (event 3.1)";
  EXPECT_EQ(Lines("ownerless { " + since + " }"), said + ", without a date\n");
  EXPECT_EQ(Lines("ownerless { " + since + " due { due_at " + kTwelfth + " } }"),
            said + ", to be accepted by 2021-07-12\n");
  EXPECT_EQ(Lines("ownerless { " + since + " due { due_at " + kTwelfth + " last_day: '2021-07-11' } }"),
            said + ", to be accepted by 2021-07-11\n");
  EXPECT_EQ(Lines("ownerless { " + since + " finding_id: '9.1' due { due_at " + kTwelfth + " } }"),
            said + ": finding 9.1\n");
}

TEST(CaseLookedAtTest, TellsFindingsThatStandAndThoseLifted) {
  EXPECT_EQ(Lines("findings { rule: FINDING_RULE_SILENCE raised: 3 standing: 1 } "
                  "findings { rule: FINDING_RULE_ABSENT raised: 2 standing: 2 }"),
            "  findings that stand: 1 silence (and 2 lifted), 2 absent\n");
}

TEST(CaseLookedAtTest, TellsWhatWaitsToEscalate) {
  const std::string entered = std::string("entered_at ") + kFifth;
  EXPECT_EQ(Lines("waiting_reasons { event_id: '7.1' trigger: ESCALATION_TRIGGER_FINDING rule: FINDING_RULE_SILENCE "
                  "waiting: 1 wanted: 2 " +
                  entered + " } waiting_reasons { event_id: '8.1' trigger: ESCALATION_TRIGGER_OPEN_HAZARD waiting: 1 " +
                  entered + " }"),
            "  waits to escalate: silence (event 7.1) since 2021-07-05, 1 of the 2 that the policy wants\n"
            "  waits to escalate: open hazard (event 8.1) since 2021-07-05, which the policy does not count\n");
}

}  // namespace
}  // namespace whistle::whistlectl
