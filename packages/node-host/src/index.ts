export { createNodeHost, type NodeHost, type NodeHostOptions } from "./node-host.ts";
export { type NodeGateway, type NodeHostState, nodeHostFile, readNodeState, writeNodeState } from "./node-state.ts";
