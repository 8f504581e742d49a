// List queries over things that footprints and indexes name by case and event id (libs/domain/entry_keys.h).
//
//   WHISTLE_RETURN_IF_ERROR(CheckScope(reader, request.case_id(), request.organization_id()));
//   return FillPage(reader, ThingsOf("assignment", request.case_id(), request.organization_id()), request, response,
//                   [&](const std::string& case_id, const std::string& thing_id) -> absl::StatusOr<size_t> { … });
//
// Functions of one moment of a projection; any thread may call.
#ifndef WHISTLE_LIBS_ENTRIES_PAGES_H_
#define WHISTLE_LIBS_ENTRIES_PAGES_H_

#include <functional>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "google/protobuf/message.h"
#include "libs/projection/store.h"
#include "whistle/common/v1/types.pb.h"

namespace whistle::entries {

// Adds the thing to the answer and says how many bytes it has there; 0 if it does not belong in it.
using Take = std::function<absl::StatusOr<size_t>(const std::string& case_id, const std::string& thing_id)>;

// A query names a case, an organization, or both. INVALID_ARGUMENT names the field; NOT_FOUND for an unknown case.
absl::Status CheckScope(const projection::Reader& reader, const std::string& case_id,
                        const std::string& organization_id);

// The index prefix under which the things of a scope lie: "<kind>_of_case" | case, or "<kind>_of" | organization [|
// case].
std::string ThingsOf(const std::string& kind, const std::string& case_id, const std::string& organization_id);

// Offers each thing under the prefix to `take` until the page is full: by count, at 1 MiB (a page stays below gRPC's 4
// MiB), or after 2000 rows (a page may be short though more follows). The next page's token; empty at the end.
absl::StatusOr<std::string> TakePage(const projection::Reader& reader, const std::string& prefix,
                                     const std::string& query_bytes, const common::v1::Page& page, const Take& take);

// Deterministic bytes.
std::string SerializedQuery(const google::protobuf::Message& query);

// A request's own fields, without page and options: what its page tokens are bound to.
template <typename Request>
std::string QueryBytes(Request request) {
  request.clear_page();
  request.clear_options();
  return SerializedQuery(request);
}

// TakePage for a request with `page`, into a response with `next_page_token`.
template <typename Request, typename Response>
absl::Status FillPage(const projection::Reader& reader, const std::string& prefix, const Request& request,
                      Response& response, const Take& take) {
  auto token = TakePage(reader, prefix, QueryBytes(request), request.page(), take);
  if (!token.ok()) return token.status();
  response.set_next_page_token(*token);
  return absl::OkStatus();
}

}  // namespace whistle::entries

#endif  // WHISTLE_LIBS_ENTRIES_PAGES_H_
