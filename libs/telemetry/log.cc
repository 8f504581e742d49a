#include "libs/telemetry/log.h"

#include <spdlog/logger.h>
#include <spdlog/sinks/ostream_sink.h>
#include <spdlog/sinks/stdout_sinks.h>

#include <algorithm>
#include <cmath>
#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"

namespace whistle::telemetry {
namespace {

spdlog::level::level_enum ToSpdlog(LogLevel level) {
  switch (level) {
    case LogLevel::kDebug:
      return spdlog::level::debug;
    case LogLevel::kInfo:
      return spdlog::level::info;
    case LogLevel::kWarning:
      return spdlog::level::warn;
    case LogLevel::kError:
      return spdlog::level::err;
  }
  return spdlog::level::info;
}

absl::string_view LevelText(LogLevel level) {
  switch (level) {
    case LogLevel::kDebug:
      return "debug";
    case LogLevel::kInfo:
      return "info";
    case LogLevel::kWarning:
      return "warning";
    case LogLevel::kError:
      return "error";
  }
  return "info";
}

// Cut at a code point's border.
std::string Truncated(absl::string_view text) {
  if (text.size() <= kLogValueBytesMax) return std::string(text);
  size_t end = kLogValueBytesMax;
  while (end > 0 && (static_cast<uint8_t>(text[end]) & 0xC0) == 0x80) --end;
  return absl::StrCat(text.substr(0, end), "…");
}

// The inside of a JSON string, which logfmt's readers take too. Everything outside printable ASCII and UTF-8's bytes is
// escaped, so that no value can begin a line of its own or steer a terminal.
std::string Escaped(absl::string_view text) {
  std::string out;
  for (const char c : text) {
    const auto byte = static_cast<uint8_t>(c);
    if (c == '"' || c == '\\') {
      out += '\\';
      out += c;
    } else if (c == '\n') {
      out += "\\n";
    } else if (byte < 0x20 || byte == 0x7F) {
      absl::StrAppendFormat(&out, "\\u%04x", byte);
    } else {
      out += c;
    }
  }
  return out;
}

// logfmt leaves a plain word bare.
bool IsBare(absl::string_view text) {
  return !text.empty() && std::all_of(text.begin(), text.end(), [](char c) {
    return absl::ascii_isalnum(c) || absl::string_view("-_.:/+@[]").find(c) != absl::string_view::npos;
  });
}

std::string DoubleText(double value) { return absl::StrFormat("%.6g", value); }

class Line {
 public:
  explicit Line(LogFormat format) : json_(format == LogFormat::kJson), out_(json_ ? "{" : "") {}

  void Text(absl::string_view name, absl::string_view raw) {
    const std::string value = Truncated(raw);
    if (!json_ && IsBare(value)) return Raw(name, value);
    Raw(name, absl::StrCat("\"", Escaped(value), "\""));
  }

  void Raw(absl::string_view name, absl::string_view value) {
    const bool first = out_.size() == (json_ ? 1 : 0);
    if (json_) {
      absl::StrAppend(&out_, first ? "" : ",", "\"", name, "\":", value);
    } else {
      absl::StrAppend(&out_, first ? "" : " ", name, "=", value);
    }
  }

  void Number(absl::string_view name, double value) {
    // JSON has no word for these.
    if (!std::isfinite(value)) return Text(name, DoubleText(value));
    Raw(name, DoubleText(value));
  }

  std::string Take() && {
    if (json_) out_ += '}';
    return std::move(out_);
  }

 private:
  const bool json_;
  std::string out_;
};

std::string StampText(absl::Time time) { return absl::FormatTime("%Y-%m-%d%ET%H:%M:%E3SZ", time, absl::UTCTimeZone()); }

}  // namespace

absl::StatusOr<LogLevel> LogLevelFromText(absl::string_view text) {
  for (const LogLevel level : {LogLevel::kDebug, LogLevel::kInfo, LogLevel::kWarning, LogLevel::kError}) {
    if (text == LevelText(level)) return level;
  }
  return absl::InvalidArgumentError("the log level must be debug, info, warning or error");
}

absl::StatusOr<LogFormat> LogFormatFromText(absl::string_view text) {
  if (text == "logfmt") return LogFormat::kLogfmt;
  if (text == "json") return LogFormat::kJson;
  return absl::InvalidArgumentError("the log format must be logfmt or json");
}

LogField::LogField(LogName name, absl::Time value) : name_(name), value_(StampText(value)) {}

LogField::LogField(LogName name, const absl::Status& value)
    : name_(name), value_(value.ToString(absl::StatusToStringMode::kWithNoExtraData)) {}

Logger::Logger(const LogOptions& options) : service_(options.service), format_(options.format), clock_(options.clock) {
  std::shared_ptr<spdlog::sinks::sink> sink;
  if (options.stream != nullptr) {
    sink = std::make_shared<spdlog::sinks::ostream_sink_mt>(*options.stream, /*force_flush=*/true);
  } else {
    sink = std::make_shared<spdlog::sinks::stderr_sink_mt>();
  }
  sink_ = std::make_shared<spdlog::logger>("whistle", std::move(sink));
  sink_->set_pattern("%v");
  sink_->set_level(ToSpdlog(options.level));
  sink_->flush_on(spdlog::level::warn);
}

Logger Logger::ForService(absl::string_view service) const {
  Logger out = *this;
  out.service_ = std::string(service);
  return out;
}

void Logger::Write(LogLevel level, LogName event, std::initializer_list<LogField> fields) const {
  if (!sink_->should_log(ToSpdlog(level))) return;
  Line line(format_);
  line.Text("ts", StampText(clock_ != nullptr ? clock_->Now() : absl::Now()));
  line.Text("level", LevelText(level));
  line.Text("service", service_);
  line.Text("msg", event.text());
  for (const LogField& field : fields) {
    const absl::string_view name = field.name_.text();
    if (const auto* i = std::get_if<int64_t>(&field.value_)) {
      line.Raw(name, absl::StrCat(*i));
    } else if (const auto* u = std::get_if<uint64_t>(&field.value_)) {
      line.Raw(name, absl::StrCat(*u));
    } else if (const auto* d = std::get_if<double>(&field.value_)) {
      line.Number(name, *d);
    } else if (const auto* b = std::get_if<bool>(&field.value_)) {
      line.Raw(name, *b ? "true" : "false");
    } else if (const auto* view = std::get_if<absl::string_view>(&field.value_)) {
      line.Text(name, *view);
    } else {
      line.Text(name, std::get<std::string>(field.value_));
    }
  }
  const std::string text = std::move(line).Take();
  sink_->log(ToSpdlog(level), spdlog::string_view_t(text.data(), text.size()));
}

}  // namespace whistle::telemetry
