#include "libs/entries/pages.h"

#include <vector>

#include "absl/strings/str_cat.h"
#include "libs/base/proto.h"
#include "libs/base/status_macros.h"
#include "libs/base/text.h"
#include "libs/domain/entry_keys.h"
#include "libs/domain/model.h"
#include "libs/projection/paging.h"

namespace whistle::entries {
namespace {

constexpr size_t kPageBytesMax = 1 << 20;
constexpr size_t kRowsMax = 2000;
// Rows read at once.
constexpr size_t kBatch = 200;

}  // namespace

absl::Status CheckScope(const projection::Reader& reader, const std::string& case_id,
                        const std::string& organization_id) {
  if (case_id.empty() && organization_id.empty()) {
    return absl::InvalidArgumentError("case_id: expected a case_id, an organization_id or both, found neither");
  }
  if (!organization_id.empty()) {
    WHISTLE_RETURN_IF_ERROR(base::CheckIdentifier(organization_id, "organization_id", 64));
  }
  if (case_id.empty()) return absl::OkStatus();
  WHISTLE_RETURN_IF_ERROR(base::CheckIdentifier(case_id, "case_id", 64));
  WHISTLE_ASSIGN_OR_RETURN(const auto row, reader.FindCase(case_id));
  if (!row) return absl::NotFoundError(absl::StrCat("case_id: there is no case ", case_id));
  return absl::OkStatus();
}

std::string ThingsOf(const std::string& kind, const std::string& case_id, const std::string& organization_id) {
  if (organization_id.empty()) return domain::IndexKey({kind + "_of_case", case_id});
  if (case_id.empty()) return domain::IndexKey({kind + "_of", organization_id});
  return domain::IndexKey({kind + "_of", organization_id, case_id});
}

absl::StatusOr<std::string> TakePage(const projection::Reader& reader, const std::string& prefix,
                                     const std::string& query_bytes, const common::v1::Page& page, const Take& take) {
  WHISTLE_ASSIGN_OR_RETURN(const int size, projection::PageSize(page));
  WHISTLE_ASSIGN_OR_RETURN(std::string after, projection::DecodeToken(query_bytes, page.token()));
  int taken = 0;
  size_t bytes = 0;
  size_t seen = 0;
  while (true) {
    WHISTLE_ASSIGN_OR_RETURN(const auto rows, reader.ScanIndex(prefix, after, kBatch));
    if (rows.empty()) return std::string();
    for (const auto& row : rows) {
      // Full, and here is one more.
      if (taken == size || bytes >= kPageBytesMax || seen == kRowsMax)
        return projection::EncodeToken(query_bytes, after);
      const std::vector<std::string> parts = domain::KeyParts(row.key);
      const auto thing_id = parts.size() < 2 ? std::nullopt : domain::EventIdFromSortable(parts.back());
      if (!thing_id) return absl::DataLossError("an index key names no event");
      WHISTLE_ASSIGN_OR_RETURN(const size_t added, take(row.case_id, *thing_id));
      if (added > 0) ++taken;
      bytes += added;
      ++seen;
      after = row.cursor;
    }
  }
}

std::string SerializedQuery(const google::protobuf::Message& query) { return base::SerializeDeterministically(query); }

}  // namespace whistle::entries
