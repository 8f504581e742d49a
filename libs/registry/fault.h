// What is wrong with something of the registry's that a person wrote: a policy, a calendar.
#ifndef WHISTLE_LIBS_REGISTRY_FAULT_H_
#define WHISTLE_LIBS_REGISTRY_FAULT_H_

#include <cstddef>
#include <optional>
#include <string>

namespace whistle::registry {

struct Fault {
  // The field's path within it: "response.count", "years[3].days_off[2]".
  std::string field;
  std::string expected;
  std::string found;
};

// A text of 1 to `bytes_max` bytes is to stand there.
std::optional<Fault> FindTextFault(const std::string& text, size_t bytes_max, const std::string& path);

}  // namespace whistle::registry

#endif  // WHISTLE_LIBS_REGISTRY_FAULT_H_
