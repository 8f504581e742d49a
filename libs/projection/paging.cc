#include "libs/projection/paging.h"

#include <cstdint>

#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "libs/base/hash.h"

namespace whistle::projection {
namespace {

// Enough that no two queries are ever taken for one another.
constexpr size_t kTagBytes = 16;

// Covers query and cursor, so that a token with one changed character is seen too.
std::string Tag(absl::string_view query_bytes, absl::string_view cursor) {
  // The length keeps a byte from moving between the two unseen.
  const std::string length = absl::StrCat(query_bytes.size(), ":");
  return base::Sha256({length, query_bytes, cursor}).ToBytes().substr(0, kTagBytes);
}

}  // namespace

absl::StatusOr<int> PageSize(const common::v1::Page& page) {
  if (page.size() == 0) return kPageSizeDefault;
  if (page.size() >= 1 && page.size() <= kPageSizeMax) return page.size();
  return absl::InvalidArgumentError(absl::StrCat("page.size: expected 1 to ", kPageSizeMax, ", or 0 for ",
                                                 kPageSizeDefault, "; found ", page.size()));
}

std::string EncodeToken(absl::string_view query_bytes, absl::string_view cursor) {
  if (cursor.empty()) return "";
  return absl::WebSafeBase64Escape(absl::StrCat(Tag(query_bytes, cursor), cursor));
}

absl::StatusOr<std::string> DecodeToken(absl::string_view query_bytes, absl::string_view token) {
  if (token.empty()) return "";
  std::string bytes;
  if (absl::WebSafeBase64Unescape(token, &bytes) && bytes.size() > kTagBytes) {
    std::string cursor = bytes.substr(kTagBytes);
    // Compared as text: base64 can be written in several ways, of which we give one.
    if (EncodeToken(query_bytes, cursor) == token) return cursor;
  }
  return absl::InvalidArgumentError(
      "page.token: expected the next_page_token of this very query (the same fields, only the page differs); found "
      "another query's or none of ours. Start again with an empty token.");
}

}  // namespace whistle::projection
