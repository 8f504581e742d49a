// Findings as tools read them: page after page.
#ifndef WHISTLE_TOOLS_WHISTLECTL_FINDINGS_H_
#define WHISTLE_TOOLS_WHISTLECTL_FINDINGS_H_

#include <cstdint>
#include <vector>

#include "absl/status/statusor.h"
#include "tools/whistlectl/client.h"
#include "whistle/escalation/v1/service.pb.h"

namespace whistle::whistlectl {

// What the request asks for, at most `limit` (0: all of it); `more` says whether there is more. The request's page is
// not looked at.
absl::StatusOr<std::vector<escalation::v1::Finding>> ReadFindings(Client& client,
                                                                  escalation::v1::ListFindingsRequest request,
                                                                  uint64_t limit, bool* more);

}  // namespace whistle::whistlectl

#endif  // WHISTLE_TOOLS_WHISTLECTL_FINDINGS_H_
