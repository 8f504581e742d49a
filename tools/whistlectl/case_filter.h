// The flags that pick cases, alike in every command that has them: `case list`, `policy rebind`.
#ifndef WHISTLE_TOOLS_WHISTLECTL_CASE_FILTER_H_
#define WHISTLE_TOOLS_WHISTLECTL_CASE_FILTER_H_

#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "tools/whistlectl/arguments.h"
#include "whistle/intake/v1/case.pb.h"
#include "whistle/intake/v1/service.pb.h"

namespace whistle::whistlectl {

// --handler, --status, --site, --category, --organization.
std::vector<FlagSpec> CaseFilterFlags();

// Without a page. A wrong status is a usage error.
absl::StatusOr<intake::v1::ListCasesRequest> CaseFilter(const Arguments& arguments);

// "accepted".
std::string CaseStatusName(intake::v1::CaseStatus status);

}  // namespace whistle::whistlectl

#endif  // WHISTLE_TOOLS_WHISTLECTL_CASE_FILTER_H_
