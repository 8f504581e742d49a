// What the tests of commands share: services that are a table of prepared replies, and a run of the tool on them.
#ifndef WHISTLE_TOOLS_WHISTLECTL_COMMANDS_TESTING_H_
#define WHISTLE_TOOLS_WHISTLECTL_COMMANDS_TESTING_H_

#include <istream>
#include <map>
#include <memory>
#include <sstream>
#include <string>
#include <vector>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tools/whistlectl/command.h"

namespace whistle::whistlectl {

// Prepared replies by "service method": those for a method are given one after another, the last one again and again.
struct Services {
  std::map<std::string, std::vector<std::shared_ptr<google::protobuf::Message>>> replies;
  // By the number of the call, from 1: answered with this instead.
  std::map<size_t, absl::Status> refusals;
  std::vector<std::string> sent;
  std::string client;
  Endpoints endpoints;
};

class TableClient final : public Client {
 public:
  explicit TableClient(Services* services) : services_(services) {}
  absl::Status Call(const google::protobuf::MethodDescriptor& method, const google::protobuf::Message& request,
                    absl::string_view service, google::protobuf::Message& response) override {
    services_->sent.push_back(method.name() + (service.empty() ? "" : "@" + std::string(service)) + " " +
                              request.ShortDebugString());
    auto found = services_->replies.find(method.name() + "@" + std::string(service));
    if (found == services_->replies.end()) found = services_->replies.find(method.name());
    if (found == services_->replies.end()) return absl::UnimplementedError(method.name());
    if (const auto refusal = services_->refusals.find(services_->sent.size()); refusal != services_->refusals.end()) {
      return refusal->second;
    }
    response.CopyFrom(*found->second.front());
    if (found->second.size() > 1) found->second.erase(found->second.begin());
    return absl::OkStatus();
  }
  absl::Status Stream(const google::protobuf::MethodDescriptor& method, const google::protobuf::Message&,
                      absl::string_view, google::protobuf::Message&, const std::function<bool()>&) override {
    return absl::UnimplementedError(method.name());
  }

 private:
  Services* services_;
};

class CommandsTest : public ::testing::Test {
 protected:
  int Run(const std::vector<std::string>& words) {
    out.str("");
    err.str("");
    return RunTool(
        words,
        [this](const Endpoints& endpoints, const std::string& name, absl::Duration) {
          services.client = name;
          services.endpoints = endpoints;
          return std::make_unique<TableClient>(&services);
        },
        out, err, person);
  }
  template <typename Reply>
  Reply& Answer(const std::string& method) {
    auto reply = std::make_shared<Reply>();
    services.replies[method].push_back(reply);
    return *reply;
  }

  Services services;
  std::ostringstream out;
  std::ostringstream err;
  // Null: nobody is there to be asked.
  std::istream* person = nullptr;
};

}  // namespace whistle::whistlectl

#endif  // WHISTLE_TOOLS_WHISTLECTL_COMMANDS_TESTING_H_
