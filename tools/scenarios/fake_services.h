// Services that remember request ids and nothing else: what the runner and the registry's plan need of the real ones.
// Tests only.
#ifndef WHISTLE_TOOLS_SCENARIOS_FAKE_SERVICES_H_
#define WHISTLE_TOOLS_SCENARIOS_FAKE_SERVICES_H_

#include <cstdint>
#include <functional>
#include <map>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "absl/time/time.h"
#include "libs/base/time.h"
#include "libs/rpc/status_table.h"
#include "tools/whistlectl/client.h"
#include "whistle/common/v1/types.pb.h"
#include "whistle/operations/v1/service.pb.h"
#include "whistle/registry/v1/service.pb.h"
#include "whistle/timeline/v1/service.pb.h"

namespace whistle::scenarios {

class FakeServices final : public whistlectl::Client {
 public:
  // One command as it arrived, and the clock at that moment.
  struct Sent {
    std::string method;
    common::v1::CommandContext context;
    std::string request;
    absl::Time now;
  };

  absl::Status Call(const google::protobuf::MethodDescriptor& method, const google::protobuf::Message& request,
                    absl::string_view, google::protobuf::Message& response) override {
    ++calls;
    if (unavailable_calls > 0) {
      --unavailable_calls;
      return absl::UnavailableError("starting");
    }
    if (method.name() == "GetJournalStatus") {
      operations::v1::GetJournalStatusResponse status;
      status.set_clock_kind(virtual_clock ? journal::v1::CLOCK_KIND_VIRTUAL : journal::v1::CLOCK_KIND_REAL);
      *status.mutable_now() = base::ToProto(now);
      response.CopyFrom(status);
      return absl::OkStatus();
    }
    if (method.name() == "AdvanceClock") {
      operations::v1::AdvanceClockRequest advance;
      advance.CopyFrom(request);
      if (advance.has_to()) now = base::FromProto(advance.to());
      operations::v1::AdvanceClockResponse advanced;
      *advanced.mutable_now() = base::ToProto(now);
      advanced.set_fired_count(fired_each_time);
      response.CopyFrom(advanced);
      return absl::OkStatus();
    }
    if (method.name() == "GetHead") {
      timeline::v1::GetHeadResponse head;
      head.set_version(version);
      head.set_head("head");
      response.CopyFrom(head);
      return absl::OkStatus();
    }
    if (method.name() == "GetRegistry") {
      registry::v1::GetRegistryResponse in_force;
      *in_force.mutable_registry() = registry;
      response.CopyFrom(in_force);
      return absl::OkStatus();
    }
    return Command(method, request, response);
  }

  absl::Status Stream(const google::protobuf::MethodDescriptor&, const google::protobuf::Message&, absl::string_view,
                      google::protobuf::Message&, const std::function<bool()>&) override {
    return absl::UnimplementedError("no streams here");
  }

  bool virtual_clock = true;
  absl::Time now = absl::FromUnixSeconds(0);
  // Method → the refusal it gets.
  std::map<std::string, absl::Status> refusals;
  // The next calls that find nobody.
  int unavailable_calls = 0;
  uint64_t fired_each_time = 0;
  registry::v1::RegistryState registry;

  uint64_t version = 0;
  int calls = 0;
  std::vector<Sent> sent;
  std::map<std::string, common::v1::Receipt> receipts;

 private:
  absl::Status Command(const google::protobuf::MethodDescriptor& method, const google::protobuf::Message& request,
                       google::protobuf::Message& response) {
    const auto* field = request.GetDescriptor()->FindFieldByName("context");
    common::v1::CommandContext context;
    context.CopyFrom(request.GetReflection()->GetMessage(request, field));
    sent.push_back({method.name(), context, request.ShortDebugString(), now});
    if (const auto refusal = refusals.find(method.name()); refusal != refusals.end()) return refusal->second;
    const auto [entry, is_new] = receipts.try_emplace(context.request_id());
    common::v1::Receipt& receipt = entry->second;
    if (is_new) {
      receipt.set_version(++version);
      receipt.set_case_id(context.case_id().empty() ? absl::StrCat("id-of-", context.request_id()) : context.case_id());
      for (int i = 1; i <= 3; ++i) receipt.add_event_ids(absl::StrCat(version, ".", i));
      receipt.mutable_position()->set_offset(static_cast<int64_t>(version));
    }
    const auto* receipt_field = response.GetDescriptor()->FindFieldByName("receipt");
    response.GetReflection()->MutableMessage(&response, receipt_field)->CopyFrom(receipt);
    receipt.set_replayed(true);
    return absl::OkStatus();
  }
};

}  // namespace whistle::scenarios

#endif  // WHISTLE_TOOLS_SCENARIOS_FAKE_SERVICES_H_
