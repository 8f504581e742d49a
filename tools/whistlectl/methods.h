// Finds the methods that the tools can call, and makes their messages.
#ifndef WHISTLE_TOOLS_WHISTLECTL_METHODS_H_
#define WHISTLE_TOOLS_WHISTLECTL_METHODS_H_

#include <memory>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "google/protobuf/descriptor.h"
#include "google/protobuf/message.h"

namespace whistle::whistlectl {

// Every service of the released contracts, in a fixed order.
std::vector<const google::protobuf::ServiceDescriptor*> AllServices();

// "whistle.intake.v1.IntakeService/RecordContact" or, short, "intake.RecordContact". NOT_FOUND names what is near.
absl::StatusOr<const google::protobuf::MethodDescriptor*> FindMethod(absl::string_view name);

// An empty message of a linked-in type.
std::unique_ptr<google::protobuf::Message> NewMessage(const google::protobuf::Descriptor& type);

// True if the request carries a CommandContext: it changes something.
bool IsCommand(const google::protobuf::MethodDescriptor& method);

// Of `candidates` the one that a mistyped `word` most likely meant; empty if none is near.
std::string Nearest(absl::string_view word, const std::vector<std::string>& candidates);

}  // namespace whistle::whistlectl

#endif  // WHISTLE_TOOLS_WHISTLECTL_METHODS_H_
