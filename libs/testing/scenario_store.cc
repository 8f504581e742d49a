#include "libs/testing/scenario_store.h"

#include "libs/base/hash.h"
#include "libs/base/proto.h"

namespace whistle::testing {

void Project(World& world, const std::vector<std::string>& case_ids, projection::Store& store) {
  projection::WriteSet set;
  for (const std::string& case_id : case_ids) {
    const auto decisions = world.Decisions(case_id);
    projection::v1::CaseRow row;
    row.set_version(decisions.size());
    row.set_state(base::SerializeDeterministically(world.State(case_id)));
    for (size_t i = 0; i < decisions.size(); ++i) {
      projection::v1::TimelineRow timeline;
      timeline.set_decision(base::SerializeDeterministically(decisions[i]));
      row.set_head(base::Sha256(timeline.decision()).ToBytes());
      set.timeline.push_back({case_id, base::Version{i + 1}, timeline});
    }
    set.cases.emplace_back(case_id, row);
    for (const std::string& key : world.Keys(case_id)) set.index_puts.push_back({key, case_id});
  }
  EXPECT_EQ(store.Commit(set), absl::OkStatus());
}

}  // namespace whistle::testing
