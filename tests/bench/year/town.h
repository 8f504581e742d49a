// The organizations of the year: one town, from its street up to the nation.
#ifndef WHISTLE_TESTS_BENCH_YEAR_TOWN_H_
#define WHISTLE_TESTS_BENCH_YEAR_TOWN_H_

#include <vector>

#include "whistle/registry/v1/organization.pb.h"

namespace whistle::year {

// Handles every case.
inline constexpr char kStreet[] = "street";
inline constexpr char kDistrict[] = "district";
inline constexpr char kCity[] = "city";
inline constexpr char kProvince[] = "province";
inline constexpr char kNation[] = "nation";
// Are asked, called and written to.
inline constexpr char kWater[] = "water-bureau";
inline constexpr char kRoads[] = "roads-bureau";

// Superiors before those below them.
inline std::vector<registry::v1::Organization> TownOrganizations() {
  std::vector<registry::v1::Organization> organizations;
  const auto add = [&](const char* id, const char* name, registry::v1::OrganizationLevel level,
                       registry::v1::OrganizationKind kind, const char* superior_id) {
    registry::v1::Organization& organization = organizations.emplace_back();
    organization.set_organization_id(id);
    organization.set_name(name);
    organization.set_level(level);
    organization.set_kind(kind);
    organization.set_superior_id(superior_id);
  };
  using registry::v1::ORGANIZATION_KIND_DEPARTMENT;
  using registry::v1::ORGANIZATION_KIND_GOVERNMENT;
  using registry::v1::ORGANIZATION_KIND_GRASSROOTS;
  add(kNation, "State Council", registry::v1::ORGANIZATION_LEVEL_NATION, ORGANIZATION_KIND_GOVERNMENT, "");
  add(kProvince, "Province", registry::v1::ORGANIZATION_LEVEL_PROVINCE, ORGANIZATION_KIND_GOVERNMENT, kNation);
  add(kCity, "City", registry::v1::ORGANIZATION_LEVEL_CITY, ORGANIZATION_KIND_GOVERNMENT, kProvince);
  add(kDistrict, "District", registry::v1::ORGANIZATION_LEVEL_DISTRICT, ORGANIZATION_KIND_GOVERNMENT, kCity);
  add(kStreet, "Street Office", registry::v1::ORGANIZATION_LEVEL_STREET, ORGANIZATION_KIND_GRASSROOTS, kDistrict);
  add(kWater, "Water Bureau", registry::v1::ORGANIZATION_LEVEL_DISTRICT, ORGANIZATION_KIND_DEPARTMENT, kDistrict);
  add(kRoads, "Roads Bureau", registry::v1::ORGANIZATION_LEVEL_DISTRICT, ORGANIZATION_KIND_DEPARTMENT, kDistrict);
  return organizations;
}

}  // namespace whistle::year

#endif  // WHISTLE_TESTS_BENCH_YEAR_TOWN_H_
