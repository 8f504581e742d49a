// whistlectl: the operator's command line.
#include <unistd.h>

#include <iostream>
#include <memory>
#include <string>
#include <vector>

#include "tools/whistlectl/command.h"

int main(int argc, char** argv) {
  using namespace whistle::whistlectl;
  const ClientFactory factory = [](const Endpoints& endpoints, const std::string& name, absl::Duration timeout) {
    return std::make_unique<GrpcClient>(endpoints, name, timeout);
  };
  // Somebody who reads the question and can answer it.
  const bool somebody = isatty(STDIN_FILENO) != 0 && isatty(STDERR_FILENO) != 0;
  return RunTool(std::vector<std::string>(argv + 1, argv + argc), factory, std::cout, std::cerr,
                 somebody ? &std::cin : nullptr);
}
