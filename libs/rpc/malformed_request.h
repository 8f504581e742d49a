// Gives bytes that are no request a clear answer.
//
// When a request cannot be parsed (wrong bytes, or a string that is not UTF-8), gRPC's callback API answers
// UNIMPLEMENTED without a word, and no code of a service is asked. This interceptor makes that INVALID_ARGUMENT and
// says what is wrong.
#ifndef WHISTLE_LIBS_RPC_MALFORMED_REQUEST_H_
#define WHISTLE_LIBS_RPC_MALFORMED_REQUEST_H_

#include <grpcpp/support/server_interceptor.h>

#include <memory>

namespace whistle::rpc {

std::unique_ptr<grpc::experimental::ServerInterceptorFactoryInterface> MakeMalformedRequestInterceptorFactory();

}  // namespace whistle::rpc

#endif  // WHISTLE_LIBS_RPC_MALFORMED_REQUEST_H_
