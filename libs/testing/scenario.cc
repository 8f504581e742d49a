#include "libs/testing/scenario.h"

namespace whistle::testing {

common::v1::Actor Petitioner(absl::string_view petitioner_id) {
  common::v1::Actor actor;
  actor.set_kind(common::v1::ACTOR_KIND_PETITIONER);
  actor.set_petitioner_id(std::string(petitioner_id));
  return actor;
}

common::v1::Actor Organization(absl::string_view organization_id, absl::string_view office) {
  common::v1::Actor actor;
  actor.set_kind(common::v1::ACTOR_KIND_ORGANIZATION);
  actor.set_organization_id(std::string(organization_id));
  actor.set_office(std::string(office));
  return actor;
}

common::v1::Actor Agenda() {
  common::v1::Actor actor;
  actor.set_kind(common::v1::ACTOR_KIND_AGENDA);
  return actor;
}

}  // namespace whistle::testing
