// The contracts as data: every message, service and enum in proto/, with its comments.
//
//   Contracts contracts;                                   // reads build/proto/contracts.binpb; fails the program if
//   it is not there for (const auto* file : contracts.files()) … for (const Command& command : contracts.Commands()) …
#ifndef WHISTLE_TESTS_CONTRACTS_CONTRACTS_H_
#define WHISTLE_TESTS_CONTRACTS_CONTRACTS_H_

#include <google/protobuf/descriptor.h>

#include <string>
#include <vector>

namespace whistle::contracts {

// A method that records something when a person asks for it: its request carries a whistle.common.v1.CommandContext
// named `context`.
struct Command {
  // "intake".
  std::string area;
  // "whistle.intake.v1.IntakeService".
  std::string service;
  // "RecordContact".
  std::string name;
};

// Owns the descriptors; they live as long as it does. One thread.
class Contracts {
 public:
  Contracts();
  Contracts(const Contracts&) = delete;
  Contracts& operator=(const Contracts&) = delete;

  // Ours only, in order of path.
  const std::vector<const google::protobuf::FileDescriptor*>& files() const { return files_; }
  // In order of service and place in its file.
  std::vector<Command> Commands() const;
  // Every message of ours, nested ones too.
  std::vector<const google::protobuf::Descriptor*> Messages() const;
  // Every method of every service of ours.
  std::vector<const google::protobuf::MethodDescriptor*> Methods() const;

 private:
  google::protobuf::DescriptorPool pool_;
  std::vector<const google::protobuf::FileDescriptor*> files_;
};

// "intake" of a descriptor in package whistle.intake.v1.
std::string Area(const google::protobuf::FileDescriptor& file);

bool IsCommand(const google::protobuf::MethodDescriptor& method);

}  // namespace whistle::contracts

#endif  // WHISTLE_TESTS_CONTRACTS_CONTRACTS_H_
