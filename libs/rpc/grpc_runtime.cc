#include "libs/rpc/grpc_runtime.h"

#include <grpc/grpc.h>
#include <grpc/support/log.h>

#include <atomic>

#include "absl/base/call_once.h"
#include "absl/strings/string_view.h"
#include "google/protobuf/stubs/logging.h"

namespace whistle::rpc {
namespace {

// The libraries' hooks are plain functions without an argument of ours.
std::atomic<const telemetry::Logger*> library_logger{nullptr};

absl::string_view FileName(absl::string_view path) {
  const size_t slash = path.rfind('/');
  return slash == absl::string_view::npos ? path : path.substr(slash + 1);
}

void Write(telemetry::LogName event, bool error, const char* file, int line, absl::string_view text) {
  const telemetry::Logger* logger = library_logger.load(std::memory_order_acquire);
  if (logger == nullptr) return;
  const auto write = error ? &telemetry::Logger::Error : &telemetry::Logger::Debug;
  (logger->*write)(event, {{"file", FileName(file)}, {"line", line}, {"text", text}});
}

void OnGrpcLog(gpr_log_func_args* args) {
  Write("grpc", args->severity == GPR_LOG_SEVERITY_ERROR, args->file, args->line, args->message);
}

void OnProtobufLog(google::protobuf::LogLevel level, const char* file, int line, const std::string& text) {
  // A request that is not UTF-8 is the client's mistake and has its answer; only what protobuf itself cannot survive is
  // an error here.
  Write("protobuf", level == google::protobuf::LOGLEVEL_FATAL, file, line, text);
}

}  // namespace

void KeepGrpcRunning() {
  static absl::once_flag once;
  absl::call_once(once, [] { grpc_init(); });
}

void SendLibraryLogsTo(const telemetry::Logger* logger) {
  // Before gRPC has started it has not decided what it logs, and logs nothing.
  KeepGrpcRunning();
  library_logger.store(logger, std::memory_order_release);
  gpr_set_log_function(&OnGrpcLog);
  google::protobuf::SetLogHandler(&OnProtobufLog);
}

}  // namespace whistle::rpc
