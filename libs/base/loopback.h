// Where a listener may listen: on loopback alone, because callers are not authenticated yet.
#ifndef WHISTLE_LIBS_BASE_LOOPBACK_H_
#define WHISTLE_LIBS_BASE_LOOPBACK_H_

#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"

namespace whistle::base {

// A checked loopback address: an IP literal and a port.
struct LoopbackAddress {
  // "127.0.0.1" or "::1"; never a name.
  std::string host;
  // 0 lets the system choose.
  int port = 0;

  // "127.0.0.1:7101", "[::1]:7101".
  std::string ToString() const;
};

// Takes 127.0.0.0/8, [::1] or localhost (which becomes 127.0.0.1, whatever the hosts file says), with a port. Anything
// else is INVALID_ARGUMENT and says why.
absl::StatusOr<LoopbackAddress> ParseLoopbackAddress(absl::string_view address);

// Why nobody could listen on `address` just now ("Address already in use"), by trying it; empty if it can be bound.
std::string WhyNotBindable(const LoopbackAddress& address);

}  // namespace whistle::base

#endif  // WHISTLE_LIBS_BASE_LOOPBACK_H_
