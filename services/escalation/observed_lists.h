// Lists of what was observed, oldest entry first: finding the latest, and keeping them within their limits.
#ifndef WHISTLE_SERVICES_ESCALATION_OBSERVED_LISTS_H_
#define WHISTLE_SERVICES_ESCALATION_OBSERVED_LISTS_H_

#include <algorithm>

#include "google/protobuf/repeated_ptr_field.h"

namespace whistle::escalation {

template <typename T, typename Predicate>
T* FindLast(google::protobuf::RepeatedPtrField<T>& list, Predicate predicate) {
  const auto found = std::find_if(list.rbegin(), list.rend(), predicate);
  return found == list.rend() ? nullptr : &*found;
}

// Removes the first that `may_go` until `max` are left; where none may, the oldest.
template <typename T, typename Predicate>
void Trim(google::protobuf::RepeatedPtrField<T>& list, int max, Predicate may_go) {
  while (list.size() > max) {
    auto first = std::find_if(list.begin(), list.end(), may_go);
    list.erase(first == list.end() ? list.begin() : first);
  }
}

template <typename T>
void Trim(google::protobuf::RepeatedPtrField<T>& list, int max) {
  Trim(list, max, [](const T&) { return true; });
}

}  // namespace whistle::escalation

#endif  // WHISTLE_SERVICES_ESCALATION_OBSERVED_LISTS_H_
