// What differs between two messages of one type, field by field, for people: things in lists are told by their ids.
#ifndef WHISTLE_TOOLS_WHISTLECTL_CASE_CHANGES_H_
#define WHISTLE_TOOLS_WHISTLECTL_CASE_CHANGES_H_

#include <optional>
#include <string>
#include <vector>

#include "google/protobuf/message.h"

namespace whistle::whistlectl {

// One field that is not the same. `field` is its path: "state.open_assignments[4.1].due.due_at"; an element of a list
// has its id in brackets (its first field, if that is an id or a name of a rule), or its place from 0.
struct Change {
  std::string field;
  // Nothing where the field is not there.
  std::optional<std::string> from;
  std::optional<std::string> to;
};

// What is in `from`, in the order of its fields, then what is in `to` alone. Times are told as times, organizations by
// their ids, bytes in hexadecimal.
std::vector<Change> Changes(const google::protobuf::Message& from, const google::protobuf::Message& to);

}  // namespace whistle::whistlectl

#endif  // WHISTLE_TOOLS_WHISTLECTL_CASE_CHANGES_H_
