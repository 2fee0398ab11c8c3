export * from "./agents/index.ts";
export * from "./audit/index.ts";
export * from "./doctor/index.ts";
export * from "./reset/index.ts";
export * from "./services/index.ts";
export * from "./state/index.ts";
export * from "./update/index.ts";
