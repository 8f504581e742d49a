#include "tests/contracts/contracts.h"

#include <google/protobuf/descriptor.pb.h>

#include <algorithm>
#include <fstream>

#include "absl/strings/match.h"
#include "absl/strings/str_split.h"
#include "libs/base/check.h"

namespace whistle::contracts {
namespace {

using google::protobuf::Descriptor;
using google::protobuf::FieldDescriptor;
using google::protobuf::FileDescriptor;
using google::protobuf::MethodDescriptor;

void AddNested(const Descriptor* message, std::vector<const Descriptor*>& to) {
  to.push_back(message);
  for (int i = 0; i < message->nested_type_count(); ++i) AddNested(message->nested_type(i), to);
}

}  // namespace

Contracts::Contracts() {
  std::ifstream in(WHISTLE_CONTRACTS, std::ios::binary);
  google::protobuf::FileDescriptorSet set;
  WHISTLE_CHECK(set.ParseFromIstream(&in), "cannot read " WHISTLE_CONTRACTS);
  // protoc writes a file behind everything that it imports.
  for (const auto& proto : set.file()) {
    const FileDescriptor* file = pool_.BuildFile(proto);
    WHISTLE_CHECK(file != nullptr, proto.name());
    if (absl::StartsWith(proto.name(), "whistle/")) files_.push_back(file);
  }
  std::sort(files_.begin(), files_.end(), [](const auto* a, const auto* b) { return a->name() < b->name(); });
}

std::vector<const Descriptor*> Contracts::Messages() const {
  std::vector<const Descriptor*> messages;
  for (const FileDescriptor* file : files_) {
    for (int i = 0; i < file->message_type_count(); ++i) AddNested(file->message_type(i), messages);
  }
  return messages;
}

std::vector<const MethodDescriptor*> Contracts::Methods() const {
  std::vector<const MethodDescriptor*> methods;
  for (const FileDescriptor* file : files_) {
    for (int s = 0; s < file->service_count(); ++s) {
      for (int m = 0; m < file->service(s)->method_count(); ++m) methods.push_back(file->service(s)->method(m));
    }
  }
  return methods;
}

std::vector<Command> Contracts::Commands() const {
  std::vector<Command> commands;
  for (const MethodDescriptor* method : Methods()) {
    if (IsCommand(*method)) commands.push_back({Area(*method->file()), method->service()->full_name(), method->name()});
  }
  return commands;
}

std::string Area(const FileDescriptor& file) {
  const std::vector<std::string> parts = absl::StrSplit(file.package(), '.');
  return parts.size() > 1 ? parts[1] : "";
}

bool IsCommand(const MethodDescriptor& method) {
  const FieldDescriptor* context = method.input_type()->FindFieldByName("context");
  return context != nullptr && context->type() == FieldDescriptor::TYPE_MESSAGE &&
         context->message_type()->full_name() == "whistle.common.v1.CommandContext";
}

}  // namespace whistle::contracts
