#include "libs/rpc/stream_writer.h"

#include "absl/strings/str_cat.h"

namespace whistle::rpc::internal {

absl::Status SlowConsumer(absl::string_view resume_from) {
  common::v1::RejectionDetail detail;
  detail.set_kind(common::v1::REJECTION_KIND_LIMIT);
  detail.set_reason("slow_consumer");
  detail.set_actual(std::string(resume_from));
  return Refused(detail, absl::StrCat("slow consumer: resume from ", resume_from));
}

absl::Status StreamStopping() {
  return absl::UnavailableError(
      "this service is stopping; resume after the last message received, at another instance");
}

}  // namespace whistle::rpc::internal
