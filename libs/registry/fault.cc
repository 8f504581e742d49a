#include "libs/registry/fault.h"

#include <utility>

#include "absl/strings/str_cat.h"
#include "libs/base/text.h"

namespace whistle::registry {

std::optional<Fault> FindTextFault(const std::string& text, size_t bytes_max, const std::string& path) {
  const auto fault = [&](std::string found) {
    return Fault{path, absl::StrCat("a text of 1 to ", bytes_max, " bytes"), std::move(found)};
  };
  if (text.empty()) return fault("nothing");
  if (text.size() > bytes_max) return fault(absl::StrCat(text.size(), " bytes"));
  const absl::Status status = base::CheckText(text, "one", {.bytes_max = bytes_max});
  if (status.ok()) return std::nullopt;
  return fault(std::string(status.message()));
}

}  // namespace whistle::registry
