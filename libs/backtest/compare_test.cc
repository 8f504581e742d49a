#include "libs/backtest/compare.h"

#include <string>
#include <vector>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "libs/base/time.h"

namespace whistle::backtest {
namespace {

using ::testing::ElementsAre;

absl::Time Day(int day) { return *base::TimeFromText("2021-07-01") + absl::Hours(24) * (day - 1); }

Fired Of(FiredKind kind, const std::string& rule, const std::string& subject, absl::Time at,
         const std::string& organization_id = "gas-company", int superiors = 1) {
  Fired fired{.kind = kind, .rule = rule, .subject = subject, .organization = {}, .at = at};
  fired.organization.set_organization_id(organization_id);
  for (int i = 0; i < superiors; ++i) fired.organization.add_superior_ids("above");
  return fired;
}

// "4.1→4.1 -3d", "5.1→ ", " →6.1".
std::vector<std::string> Told(const std::vector<Pair>& pairs) {
  std::vector<std::string> told;
  for (const Pair& pair : pairs) {
    std::string line = absl::StrCat(pair.then ? pair.then->subject : " ", "→", pair.would ? pair.would->subject : " ");
    if (const auto earlier = pair.earlier()) absl::StrAppend(&line, " ", absl::FormatDuration(*earlier));
    if (!pair.differs()) absl::StrAppend(&line, " same");
    told.push_back(line);
  }
  return told;
}

TEST(PairUpTest, PairsTheSameThingAndThenWhatIsLeftOfOneRuleAndOrganization) {
  TwoHistories histories;
  histories.then = {Of(FiredKind::kFinding, "silence", "4.1", Day(2)),
                    Of(FiredKind::kFinding, "silence", "5.1", Day(4)),
                    Of(FiredKind::kFinding, "silence", "6.1", Day(9))};
  histories.would = {Of(FiredKind::kFinding, "silence", "5.1", Day(3)),
                     Of(FiredKind::kFinding, "silence", "7.1", Day(5)),
                     Of(FiredKind::kFinding, "absent", "7.1", Day(6))};
  EXPECT_THAT(Told(PairUp(histories, false)), ElementsAre("4.1→7.1 -72h", "5.1→5.1 24h", " →7.1", "6.1→ "));
}

TEST(PairUpTest, SecondsOfARealClockAreNoDifferenceAndAnotherReasonIs) {
  TwoHistories histories;
  histories.then = {Of(FiredKind::kOverdue, "response", "4.1", Day(2) + absl::Seconds(7)),
                    Of(FiredKind::kEscalation, "silence", "", Day(3))};
  histories.would = {Of(FiredKind::kOverdue, "response", "4.1", Day(2)),
                     Of(FiredKind::kEscalation, "goalpost_moved", "", Day(3))};
  EXPECT_THAT(Told(PairUp(histories, false)), ElementsAre("4.1→4.1 7s same", "→ 0"));
}

TEST(PairUpTest, WarningsAreComparedWhenWanted) {
  TwoHistories histories;
  histories.then = {Of(FiredKind::kWarning, "response", "4.1", Day(2))};
  EXPECT_THAT(PairUp(histories, false), ElementsAre());
  EXPECT_THAT(Told(PairUp(histories, true)), ElementsAre("4.1→ "));
}

TEST(StoodBeforeHighestTest, TellsTheFirstTimeBeforeTheHighestThatEitherWorldReaches) {
  TwoHistories histories;
  EXPECT_FALSE(StoodBeforeHighest(histories).has_value());
  histories.stood_then = {Of(FiredKind::kEscalation, "silence", "", Day(2), "lanzhou", 1)};
  histories.stood_would = {Of(FiredKind::kEscalation, "silence", "", Day(1), "lanzhou", 1),
                           Of(FiredKind::kEscalation, "silence", "", Day(5), "gansu", 0),
                           Of(FiredKind::kEscalation, "silence", "", Day(7), "gansu", 0)};
  const auto stood = StoodBeforeHighest(histories);
  ASSERT_TRUE(stood.has_value());
  EXPECT_EQ(stood->organization.organization_id(), "gansu");
  EXPECT_EQ(stood->would, Day(5));
  EXPECT_EQ(stood->then, std::nullopt);
}

TEST(TotalsTest, CountWhatFiredAndWhatMovedAndTheMiddleOfIt) {
  TwoHistories histories;
  for (const int day : {10, 20, 30, 40}) {
    histories.then.push_back(Of(FiredKind::kFinding, "silence", std::to_string(day), Day(day)));
  }
  histories.would = {
      Of(FiredKind::kFinding, "silence", "10", Day(9)), Of(FiredKind::kFinding, "silence", "20", Day(17)),
      Of(FiredKind::kFinding, "silence", "30", Day(31)), Of(FiredKind::kFinding, "silence", "40", Day(40)),
      Of(FiredKind::kFinding, "silence", "50", Day(50))};
  Totals totals;
  AddTo(PairUp(histories, false), &totals);
  const RuleTotal& total = totals.at({FiredKind::kFinding, "silence"});
  EXPECT_EQ(total.then, 4u);
  EXPECT_EQ(total.would, 5u);
  EXPECT_EQ(total.earlier, 2u);
  EXPECT_EQ(total.later, 1u);
  // 1 and 3 days earlier, 1 later.
  EXPECT_EQ(total.Median(), absl::Hours(24));
  EXPECT_EQ(RuleTotal().Median(), std::nullopt);
}

}  // namespace
}  // namespace whistle::backtest
