export * from "./audit/index.ts";
export * from "./services/index.ts";
