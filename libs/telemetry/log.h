// Structured logs: one line an event, made of a name and typed fields.
//
//   Logger log(LogOptions{.service = "intake"});
//   log.Info("case_registered", {{"case_id", id}, {"version", 1}, {"took_ms", 12.5}});
//     ts=2026-01-02T03:04:05.678Z level=info service=intake msg=case_registered case_id=c-1 version=1 took_ms=12.5
//
// Nothing that a petitioner, a department or a client wrote as free text is ever logged: the journal is where it is
// kept and who may read it is decided there. Log ids, positions, counts, durations, states, and the reason word of a
// rejection. Names of events and fields are literals, checked when compiled, so that no text can get in by that door; a
// status is logged by its code and message, and messages in Whistle name fields and never quote them.
//
// A Logger is a cheap handle passed down from main (no global). Any thread; a line is never torn.
#ifndef WHISTLE_LIBS_TELEMETRY_LOG_H_
#define WHISTLE_LIBS_TELEMETRY_LOG_H_

#include <cstdint>
#include <initializer_list>
#include <iosfwd>
#include <memory>
#include <string>
#include <type_traits>
#include <variant>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "libs/base/clock.h"

namespace spdlog {
class logger;
}

namespace whistle::telemetry {

// The longest value of a field; what is longer is cut there and ends in "…".
inline constexpr size_t kLogValueBytesMax = 512;

enum class LogLevel { kDebug, kInfo, kWarning, kError };
enum class LogFormat { kLogfmt, kJson };

// "debug", "info", "warning", "error"; "logfmt", "json": the values of the flags. INVALID_ARGUMENT lists them.
absl::StatusOr<LogLevel> LogLevelFromText(absl::string_view text);
absl::StatusOr<LogFormat> LogFormatFromText(absl::string_view text);

// The name of an event or a field: a literal of [a-z0-9_] that begins with a letter; anything else does not compile.
class LogName {
 public:
  template <size_t kSize>
  consteval LogName(const char (&literal)[kSize]) : text_(literal), size_(kSize - 1) {  // NOLINT: implicit on purpose
    if (size_ == 0 || literal[0] < 'a' || literal[0] > 'z') throw "a log name begins with a lower-case letter";
    for (size_t i = 0; i < size_; ++i) {
      const char c = literal[i];
      if (!((c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_')) throw "a log name consists of [a-z0-9_]";
    }
  }

  absl::string_view text() const { return {text_, size_}; }

 private:
  const char* text_;
  size_t size_;
};

// One field; refers to what it was made from and lives no longer than the call it is written in.
class LogField {
 public:
  template <typename Int, std::enable_if_t<std::is_integral_v<Int> && !std::is_same_v<Int, bool>, int> = 0>
  LogField(LogName name, Int value) : name_(name) {
    if constexpr (std::is_signed_v<Int>) {
      value_ = static_cast<int64_t>(value);
    } else {
      value_ = static_cast<uint64_t>(value);
    }
  }
  LogField(LogName name, bool value) : name_(name), value_(value) {}
  LogField(LogName name, double value) : name_(name), value_(value) {}
  // An id or a word of ours; never text from a case.
  LogField(LogName name, absl::string_view value) : name_(name), value_(value) {}
  LogField(LogName name, const std::string& value) : name_(name), value_(absl::string_view(value)) {}
  LogField(LogName name, const char* value) : name_(name), value_(absl::string_view(value)) {}
  LogField(LogName name, absl::Time value);
  // In milliseconds, as a number; name it "…_ms".
  LogField(LogName name, absl::Duration value) : name_(name), value_(absl::ToDoubleMilliseconds(value)) {}
  LogField(LogName name, const absl::Status& value);

 private:
  friend class Logger;

  LogName name_;
  std::variant<int64_t, uint64_t, double, bool, absl::string_view, std::string> value_;
};

struct LogOptions {
  // On every line.
  std::string service;
  LogLevel level = LogLevel::kInfo;
  LogFormat format = LogFormat::kLogfmt;
  // Where lines go; nullptr is standard error. Must outlive every copy of the logger.
  std::ostream* stream = nullptr;
  // What stamps the lines; nullptr is the machine's clock. Never the virtual clock of a journal: a log tells when the
  // process did what.
  const base::Clock* clock = nullptr;
};

class Logger {
 public:
  explicit Logger(const LogOptions& options);

  // The same lines to the same place under another service's name.
  Logger ForService(absl::string_view service) const;

  void Debug(LogName event, std::initializer_list<LogField> fields = {}) const {
    Write(LogLevel::kDebug, event, fields);
  }
  void Info(LogName event, std::initializer_list<LogField> fields = {}) const { Write(LogLevel::kInfo, event, fields); }
  void Warning(LogName event, std::initializer_list<LogField> fields = {}) const {
    Write(LogLevel::kWarning, event, fields);
  }
  void Error(LogName event, std::initializer_list<LogField> fields = {}) const {
    Write(LogLevel::kError, event, fields);
  }

 private:
  void Write(LogLevel level, LogName event, std::initializer_list<LogField> fields) const;

  std::string service_;
  LogFormat format_;
  const base::Clock* clock_;
  std::shared_ptr<spdlog::logger> sink_;
};

}  // namespace whistle::telemetry

#endif  // WHISTLE_LIBS_TELEMETRY_LOG_H_
