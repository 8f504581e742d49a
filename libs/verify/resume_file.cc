#include "libs/verify/resume_file.h"

#include <cstdio>
#include <filesystem>
#include <fstream>
#include <sstream>
#include <system_error>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "libs/base/hash.h"

namespace whistle::verify {
namespace {

// Before the message: what the file is, and the SHA-256 of the message.
constexpr absl::string_view kMagic = "whistle-verify 1\n";

}  // namespace

absl::StatusOr<std::optional<v1::Progress>> ReadResumeFile(const std::string& path) {
  std::error_code error;
  if (!std::filesystem::exists(path, error)) return std::nullopt;
  std::ifstream in(path, std::ios::binary);
  // Not by iterators: they throw what they meet, on a folder for one.
  std::ostringstream read;
  read << in.rdbuf();
  const std::string text = read.str();
  const auto refuse = [&](absl::string_view what) {
    return absl::FailedPreconditionError(
        absl::StrCat(path, " ", what, "; name another file, or remove it to begin anew"));
  };
  if (in.bad() || read.bad() || !absl::StartsWith(text, kMagic)) return refuse("is no check's resume file");
  const absl::string_view rest = absl::string_view(text).substr(kMagic.size());
  if (rest.size() < base::Digest::kSize) return refuse("is cut short");
  const absl::string_view body = rest.substr(base::Digest::kSize);
  v1::Progress progress;
  if (base::Sha256(body).bytes() != rest.substr(0, base::Digest::kSize) ||
      !progress.ParseFromArray(body.data(), static_cast<int>(body.size()))) {
    return refuse("is damaged");
  }
  if (progress.version() != kResumeVersion) {
    return refuse(absl::StrCat("is of version ", progress.version(), ", and this program's is ", kResumeVersion));
  }
  return progress;
}

absl::Status WriteResumeFile(const std::string& path, const v1::Progress& progress) {
  const std::string body = progress.SerializeAsString();
  const std::string next = absl::StrCat(path, ".new");
  {
    std::ofstream out(next, std::ios::binary | std::ios::trunc);
    out << kMagic << base::Sha256(body).bytes() << body;
    out.close();
    if (!out) return absl::UnavailableError(absl::StrCat("--resume-file: ", next, " could not be written"));
  }
  std::error_code error;
  std::filesystem::rename(next, path, error);
  if (error) return absl::UnavailableError(absl::StrCat("--resume-file: ", path, ": ", error.message()));
  return absl::OkStatus();
}

}  // namespace whistle::verify
