// whistle-coordination: the coordination service as a process of its own.
#include "libs/host/single.h"

int main(int argc, char** argv) {
  return whistle::host::ExplainSingleService(argc, argv, {.program = "whistle-coordination", .port = 7103});
}
