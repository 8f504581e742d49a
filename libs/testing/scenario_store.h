// A projection of a scenario's cases, as the engine's fold would leave it: what queries are tested on.
//
//   projection::MemoryStore store;
//   Project(scenario.world(), {"case-1"}, store);
#ifndef WHISTLE_LIBS_TESTING_SCENARIO_STORE_H_
#define WHISTLE_LIBS_TESTING_SCENARIO_STORE_H_

#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "gtest/gtest.h"
#include "libs/projection/memory_store.h"
#include "libs/testing/scenario_world.h"

namespace whistle::testing {

// Into an empty store.
void Project(World& world, const std::vector<std::string>& case_ids, projection::Store& store);

// The query's answer, which must be one.
template <typename Response, typename Query, typename Request>
Response Ask(const projection::Reader& reader, Query query, const Request& request) {
  Response response;
  const absl::Status status = query(reader, request, response);
  EXPECT_TRUE(status.ok()) << status;
  return response;
}

// Its status, for a query that must fail.
template <typename Response, typename Query, typename Request>
absl::Status AskInVain(const projection::Reader& reader, Query query, const Request& request) {
  Response response;
  return query(reader, request, response);
}

}  // namespace whistle::testing

#endif  // WHISTLE_LIBS_TESTING_SCENARIO_STORE_H_
