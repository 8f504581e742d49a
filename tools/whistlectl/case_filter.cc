#include "tools/whistlectl/case_filter.h"

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"
#include "tools/whistlectl/command.h"

namespace whistle::whistlectl {

std::vector<FlagSpec> CaseFilterFlags() {
  return {{"handler", "ORGANIZATION", "", "owned by it now"},
          {"status", "WORD", "", "registered, accepted, declined, closed or merged"},
          {"site", "ID", "", "about this site"},
          {"category", "WORD", "", "of this kind"},
          {"organization", "ID", "", "whose record names this organization"}};
}

absl::StatusOr<intake::v1::ListCasesRequest> CaseFilter(const Arguments& arguments) {
  intake::v1::ListCasesRequest request;
  request.set_handler_id(arguments.Get("handler"));
  request.set_site_id(arguments.Get("site"));
  request.set_category(arguments.Get("category"));
  request.set_organization_id(arguments.Get("organization"));
  if (!arguments.Has("status")) return request;
  intake::v1::CaseStatus status;
  if (!intake::v1::CaseStatus_Parse("CASE_STATUS_" + absl::AsciiStrToUpper(arguments.Get("status")), &status) ||
      status == intake::v1::CASE_STATUS_UNSPECIFIED) {
    return UsageError(absl::StrCat("--status is registered, accepted, declined, closed or merged; found \"",
                                   arguments.Get("status"), "\""));
  }
  request.set_status(status);
  return request;
}

std::string CaseStatusName(intake::v1::CaseStatus status) {
  absl::string_view name = intake::v1::CaseStatus_Name(status);
  absl::ConsumePrefix(&name, "CASE_STATUS_");
  return absl::AsciiStrToLower(name);
}

}  // namespace whistle::whistlectl
