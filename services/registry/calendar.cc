#include "libs/registry/calendar.h"

#include "absl/strings/str_cat.h"
#include "google/protobuf/util/message_differencer.h"
#include "services/registry/actors.h"
#include "services/registry/model.h"

namespace whistle::registry_chain {

domain::Outcome Decide(const State& state, const v1::AdoptCalendarRequest& request, const domain::Context& context) {
  if (const auto fault = registry::FindFault(request.calendar())) {
    return domain::Invalid(absl::StrCat("calendar.", fault->field), fault->expected, fault->found);
  }
  if (google::protobuf::util::MessageDifferencer::Equals(state.calendar(), request.calendar())) {
    return domain::Already("calendar_adopted", "calendar",
                           domain::MakeEventId(base::Version{state.calendar_version()}, 1));
  }
  if (auto no = RequireTop(state, context)) return *std::move(no);
  journal::v1::Event event = context.NewEvent();
  *event.mutable_calendar_adopted()->mutable_calendar() = request.calendar();
  return domain::Events{std::move(event)};
}

}  // namespace whistle::registry_chain
