#include "libs/host/overdue_count.h"

#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "libs/domain/obligation.h"
#include "libs/projection/memory_store.h"

namespace whistle::host {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;
using ::testing::Pair;

class OverdueCountTest : public ::testing::Test {
 protected:
  OverdueCountTest() {
    registry::v1::RegistryState state;
    const auto add = [&](const char* id, registry::v1::OrganizationLevel level) {
      auto& organization = *state.add_organizations();
      organization.set_organization_id(id);
      organization.set_level(level);
    };
    add("gas", registry::v1::ORGANIZATION_LEVEL_CITY);
    add("water", registry::v1::ORGANIZATION_LEVEL_CITY);
    add("lane", registry::v1::ORGANIZATION_LEVEL_STREET);
    add("press", registry::v1::ORGANIZATION_LEVEL_UNSPECIFIED);
    registry_ = std::make_unique<registry::Registry>(1, state);
  }

  static common::v1::Obligation Owed(const std::string& case_id, const std::string& rule,
                                     const std::string& organization_id) {
    common::v1::Obligation owed;
    owed.set_case_id(case_id);
    owed.set_rule(rule);
    owed.set_subject("subject");
    if (!organization_id.empty()) owed.mutable_organization()->set_organization_id(organization_id);
    owed.mutable_due()->mutable_due_at()->set_seconds(1'600'000'000);
    owed.set_overdue_event_id("7.1");
    return owed;
  }

  // Writes the keys as a service does, or takes them away.
  void Put(const std::vector<common::v1::Obligation>& obligations, bool settled = false) {
    projection::WriteSet set;
    for (const common::v1::Obligation& owed : obligations) {
      std::vector<std::string> keys;
      domain::AddDueKeys({owed}, &keys);
      for (std::string& key : keys) {
        (settled ? set.index_deletes : set.index_puts).push_back({std::move(key), owed.case_id()});
      }
    }
    ASSERT_TRUE(store_.Commit(set).ok());
  }

  OverdueCounts Count() {
    auto counts = CountOverdue(store_, *registry_);
    EXPECT_TRUE(counts.ok()) << counts.status();
    return counts.ok() ? *counts : OverdueCounts();
  }

  std::unique_ptr<registry::Registry> registry_;
  projection::MemoryStore store_;
};

TEST_F(OverdueCountTest, NothingIsOverdueInAnEmptyStore) { EXPECT_THAT(Count(), IsEmpty()); }

TEST_F(OverdueCountTest, TheyAreCountedByRuleAndByTheLevelOfWhoOwes) {
  Put({Owed("a", "response", "gas"), Owed("b", "response", "water"), Owed("b", "return", "water"),
       Owed("c", "response", "lane"), Owed("d", "acceptance", ""), Owed("e", "response", "press"),
       Owed("f", "response", "nobody-knows")});
  EXPECT_THAT(Count(), ElementsAre(Pair(Pair("acceptance", "none"), 1), Pair(Pair("response", "city"), 2),
                                   Pair(Pair("response", "outside"), 1), Pair(Pair("response", "street"), 1),
                                   Pair(Pair("response", "unknown"), 1), Pair(Pair("return", "city"), 1)));
}

TEST_F(OverdueCountTest, WhatHasNotFiredOrRestsDoesNotCount) {
  common::v1::Obligation to_come = Owed("a", "response", "gas");
  to_come.clear_overdue_event_id();
  common::v1::Obligation resting = Owed("b", "response", "gas");
  resting.set_resting(true);
  Put({to_come, resting});
  EXPECT_THAT(Count(), IsEmpty());
}

TEST_F(OverdueCountTest, WhatIsSettledCountsNoMore) {
  Put({Owed("a", "response", "gas"), Owed("b", "response", "gas")});
  Put({Owed("a", "response", "gas")}, /*settled=*/true);
  EXPECT_THAT(Count(), ElementsAre(Pair(Pair("response", "city"), 1)));
}

TEST_F(OverdueCountTest, EveryOneCountsWhenThereAreMoreThanAreReadAtOnce) {
  for (const int many : {1000, 1001, 2500}) {
    std::vector<common::v1::Obligation> owed;
    for (int i = 0; i < many; ++i) owed.push_back(Owed(absl::StrCat("case-", i), "response", "gas"));
    Put(owed);
    EXPECT_THAT(Count(), ElementsAre(Pair(Pair("response", "city"), many)));
  }
}

class OverdueGaugesTest : public OverdueCountTest {
 protected:
  std::string ShownAt(absl::Duration after_start) {
    const absl::Status status = gauges_.Refresh(store_, *registry_, absl::FromUnixSeconds(1'700'000'000) + after_start);
    EXPECT_TRUE(status.ok()) << status;
    return metrics_registry_.Render();
  }
  static std::string Line(int count) {
    return absl::StrCat("whistle_overdue{service=\"response\",rule=\"response\",level=\"city\"} ", count, "\n");
  }

  telemetry::Registry metrics_registry_;
  telemetry::ServiceMetrics metrics_{metrics_registry_, "response"};
  OverdueGauges gauges_{&metrics_};
};

TEST_F(OverdueGaugesTest, TheFirstScrapeShowsThemAndTheNextCountIsTenSecondsLater) {
  Put({Owed("a", "response", "gas")});
  EXPECT_THAT(ShownAt(absl::ZeroDuration()), HasSubstr(Line(1)));
  Put({Owed("b", "response", "water")});
  EXPECT_THAT(ShownAt(kOverdueInterval - absl::Milliseconds(1)), HasSubstr(Line(1)));
  EXPECT_THAT(ShownAt(kOverdueInterval), HasSubstr(Line(2)));
}

TEST_F(OverdueGaugesTest, WhatIsSettledIsShownAsZero) {
  Put({Owed("a", "response", "gas")});
  EXPECT_THAT(ShownAt(absl::ZeroDuration()), HasSubstr(Line(1)));
  Put({Owed("a", "response", "gas")}, /*settled=*/true);
  EXPECT_THAT(ShownAt(kOverdueInterval), HasSubstr(Line(0)));
}

TEST_F(OverdueGaugesTest, NothingIsShownOfWhatWasNeverOverdue) {
  EXPECT_THAT(ShownAt(absl::ZeroDuration()), Not(HasSubstr("whistle_overdue{")));
}

TEST_F(OverdueGaugesTest, AClockThatWasSetBackDoesNotStopTheCount) {
  EXPECT_THAT(ShownAt(absl::ZeroDuration()), Not(HasSubstr("whistle_overdue{")));
  Put({Owed("a", "response", "gas")});
  EXPECT_THAT(ShownAt(-absl::Hours(1)), HasSubstr(Line(1)));
}

}  // namespace
}  // namespace whistle::host
