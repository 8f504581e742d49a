// golden_write DIR: adds to DIR what is missing of the golden bytes; changes nothing that is there.
#include <cstdio>
#include <string>

#include "tests/compatibility/golden.h"
#include "tests/compatibility/models.h"

int main(int argc, char** argv) {
  if (argc != 2) {
    std::fprintf(stderr, "usage: golden_write DIR\n");
    return 2;
  }
  const absl::Status status = whistle::compatibility::WriteMissing(argv[1], whistle::compatibility::AllModels());
  if (!status.ok()) std::fprintf(stderr, "golden_write: %s\n", std::string(status.message()).c_str());
  return status.ok() ? 0 : 1;
}
