#include "libs/telemetry/metrics_server.h"

#include <arpa/inet.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <string>

#include "absl/strings/str_cat.h"

namespace whistle::telemetry {
namespace {

using ::testing::EndsWith;
using ::testing::HasSubstr;
using ::testing::StartsWith;

// A request by hand, so that what is tested is what is on the wire. Empty when nobody listens.
std::string Get(int port, const std::string& path) {
  const int fd = socket(AF_INET, SOCK_STREAM, 0);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(static_cast<uint16_t>(port));
  inet_pton(AF_INET, "127.0.0.1", &address.sin_addr);
  std::string answer;
  if (connect(fd, reinterpret_cast<sockaddr*>(&address), sizeof(address)) == 0) {
    const std::string request = absl::StrCat("GET ", path, " HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n");
    EXPECT_EQ(send(fd, request.data(), request.size(), 0), static_cast<ssize_t>(request.size()));
    char buffer[4096];
    for (ssize_t n = 0; (n = recv(fd, buffer, sizeof(buffer), 0)) > 0;) answer.append(buffer, static_cast<size_t>(n));
  }
  close(fd);
  return answer;
}

TEST(MetricsServer, ServesTheRegistryAsPrometheusText) {
  Registry registry;
  registry.Counters("whistle_x_total", "X.").With({}).Add(5);
  auto server = MetricsServer::Start("127.0.0.1:0", &registry, nullptr);
  ASSERT_TRUE(server.ok()) << server.status();
  const std::string answer = Get((*server)->bound_port(), "/metrics");
  EXPECT_THAT(answer, StartsWith("HTTP/1.1 200"));
  EXPECT_THAT(answer, HasSubstr("text/plain; version=0.0.4"));
  EXPECT_THAT(answer, EndsWith("whistle_x_total 5\n"));
}

TEST(MetricsServer, SaysHealthyOrWhyNot) {
  Registry registry;
  absl::Status health;
  auto server = MetricsServer::Start("127.0.0.1:0", &registry, [&] { return health; });
  ASSERT_TRUE(server.ok()) << server.status();
  EXPECT_THAT(Get((*server)->bound_port(), "/healthz"), StartsWith("HTTP/1.1 200"));
  health = absl::DataLossError("partition 3 diverged");
  const std::string answer = Get((*server)->bound_port(), "/healthz");
  EXPECT_THAT(answer, StartsWith("HTTP/1.1 503"));
  EXPECT_THAT(answer, HasSubstr("partition 3 diverged"));
}

TEST(MetricsServer, AnyOtherPathIsNotFound) {
  Registry registry;
  auto server = MetricsServer::Start("127.0.0.1:0", &registry, nullptr);
  ASSERT_TRUE(server.ok()) << server.status();
  EXPECT_THAT(Get((*server)->bound_port(), "/etc/passwd"), StartsWith("HTTP/1.1 404"));
}

TEST(MetricsServer, APortInUseIsRefusedNamingTheAddress) {
  Registry registry;
  auto first = MetricsServer::Start("127.0.0.1:0", &registry, nullptr);
  ASSERT_TRUE(first.ok()) << first.status();
  const std::string address = absl::StrCat("127.0.0.1:", (*first)->bound_port());
  const auto second = MetricsServer::Start(address, &registry, nullptr);
  EXPECT_EQ(second.status().code(), absl::StatusCode::kUnavailable);
  EXPECT_THAT(std::string(second.status().message()), HasSubstr(address));
  EXPECT_THAT(std::string(second.status().message()), HasSubstr("in use"));
}

TEST(MetricsServer, OnlyLoopbackIsAllowed) {
  Registry registry;
  EXPECT_EQ(MetricsServer::Start("0.0.0.0:0", &registry, nullptr).status().code(), absl::StatusCode::kInvalidArgument);
}

TEST(MetricsServer, StoppedTwiceItAnswersNobodyAndItsPortIsFree) {
  Registry registry;
  auto server = MetricsServer::Start("127.0.0.1:0", &registry, nullptr);
  ASSERT_TRUE(server.ok()) << server.status();
  const int port = (*server)->bound_port();
  (*server)->Stop();
  (*server)->Stop();
  EXPECT_EQ(Get(port, "/metrics"), "");
  EXPECT_TRUE(MetricsServer::Start(absl::StrCat("127.0.0.1:", port), &registry, nullptr).ok());
}

}  // namespace
}  // namespace whistle::telemetry
