#include "tools/scenarios/histories.h"

#include <algorithm>

#include "libs/base/check.h"
#include "libs/base/status_macros.h"
#include "libs/base/time.h"
#include "tools/whistlectl/methods.h"
#include "tools/whistlectl/timeline.h"

namespace whistle::scenarios {

absl::StatusOr<std::vector<CaseHistory>> ReadHistories(const RunSummary& summary, whistlectl::Client& client) {
  const auto method = whistlectl::FindMethod("intake.GetCase");
  WHISTLE_CHECK(method.ok(), method.status().message());
  std::vector<CaseHistory> histories;
  for (const auto& [name, known] : summary.cases) {
    CaseHistory& history = histories.emplace_back();
    history.name = name;
    WHISTLE_ASSIGN_OR_RETURN(history.entries,
                             whistlectl::ReadTimeline(client, "", known.case_id, known.version, nullptr));
    intake::v1::GetCaseRequest request;
    request.set_case_id(known.case_id);
    intake::v1::GetCaseResponse response;
    WHISTLE_RETURN_IF_ERROR(client.Call(**method, request, "", response));
    history.clocks = response.case_().clocks();
  }
  std::stable_sort(histories.begin(), histories.end(), [](const CaseHistory& a, const CaseHistory& b) {
    return base::FromProto(a.clocks.statutory_from()) < base::FromProto(b.clocks.statutory_from());
  });
  return histories;
}

}  // namespace whistle::scenarios
