// How much one registry may hold.
#ifndef WHISTLE_SERVICES_REGISTRY_LIMITS_H_
#define WHISTLE_SERVICES_REGISTRY_LIMITS_H_

namespace whistle::registry_chain {

// Retired ones included, for they stay in the record. A province with its cities, districts, streets and communities
// has some ten thousand; every service keeps all of them in memory (about 150 bytes each) and copies them on each
// change.
inline constexpr int kOrganizationsMax = 20000;

// The authority tree has six levels; departments within departments and branches of branches make it deeper. Every
// OrganizationRef in every event carries its path, so a path must stay short.
inline constexpr int kDepthMax = 16;

}  // namespace whistle::registry_chain

#endif  // WHISTLE_SERVICES_REGISTRY_LIMITS_H_
