#include "services/registry/service.h"

#include "services/registry/queries.h"

namespace whistle::registry_chain {

using grpc::CallbackServerContext;
using grpc::ServerUnaryReactor;

// Both stand here so that gRPC's handlers, a template for each RPC, are compiled here and nowhere else.
RegistryService::RegistryService(host::Desk<Decider> desk) : desk_(desk) {}
RegistryService::~RegistryService() = default;

ServerUnaryReactor* RegistryService::UpsertOrganization(CallbackServerContext* context,
                                                        const v1::UpsertOrganizationRequest* request,
                                                        v1::UpsertOrganizationResponse* response) {
  return desk_.RegistryCommand(context, request, response);
}

ServerUnaryReactor* RegistryService::MoveOrganization(CallbackServerContext* context,
                                                      const v1::MoveOrganizationRequest* request,
                                                      v1::MoveOrganizationResponse* response) {
  return desk_.RegistryCommand(context, request, response);
}

ServerUnaryReactor* RegistryService::RetireOrganization(CallbackServerContext* context,
                                                        const v1::RetireOrganizationRequest* request,
                                                        v1::RetireOrganizationResponse* response) {
  return desk_.RegistryCommand(context, request, response);
}

ServerUnaryReactor* RegistryService::AdoptPolicy(CallbackServerContext* context, const v1::AdoptPolicyRequest* request,
                                                 v1::AdoptPolicyResponse* response) {
  return desk_.RegistryCommand(context, request, response);
}

ServerUnaryReactor* RegistryService::AdoptCalendar(CallbackServerContext* context,
                                                   const v1::AdoptCalendarRequest* request,
                                                   v1::AdoptCalendarResponse* response) {
  return desk_.RegistryCommand(context, request, response);
}

ServerUnaryReactor* RegistryService::RaiseLevel(CallbackServerContext* context, const v1::RaiseLevelRequest* request,
                                                v1::RaiseLevelResponse* response) {
  return desk_.RegistryCommand(context, request, response);
}

ServerUnaryReactor* RegistryService::GetOrganization(CallbackServerContext* context,
                                                     const v1::GetOrganizationRequest* request,
                                                     v1::GetOrganizationResponse* response) {
  return desk_.Query(context, request, response, &registry_chain::GetOrganization);
}

ServerUnaryReactor* RegistryService::ListOrganizations(CallbackServerContext* context,
                                                       const v1::ListOrganizationsRequest* request,
                                                       v1::ListOrganizationsResponse* response) {
  return desk_.Query(context, request, response, &registry_chain::ListOrganizations);
}

ServerUnaryReactor* RegistryService::GetPolicy(CallbackServerContext* context, const v1::GetPolicyRequest* request,
                                               v1::GetPolicyResponse* response) {
  return desk_.Query(context, request, response, &registry_chain::GetPolicy);
}

ServerUnaryReactor* RegistryService::GetCalendar(CallbackServerContext* context, const v1::GetCalendarRequest* request,
                                                 v1::GetCalendarResponse* response) {
  return desk_.Query(context, request, response, &registry_chain::GetCalendar);
}

ServerUnaryReactor* RegistryService::GetRegistry(CallbackServerContext* context, const v1::GetRegistryRequest* request,
                                                 v1::GetRegistryResponse* response) {
  return desk_.Query(context, request, response, &registry_chain::GetRegistry);
}

}  // namespace whistle::registry_chain
