#include "libs/rpc/grpc_runtime.h"

#include <gmock/gmock.h>
#include <grpc/support/log.h>
#include <gtest/gtest.h>

#include <sstream>

#include "libs/rpc/testing/echo.pb.h"

namespace whistle::rpc {
namespace {

using ::testing::HasSubstr;

// The libraries keep the hook for the rest of the process, so what it writes to has to stay.
std::ostringstream& Written() {
  static auto* const stream = new std::ostringstream();
  return *stream;
}

TEST(LibraryLogs, GoThroughTheLoggerWithNothingFromTheMessageInThem) {
  static const auto* const logger =
      new telemetry::Logger({.service = "intake", .level = telemetry::LogLevel::kDebug, .stream = &Written()});
  SendLibraryLogsTo(logger);
  gpr_log("/src/core/server.cc", 7, GPR_LOG_SEVERITY_ERROR, "no %s", "address");
  EXPECT_THAT(Written().str(),
              HasSubstr("level=error service=intake msg=grpc file=server.cc line=7 text=\"no address\"\n"));
  testing::EchoRequest request;
  EXPECT_FALSE(request.ParseFromString("\x0a\x07secret\xC3"));
  EXPECT_THAT(Written().str(), HasSubstr("level=debug service=intake msg=protobuf"));
  EXPECT_THAT(Written().str(), HasSubstr("EchoRequest.text"));
  EXPECT_THAT(Written().str(), ::testing::Not(HasSubstr("secret")));
  SendLibraryLogsTo(nullptr);
}

}  // namespace
}  // namespace whistle::rpc
