// A deadline of every kind outlives whatever comes over the service that keeps it, and fires once.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>

#include "libs/base/time.h"
#include "libs/testing/scenario_world.h"
#include "tests/deadlines/kinds.h"
#include "tests/deadlines/meeting.h"

namespace whistle::deadlines {
namespace {

using ::testing::IsEmpty;
using ::testing::SizeIs;

int CountOf(const journal::v1::Decision& decision, const std::string& text) {
  journal::v1::Event wanted;
  testing::ParseText(text, &wanted);
  return static_cast<int>(std::ranges::count_if(decision.events(), [&](const auto& event) {
    return event.body_case() == wanted.body_case() && testing::Missing(wanted, event).empty();
  }));
}

// The decisions with an event that says at least what the text says, once for each.
std::vector<Counted> With(const std::string& text, const std::vector<Counted>& history) {
  std::vector<Counted> with;
  for (const Counted& counted : history) with.insert(with.end(), CountOf(counted.decision, text), counted);
  return with;
}

// What a history says, and when each decision was recorded.
std::vector<std::string> Told(const std::vector<Counted>& history) {
  std::vector<std::string> told;
  for (const Counted& counted : history) {
    told.push_back(absl::StrCat(base::TimeText(counted.recorded_at), " ", counted.decision.ShortDebugString()));
  }
  return told;
}

class SurvivingDeadlineTest : public ::testing::TestWithParam<Kind> {
 protected:
  // What the parameter says, the story told, and the clock at the last moment before the date.
  SurvivingDeadlineTest() : kind_(GetParam()), due_(*base::TimeFromText(kind_.due)) {
    kind_.happens(town_);
    town_.Stop();
    town_.AdvanceTo(due_ - absl::Milliseconds(1));
    town_.Restart();
  }

  // The date has not fired; who is to be warned was warned, once.
  void ExpectOwed(const Instance& instance, absl::string_view when) {
    EXPECT_THAT(With(kind_.fires, instance.History(kCase)), IsEmpty()) << when << ": it fired before its time";
    if (!kind_.warns.empty()) {
      EXPECT_THAT(With(kind_.warns, instance.History(kCase)), SizeIs(1)) << when << ": warnings";
    }
    EXPECT_EQ(std::ranges::count_if(instance.Obligations(kCase),
                                    [&](const auto& owed) {
                                      return base::FromProto(owed.due().due_at()) == due_ && !owed.resting() &&
                                             owed.overdue_event_id().empty();
                                    }),
              1)
        << when << ": obligations of that date";
  }
  // It has fired, once, at its time.
  void ExpectFired(const Instance& instance, absl::string_view when) {
    const std::vector<Counted> fired = With(kind_.fires, instance.History(kCase));
    ASSERT_THAT(fired, SizeIs(1)) << when;
    EXPECT_EQ(base::FromProto(fired[0].decision.decided_at()), due_) << when;
    EXPECT_EQ(fired[0].recorded_at, due_) << when;
    if (!kind_.warns.empty()) {
      EXPECT_THAT(With(kind_.warns, instance.History(kCase)), SizeIs(1)) << when << ": warnings";
    }
  }

  const Kind kind_;
  const absl::Time due_;
  Town town_;
};

TEST_P(SurvivingDeadlineTest, SurvivesARestartARebuildAndTwoInstancesAtOnceAndFiresOnce) {
  {
    const auto restarted = town_.Start(kind_.service, kind_.service);
    ASSERT_TRUE(ComeToRest({restarted.get()}));
    ExpectOwed(*restarted, "restarted with its projection");
  }
  town_.DeleteProjection(kind_.service);
  {
    const auto rebuilt = town_.Start(kind_.service, kind_.service);
    ASSERT_TRUE(ComeToRest({rebuilt.get()}));
    ExpectOwed(*rebuilt, "rebuilt");
  }
  {
    Meeting meeting(town_.journal(), 2);
    const auto first = town_.Start(kind_.service, kind_.service, meeting.journal(0));
    const auto second = town_.Start(kind_.service, "second", meeting.journal(1));
    ASSERT_TRUE(ComeToRest({first.get(), second.get()}));
    ExpectOwed(*first, "the first of two");
    ExpectOwed(*second, "the second of two");
    // Both have decided before either has heard of the other.
    meeting.Begin();
    town_.AdvanceTo(due_);
    first->LookAtTheAgenda();
    second->LookAtTheAgenda();
    ASSERT_TRUE(ComeToRest({first.get(), second.get()}));
    int attempts = 0;
    for (const auto& attempt : town_.Attempts()) attempts += CountOf(attempt, kind_.fires);
    EXPECT_EQ(attempts, 2) << "each of the two has tried, and one of them counts";
    ExpectFired(*first, "the first of two");
    ExpectFired(*second, "the second of two");
    EXPECT_EQ(Told(first->History(kCase)), Told(second->History(kCase)));
  }
  town_.Stop();
  town_.AdvanceTo(due_ + absl::Hours(24 * 365));
  town_.Restart();
  for (const char* const folder : {kind_.service.c_str(), "second", "rebuilt from nothing"}) {
    const auto later = town_.Start(kind_.service, folder);
    ASSERT_TRUE(ComeToRest({later.get()}));
    ExpectFired(*later, folder);
  }
}

INSTANTIATE_TEST_SUITE_P(Kinds, SurvivingDeadlineTest, ::testing::ValuesIn(EveryKind()),
                         [](const auto& kind) { return kind.param.name; });

}  // namespace
}  // namespace whistle::deadlines
