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

}  // namespace whistle::intake

#endif  // WHISTLE_SERVICES_INTAKE_DEADLINES_TESTING_H_
