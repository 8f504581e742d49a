// The vocabulary of events that this build knows. (DESIGN: Journal, frozen envelope.)
#ifndef WHISTLE_LIBS_DOMAIN_LEVEL_H_
#define WHISTLE_LIBS_DOMAIN_LEVEL_H_

#include <cstdint>

namespace whistle::domain {

// The first vocabulary; in force until the first LevelRaised.
inline constexpr uint32_t kLevelFirst = 1;
// The last that this build can read and write. Raised with the build that brings new events or fields; a registry
// decision switches writers over once every reader was upgraded.
inline constexpr uint32_t kLevelMax = 1;

static_assert(kLevelFirst <= kLevelMax);

}  // namespace whistle::domain

#endif  // WHISTLE_LIBS_DOMAIN_LEVEL_H_
