// The programs that run one service each. They share a journal with the others, so they need one that several processes
// may use.
#ifndef WHISTLE_LIBS_HOST_SINGLE_H_
#define WHISTLE_LIBS_HOST_SINGLE_H_

namespace whistle::host {

struct SingleService {
  // "whistle-intake".
  const char* program;
  // Where it listens unless told otherwise; metrics are 2000 above.
  int port;
};

// Parses the flags (--help works) and explains why this build cannot run the service by itself yet. Returns the exit
// status.
int ExplainSingleService(int argc, char** argv, const SingleService& service);

}  // namespace whistle::host

#endif  // WHISTLE_LIBS_HOST_SINGLE_H_
