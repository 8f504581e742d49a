// Page sizes and page tokens of list queries.
//
//   WHISTLE_ASSIGN_OR_RETURN(const int size, PageSize(request.page()));
//   WHISTLE_ASSIGN_OR_RETURN(const std::string after, DecodeToken(query_bytes, request.page().token()));
//   rows = reader.ScanIndex(prefix, after, size); …
//   if (rows.size() == size) reply.set_next_page_token(EncodeToken(query_bytes, rows.back().cursor));
//
// `query_bytes` are the query's own fields, deterministically serialized, without `page` and without read options: a
// token fits the query that gave it and no other. It is bound to the query, not secret and not signed: whoever makes
// one up reads at the most from another place of what the query may read anyhow.
//
// Pure functions, any thread.
#ifndef WHISTLE_LIBS_PROJECTION_PAGING_H_
#define WHISTLE_LIBS_PROJECTION_PAGING_H_

#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "whistle/common/v1/types.pb.h"

namespace whistle::projection {

// What 0 means: a screenful or two.
inline constexpr int kPageSizeDefault = 100;
// A page of the largest rows stays well below the 4 MiB that gRPC takes in one message by default.
inline constexpr int kPageSizeMax = 500;

// INVALID_ARGUMENT names page.size unless it is 0 (the default) to kPageSizeMax.
absl::StatusOr<int> PageSize(const common::v1::Page& page);

// The token for what comes after `cursor` (a row's; see store.h). Empty for an empty cursor: nothing comes after.
std::string EncodeToken(absl::string_view query_bytes, absl::string_view cursor);

// The cursor in `token`; empty for an empty token: from the start. INVALID_ARGUMENT names page.token if this query did
// not give it.
absl::StatusOr<std::string> DecodeToken(absl::string_view query_bytes, absl::string_view token);

}  // namespace whistle::projection

#endif  // WHISTLE_LIBS_PROJECTION_PAGING_H_
