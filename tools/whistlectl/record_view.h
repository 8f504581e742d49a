// One record of a journal, laid open: what it says of itself, what the core rule makes of it and why, and its bytes.
#ifndef WHISTLE_TOOLS_WHISTLECTL_RECORD_VIEW_H_
#define WHISTLE_TOOLS_WHISTLECTL_RECORD_VIEW_H_

#include <cstddef>
#include <string>

#include "absl/container/flat_hash_map.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "libs/base/hash.h"
#include "tools/whistlectl/journal_reader.h"

namespace whistle::whistlectl {

// What came before a record in its partition, as far as its verdict is explained by it.
class Earlier {
 public:
  void Add(const ReadRecord& record);

  // Which accepted decision the record names as its parent: "the head of version 3 from offset 7 on"; "no accepted
  // decision of this case before it"; empty where it names none.
  std::string ParentOf(const ReadRecord& record) const;
  // The place of an accepted record of the same bytes; empty if there is none.
  std::string SameBytes(const ReadRecord& record) const;

 private:
  struct Accepted {
    std::string case_id;
    base::Version version;
    Place place;
  };
  absl::flat_hash_map<base::Digest, Accepted> accepted_;
};

// "00000000  0a 06 63 61 …  |..ca…|", sixteen bytes a line, at most `most` bytes; the last line says how many more
// there are.
std::string HexDump(absl::string_view bytes, size_t most);

// For people: key, stamp, headers, digest, verdict and why, what it decodes to, bytes. DATA_LOSS as MessageJson.
absl::StatusOr<std::string> RecordText(const ReadRecord& record, const Earlier& earlier, size_t bytes_most);
// The same for programs: one JSON object, the bytes whole, in hexadecimal digits.
absl::StatusOr<std::string> RecordJson(const ReadRecord& record, const Earlier& earlier);

}  // namespace whistle::whistlectl

#endif  // WHISTLE_TOOLS_WHISTLECTL_RECORD_VIEW_H_
