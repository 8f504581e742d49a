// Corrections: a wrong organization, date or text in an earlier event, put right by a new event (EntryCorrected) that
// names the old one, the fields, and why. The old entry stays readable.
//
//   Decide:  return DecideCorrection(Service, request.event_id(), request.corrections(), request.why(),
//                                    state.corrections(), {{"title", 200}}, context);
//   Evolve:  EvolveCorrections(event.x_entry_corrected(), ref, *state.mutable_corrections());
//            if (entry's id == event.x_entry_corrected().event_id()) ApplyCorrection(event.x_entry_corrected(), entry);
//
// Pure functions; any thread may call.
#ifndef WHISTLE_LIBS_DOMAIN_CORRECTION_H_
#define WHISTLE_LIBS_DOMAIN_CORRECTION_H_

#include <map>
#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "google/protobuf/message.h"
#include "google/protobuf/repeated_ptr_field.h"
#include "libs/domain/context.h"
#include "libs/domain/outcome.h"
#include "whistle/common/v1/corrections.pb.h"
#include "whistle/common/v1/types.pb.h"

namespace whistle::domain {

// The most bytes a text may have, by the path without list positions ("conditions.text"); what is not named may have
// 2000. They are the limits of the command that made the event.
using CorrectionLimits = std::map<std::string, size_t>;

// What a correction wants: common.v1.FieldCorrection, or an area's own message with the same fields.
struct CorrectionWish {
  // The field's path in the event's body ("handler", "conditions[0].text"), or "occurred_at".
  std::string path;
  // What it should have said, as a JSON string: an organization's id, a time (RFC 3339), or a text.
  std::string value_json;
};

template <typename FieldCorrection>
std::vector<CorrectionWish> Wishes(const google::protobuf::RepeatedPtrField<FieldCorrection>& corrections) {
  std::vector<CorrectionWish> wishes;
  for (const FieldCorrection& correction : corrections) wishes.push_back({correction.path(), correction.value_json()});
  return wishes;
}

// One EntryCorrected event of `service`, or why not: the case has no such event; it is another service's, or a
// correction itself; a path leads to nothing that may be corrected; a value is not one; it says so already.
// What must not be corrected in an area (the start of the statutory clock) is refused by that area before this.
Outcome DecideCorrection(common::v1::Service service, absl::string_view event_id,
                         const std::vector<CorrectionWish>& corrections, absl::string_view why,
                         const common::v1::CorrectionLog& log, const CorrectionLimits& limits, const Context& context);

template <typename FieldCorrection>
Outcome DecideCorrection(common::v1::Service service, absl::string_view event_id,
                         const google::protobuf::RepeatedPtrField<FieldCorrection>& corrections, absl::string_view why,
                         const common::v1::CorrectionLog& log, const CorrectionLimits& limits, const Context& context) {
  return DecideCorrection(service, event_id, Wishes(corrections), why, log, limits, context);
}

// Remembers which fields were corrected last, so that the same correction made twice is refused. Bounded.
void EvolveCorrections(const common::v1::EntryCorrected& corrected, const EventRef& ref,
                       common::v1::CorrectionLog& log);

// Adds to a correction a date that follows from what it puts right (`path`: "due", "called[0].due"), so that the event
// itself says that the date moved, and from where. No person can wish for it; whoever decides has counted it again.
void AddFollowingDate(absl::string_view path, const common::v1::DueDate& was, const common::v1::DueDate& is,
                      common::v1::EntryCorrected* corrected);

// The entry as it reads by the corrections that the log remembers.
journal::v1::Event AsCorrected(absl::string_view event_id, journal::v1::Event entry,
                               const common::v1::CorrectionLog& log, const Context& context);

// Puts the corrected fields right in `entry`, a part of a state whose fields have the same names as the event's body
// (and "occurred_at" the event's own). Fields that it does not have are left out. True if any was put right.
bool ApplyCorrection(const common::v1::EntryCorrected& corrected, google::protobuf::Message* entry);

// The event's body, whatever it is; null if it has none.
const google::protobuf::Message* BodyOf(const journal::v1::Event& event);
google::protobuf::Message* MutableBodyOf(journal::v1::Event* event);

}  // namespace whistle::domain

#endif  // WHISTLE_LIBS_DOMAIN_CORRECTION_H_
