// The records that journal_child appends, so that a test can tell from the id alone what must be stored.
#ifndef WHISTLE_LIBS_JOURNAL_EMBEDDED_CHILD_RECORDS_H_
#define WHISTLE_LIBS_JOURNAL_EMBEDDED_CHILD_RECORDS_H_

#include <string>

#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "libs/base/hash.h"
#include "libs/journal/journal.h"

namespace whistle::journal {

// Some hundred bytes, of a length and content that follow from `id`.
inline Record ChildRecord(absl::string_view id) {
  const std::string hash = base::Sha256(id).ToBytes();
  std::string value(id);
  for (int i = 0; i < static_cast<unsigned char>(hash[0]) / 8; ++i) value += hash;
  return Record{std::string(id), value, {{"ce_id", std::string(id)}}};
}

}  // namespace whistle::journal

#endif  // WHISTLE_LIBS_JOURNAL_EMBEDDED_CHILD_RECORDS_H_
