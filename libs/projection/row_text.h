// Rows of a projection in words, for operators: "case c-7 version 3", "modified: state.contacts: 3 -> 4".
#ifndef WHISTLE_LIBS_PROJECTION_ROW_TEXT_H_
#define WHISTLE_LIBS_PROJECTION_ROW_TEXT_H_

#include <string>

#include "absl/strings/string_view.h"
#include "google/protobuf/message.h"
#include "libs/projection/comparison.h"
#include "libs/projection/rows.h"

namespace whistle::projection {

// What row it is. A key that is none of ours is shown escaped.
std::string KeyText(Family family, absl::string_view key);

// What it holds, at most `chars_max` characters. `state` is an empty state message of the service.
std::string ValueText(Family family, absl::string_view key, absl::string_view value,
                      const google::protobuf::Message& state, size_t chars_max);

// What differs: the fields, or "only in <name>: <value>".
std::string DifferenceText(Family family, const RowDifference& difference, absl::string_view name_a,
                           absl::string_view name_b, const google::protobuf::Message& state, size_t chars_max);

}  // namespace whistle::projection

#endif  // WHISTLE_LIBS_PROJECTION_ROW_TEXT_H_
