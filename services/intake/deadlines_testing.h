// What the tests of intake's dates share.
#ifndef WHISTLE_SERVICES_INTAKE_DEADLINES_TESTING_H_
#define WHISTLE_SERVICES_INTAKE_DEADLINES_TESTING_H_

#include <string>

#include "absl/strings/str_cat.h"
#include "libs/base/time.h"
#include "libs/domain/obligation.h"
#include "services/intake/scenario.h"

namespace whistle::intake {

// The handler of scenario.h's stories.
inline const common::v1::Actor kOffice = testing::Organization("lanzhou-petition-office");

// A date as it stands in an index key.
inline std::string DateKey(absl::string_view date) { return domain::SortableTime(*base::TimeFromText(date)); }

// Puts one field of an entry right: an organization's id, a time or a text.
inline v1::CorrectEntryRequest Correct(const std::string& event_id, const std::string& path, const std::string& value) {
  v1::CorrectEntryRequest request;
  request.set_event_id(event_id);
  request.set_why("entered wrongly");
  auto* correction = request.add_corrections();
  correction->set_path(path);
  correction->set_value_json(absl::StrCat("\"", value, "\""));
  return request;
}

inline v1::ExtendHandlingRequest Extend(int count) {
  v1::ExtendHandlingRequest request;
  request.set_count(count);
  request.set_reason_told("The cable's owner is being found out.");
  return request;
}

// GivenAccepted is in handling from 2021-07-01 on (3.1), by the end of 2021-08-30. Warned at 70 % of the 61 days.
// The same when it was not closed: 4.1 says so, on 2021-08-31.
inline auto GivenHandlingOverdue() {
  auto scenario = GivenAccepted();
  scenario.At("2021-08-31").WhenTheAgendaRuns();
  return scenario;
}

}  // namespace whistle::intake

#endif  // WHISTLE_SERVICES_INTAKE_DEADLINES_TESTING_H_
