export { describeChannelContract } from "./channel-contract.ts";
export { type ContractGateway, startContractGateway } from "./contract-gateway.ts";
export { type EchoModel, startEchoModel } from "./echo-model.ts";
export type { Sent, TestedService, Written } from "./tested-service.ts";
