#include "tools/whistlectl/findings.h"

#include <algorithm>
#include <string>

#include "libs/base/check.h"
#include "libs/base/status_macros.h"
#include "tools/whistlectl/methods.h"

namespace whistle::whistlectl {

absl::StatusOr<std::vector<escalation::v1::Finding>> ReadFindings(Client& client,
                                                                  escalation::v1::ListFindingsRequest request,
                                                                  uint64_t limit, bool* more) {
  constexpr uint64_t kPageSize = 500;
  const auto method = FindMethod("escalation.ListFindings");
  WHISTLE_CHECK(method.ok(), method.status().message());
  std::vector<escalation::v1::Finding> findings;
  request.clear_page();
  *more = true;
  while (*more && (limit == 0 || findings.size() < limit)) {
    const uint64_t wanted = limit == 0 ? kPageSize : std::min(kPageSize, limit - findings.size());
    request.mutable_page()->set_size(static_cast<int>(wanted));
    escalation::v1::ListFindingsResponse response;
    WHISTLE_RETURN_IF_ERROR(client.Call(**method, request, "", response));
    findings.insert(findings.end(), response.findings().begin(), response.findings().end());
    request.mutable_page()->set_token(response.next_page_token());
    *more = !response.next_page_token().empty();
  }
  return findings;
}

}  // namespace whistle::whistlectl
