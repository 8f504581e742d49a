#include "tools/whistlectl/methods.h"

#include <algorithm>
#include <numeric>
#include <string>

#include "absl/status/status.h"
#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_split.h"

namespace whistle::whistlectl {
namespace {

using google::protobuf::DescriptorPool;
using google::protobuf::MethodDescriptor;
using google::protobuf::ServiceDescriptor;

// Areas of the contracts that have a service, and its name there.
struct Area {
  const char* name;
  const char* service;
};
constexpr Area kAreas[] = {
    {"intake", "whistle.intake.v1.IntakeService"},
    {"response", "whistle.response.v1.ResponseService"},
    {"coordination", "whistle.coordination.v1.CoordinationService"},
    {"escalation", "whistle.escalation.v1.EscalationService"},
    {"registry", "whistle.registry.v1.RegistryService"},
    {"timeline", "whistle.timeline.v1.TimelineService"},
    {"operations", "whistle.operations.v1.OperationsService"},
};

size_t EditDistance(absl::string_view a, absl::string_view b) {
  std::vector<size_t> row(b.size() + 1);
  std::iota(row.begin(), row.end(), 0);
  for (size_t i = 0; i < a.size(); ++i) {
    size_t diagonal = row[0];
    row[0] = i + 1;
    for (size_t j = 0; j < b.size(); ++j) {
      const size_t replaced = diagonal + (absl::ascii_tolower(a[i]) == absl::ascii_tolower(b[j]) ? 0 : 1);
      diagonal = row[j + 1];
      row[j + 1] = std::min({row[j + 1] + 1, row[j] + 1, replaced});
    }
  }
  return row[b.size()];
}

}  // namespace

std::string Nearest(absl::string_view word, const std::vector<std::string>& candidates) {
  // Half the word wrong is another word.
  size_t best_distance = word.size() / 2 + 1;
  std::string best;
  for (const std::string& candidate : candidates) {
    const size_t distance = EditDistance(word, candidate);
    if (distance < best_distance) {
      best_distance = distance;
      best = candidate;
    }
  }
  return best;
}

std::vector<const ServiceDescriptor*> AllServices() {
  std::vector<const ServiceDescriptor*> services;
  for (const Area& area : kAreas) {
    const ServiceDescriptor* service = DescriptorPool::generated_pool()->FindServiceByName(area.service);
    if (service != nullptr) services.push_back(service);
  }
  return services;
}

absl::StatusOr<const MethodDescriptor*> FindMethod(absl::string_view name) {
  const bool is_long = absl::StrContains(name, "/");
  const std::vector<std::string> parts = absl::StrSplit(name, absl::MaxSplits(is_long ? '/' : '.', 1));
  if (parts.size() != 2 || parts[0].empty() || parts[1].empty()) {
    return absl::InvalidArgumentError(absl::StrCat("\"", name,
                                                   "\" is not a method: expected intake.RecordContact or "
                                                   "whistle.intake.v1.IntakeService/RecordContact"));
  }
  const ServiceDescriptor* service = nullptr;
  std::vector<std::string> known;
  for (const ServiceDescriptor* each : AllServices()) {
    const std::vector<std::string> package = absl::StrSplit(each->file()->package(), '.');
    const std::string own = is_long ? each->full_name() : package[1];
    known.push_back(own);
    if (own == parts[0]) service = each;
  }
  if (service == nullptr) {
    return absl::NotFoundError(
        absl::StrCat("there is no service \"", parts[0], "\"; there are: ", absl::StrJoin(known, ", ")));
  }
  if (const MethodDescriptor* method = service->FindMethodByName(parts[1])) return method;
  std::vector<std::string> methods;
  for (int i = 0; i < service->method_count(); ++i) methods.push_back(service->method(i)->name());
  const std::string near = Nearest(parts[1], methods);
  return absl::NotFoundError(absl::StrCat(service->full_name(), " has no method \"", parts[1], "\"",
                                          near.empty() ? absl::StrCat("; it has: ", absl::StrJoin(methods, ", "))
                                                       : absl::StrCat("; did you mean ", near, "?")));
}

std::unique_ptr<google::protobuf::Message> NewMessage(const google::protobuf::Descriptor& type) {
  return std::unique_ptr<google::protobuf::Message>(
      google::protobuf::MessageFactory::generated_factory()->GetPrototype(&type)->New());
}

bool IsCommand(const MethodDescriptor& method) {
  const google::protobuf::FieldDescriptor* context = method.input_type()->FindFieldByName("context");
  return context != nullptr && context->message_type() != nullptr &&
         context->message_type()->full_name() == "whistle.common.v1.CommandContext";
}

}  // namespace whistle::whistlectl
