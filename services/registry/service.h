// The gRPC adapter: translates and nothing else. Commands go to the engine, queries to the projection
// (libs/host/desk.h).
//
// Owned by main; the desk's service and runner outlive the gRPC server it is given to. Any thread.
#ifndef WHISTLE_SERVICES_REGISTRY_SERVICE_H_
#define WHISTLE_SERVICES_REGISTRY_SERVICE_H_

#include "libs/host/desk.h"
#include "services/registry/model.h"
#include "whistle/registry/v1/service.grpc.pb.h"

namespace whistle::registry_chain {

// Finds the overload for each request.
struct Decider {
  using State = v1::RegistryState;
  template <typename Request>
  static domain::Outcome Decide(const State& state, const Request& request, const domain::Context& context) {
    return registry_chain::Decide(state, request, context);
  }
};

class RegistryService final : public v1::RegistryService::CallbackService {
 public:
  explicit RegistryService(host::Desk<Decider> desk);
  ~RegistryService() override;

  grpc::ServerUnaryReactor* UpsertOrganization(grpc::CallbackServerContext* context,
                                               const v1::UpsertOrganizationRequest* request,
                                               v1::UpsertOrganizationResponse* response) override;
  grpc::ServerUnaryReactor* MoveOrganization(grpc::CallbackServerContext* context,
                                             const v1::MoveOrganizationRequest* request,
                                             v1::MoveOrganizationResponse* response) override;
  grpc::ServerUnaryReactor* RetireOrganization(grpc::CallbackServerContext* context,
                                               const v1::RetireOrganizationRequest* request,
                                               v1::RetireOrganizationResponse* response) override;
  grpc::ServerUnaryReactor* AdoptPolicy(grpc::CallbackServerContext* context, const v1::AdoptPolicyRequest* request,
                                        v1::AdoptPolicyResponse* response) override;
  grpc::ServerUnaryReactor* AdoptCalendar(grpc::CallbackServerContext* context, const v1::AdoptCalendarRequest* request,
                                          v1::AdoptCalendarResponse* response) override;
  grpc::ServerUnaryReactor* RaiseLevel(grpc::CallbackServerContext* context, const v1::RaiseLevelRequest* request,
                                       v1::RaiseLevelResponse* response) override;
  grpc::ServerUnaryReactor* GetOrganization(grpc::CallbackServerContext* context,
                                            const v1::GetOrganizationRequest* request,
                                            v1::GetOrganizationResponse* response) override;
  grpc::ServerUnaryReactor* ListOrganizations(grpc::CallbackServerContext* context,
                                              const v1::ListOrganizationsRequest* request,
                                              v1::ListOrganizationsResponse* response) override;
  grpc::ServerUnaryReactor* GetPolicy(grpc::CallbackServerContext* context, const v1::GetPolicyRequest* request,
                                      v1::GetPolicyResponse* response) override;
  grpc::ServerUnaryReactor* GetCalendar(grpc::CallbackServerContext* context, const v1::GetCalendarRequest* request,
                                        v1::GetCalendarResponse* response) override;
  grpc::ServerUnaryReactor* GetRegistry(grpc::CallbackServerContext* context, const v1::GetRegistryRequest* request,
                                        v1::GetRegistryResponse* response) override;

 private:
  host::Desk<Decider> desk_;
};

}  // namespace whistle::registry_chain

#endif  // WHISTLE_SERVICES_REGISTRY_SERVICE_H_
