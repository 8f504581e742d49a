#include "libs/base/loopback.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>

#include "absl/status/status.h"
#include "absl/strings/ascii.h"
#include "absl/strings/escaping.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"

namespace whistle::base {
namespace {

bool IsLoopbackV4(const std::string& host) {
  in_addr address{};
  return inet_pton(AF_INET, host.c_str(), &address) == 1 && (ntohl(address.s_addr) >> 24) == 127;
}

bool IsLoopbackV6(const std::string& host) {
  in6_addr address{};
  return inet_pton(AF_INET6, host.c_str(), &address) == 1 && IN6_IS_ADDR_LOOPBACK(&address);
}

bool IsPort(absl::string_view text, int* port) {
  return !text.empty() && text.size() <= 5 && std::all_of(text.begin(), text.end(), absl::ascii_isdigit) &&
         absl::SimpleAtoi(text, port) && *port <= 65535;
}

}  // namespace

std::string LoopbackAddress::ToString() const {
  const bool v6 = host.find(':') != std::string::npos;
  return v6 ? absl::StrCat("[", host, "]:", port) : absl::StrCat(host, ":", port);
}

absl::StatusOr<LoopbackAddress> ParseLoopbackAddress(absl::string_view address) {
  const auto refuse = [&](absl::string_view why) {
    return absl::InvalidArgumentError(
        absl::StrCat("cannot listen on \"", absl::CHexEscape(address.substr(0, 100)), "\": ", why,
                     "; expected a loopback address such as 127.0.0.1:7101 or [::1]:7101"));
  };
  const size_t colon = address.rfind(':');
  if (colon == absl::string_view::npos) return refuse("it has no port");
  LoopbackAddress out;
  if (!IsPort(address.substr(colon + 1), &out.port)) return refuse("the port must be a number from 0 to 65535");
  const absl::string_view host = address.substr(0, colon);
  if (host == "localhost") {
    out.host = "127.0.0.1";
    return out;
  }
  const bool bracketed = host.size() >= 2 && host.front() == '[' && host.back() == ']';
  out.host = std::string(bracketed ? host.substr(1, host.size() - 2) : host);
  if (bracketed ? IsLoopbackV6(out.host) : IsLoopbackV4(out.host)) return out;
  return refuse("callers are not authenticated yet, so only loopback (127.0.0.0/8, [::1], localhost) is allowed");
}

std::string WhyNotBindable(const LoopbackAddress& address) {
  const bool v6 = address.host.find(':') != std::string::npos;
  const int fd = socket(v6 ? AF_INET6 : AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  if (fd < 0) return std::strerror(errno);
  const int yes = 1;
  setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &yes, sizeof(yes));
  int result = 0;
  if (v6) {
    sockaddr_in6 target{};
    target.sin6_family = AF_INET6;
    target.sin6_port = htons(static_cast<uint16_t>(address.port));
    inet_pton(AF_INET6, address.host.c_str(), &target.sin6_addr);
    result = bind(fd, reinterpret_cast<sockaddr*>(&target), sizeof(target));
  } else {
    sockaddr_in target{};
    target.sin_family = AF_INET;
    target.sin_port = htons(static_cast<uint16_t>(address.port));
    inet_pton(AF_INET, address.host.c_str(), &target.sin_addr);
    result = bind(fd, reinterpret_cast<sockaddr*>(&target), sizeof(target));
  }
  // With SO_REUSEADDR a bind next to a listening socket is refused by listen at the latest.
  if (result == 0) result = listen(fd, 1);
  const int error = errno;
  close(fd);
  return result == 0 ? "" : std::strerror(error);
}

}  // namespace whistle::base
