#include "absl/strings/str_cat.h"
#include "libs/domain/event_cases.h"
#include "libs/domain/sentence.h"
#include "libs/domain/sentence_words.h"

namespace whistle::domain {

using journal::v1::Event;

std::string RegistrySentence(const Event& event) {
  switch (event.body_case()) {
    case Event::kOrganizationUpserted: {
      const auto& organization = event.organization_upserted().organization();
      return absl::StrCat(Begin(organization.name()), " is in the registry",
                          organization.outside_tree() ? ", outside the authority tree" : "",
                          organization.superior_id().empty() ? "" : ", below ", organization.superior_id(), ".");
    }
    case Event::kOrganizationMoved: {
      const auto& moved = event.organization_moved();
      return absl::StrCat("Organization ", moved.organization_id(), " moves from ",
                          moved.from_superior_id().empty() ? "the top" : moved.from_superior_id(), " to ",
                          moved.to_superior_id().empty() ? "the top" : moved.to_superior_id(), ".");
    }
    case Event::kOrganizationRetired:
      return absl::StrCat("Organization ", event.organization_retired().organization_id(), " is retired",
                          Because(event.organization_retired().why()), ".");
    case Event::kPolicyAdopted:
      return absl::StrCat("The policy \"", event.policy_adopted().policy().title(),
                          "\" holds for cases registered from now on.");
    case Event::kCalendarAdopted:
      return absl::StrCat("The calendar ", event.calendar_adopted().calendar().title(), " is adopted.");
    case Event::kLevelRaised:
      return absl::StrCat("Writers may use level ", event.level_raised().to_level(), " from now on.");
      WHISTLE_INTAKE_EVENT_CASES
      WHISTLE_RESPONSE_EVENT_CASES
      WHISTLE_COORDINATION_EVENT_CASES
      WHISTLE_ESCALATION_EVENT_CASES
    case Event::BODY_NOT_SET:
      break;
  }
  return "";
}

}  // namespace whistle::domain
