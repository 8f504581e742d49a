// A projection of a scenario's cases, as the engine's fold would leave it, for tests of queries.
//
//   projection::MemoryStore store;
//   Project(scenario.world(), {"case-1", "case-2"}, store);
#ifndef WHISTLE_LIBS_ENTRIES_SCENARIO_STORE_TESTING_H_
#define WHISTLE_LIBS_ENTRIES_SCENARIO_STORE_TESTING_H_

#include <string>
#include <vector>

#include "gtest/gtest.h"
#include "libs/base/proto.h"
#include "libs/projection/memory_store.h"
#include "libs/testing/scenario_world.h"

namespace whistle::entries {

inline void Project(testing::World& world, const std::vector<std::string>& case_ids, projection::MemoryStore& store) {
  projection::WriteSet set;
  for (const std::string& case_id : case_ids) {
    const auto decisions = world.Decisions(case_id);
    projection::v1::CaseRow row;
    row.set_version(decisions.size());
    row.set_head("head");
    row.set_state(base::SerializeDeterministically(world.State(case_id)));
    set.cases.emplace_back(case_id, row);
    for (size_t i = 0; i < decisions.size(); ++i) {
      projection::v1::TimelineRow timeline;
      timeline.set_decision(base::SerializeDeterministically(decisions[i]));
      set.timeline.push_back({case_id, base::Version{i + 1}, timeline});
    }
    for (const std::string& key : world.Keys(case_id)) set.index_puts.push_back({key, case_id});
  }
  ASSERT_EQ(store.Commit(set), absl::OkStatus());
}

// What a query answers; a status that is not OK fails the test.
template <typename Response, typename Query, typename Request>
Response AnswerOf(const projection::Reader& reader, Query query, const Request& request) {
  Response response;
  const absl::Status status = query(reader, request, response);
  EXPECT_TRUE(status.ok()) << status;
  return response;
}

}  // namespace whistle::entries

#endif  // WHISTLE_LIBS_ENTRIES_SCENARIO_STORE_TESTING_H_
